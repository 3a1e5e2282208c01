"""`ColumnBot` and `Conversation`: what a programmer calls."""

import json
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from columnbot import Answer, ColumnBot, Settings, build_index
from columnbot.errors import IndexMissing, ModelMismatch, QuestionError, UnknownArticle
from tests.test_embedding import make_tiny_model


def test_a_folder_without_an_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="columnbot index ARTICLES --index"):
        ColumnBot.open(tmp_path)


def test_an_index_is_not_opened_with_another_model_than_it_was_made_with(sample_index: Path) -> None:
    with pytest.raises(ModelMismatch, match="columnbot index"):
        ColumnBot.open(sample_index, model="intfloat/e5-base")


def test_articles_come_oldest_first_and_each_is_had_by_its_path(bot: ColumnBot) -> None:
    articles = bot.articles()
    assert len(articles) == 40
    dates = [article.date for article in articles if article.date]
    assert dates == sorted(dates)
    assert all(bot.article(article.path) == article for article in articles)
    with pytest.raises(UnknownArticle, match="nergens.md"):
        bot.article("nergens.md")


def test_a_follow_up_is_spelled_out_and_kept_to_the_column_it_is_about(bot: ColumnBot) -> None:
    talk = bot.conversation()
    talk.ask("Wat stond er in het notitieboek van Ruud Postma?")
    answer = talk.ask("en wat deed hij daarmee bij zijn afscheid?")
    assert "Ruud Postma" in answer.question
    assert "2019-06-27-het-laatste-rondje-van-ruud.md" in {c.article.path for c in answer.citations}


def test_a_new_subject_is_not_tied_to_the_one_before(bot: ColumnBot) -> None:
    talk = bot.conversation()
    talk.ask("Wat stond er in het notitieboek van Ruud Postma?")
    question = "Hoeveel bladzijden telde de laatste papieren catalogus?"
    assert talk.ask(question).question == question


def test_a_follow_up_is_not_on_the_columns_of_a_subject_before_the_last(bot: ColumnBot) -> None:
    talk = bot.conversation()
    assert talk.ask("Waarom belt Van Dalen geen onbekende bedrijven meer?").found
    assert not talk.ask("Welke hoofdstad heeft Mongolië?").found
    assert talk._cited == frozenset()


def test_thanks_are_no_question_and_the_talk_goes_on_after_them(bot: ColumnBot) -> None:
    talk = bot.conversation()
    assert not talk.ask("Hallo!").found
    assert talk.ask("Wat stond er in het notitieboek van Ruud Postma?").question.startswith("Wat stond")
    thanks = talk.ask("Dank je wel!")
    assert (thanks.found, thanks.question) == (False, "Dank je wel!")
    assert "Ruud Postma" in talk.ask("en wanneer was dat?").question


def test_a_follow_up_leans_on_the_question_that_opened_and_on_the_last_one_that_named_something(
    bot: ColumnBot,
) -> None:
    talk = bot.conversation()
    for question in ("Wat schreef hij over koud bellen?", "En over beurzen in 2015?", "En over offertes?", "Waarom?"):
        answer = talk.ask(question)
    assert answer.question == "Wat schreef hij over koud bellen? En over offertes? Waarom?"


def test_a_refused_question_leaves_the_conversation_as_it_was(bot: ColumnBot) -> None:
    talk = bot.conversation()
    talk.ask("Wat stond er in het notitieboek van Ruud Postma?")
    with pytest.raises(QuestionError):
        talk.ask("  ")
    assert "Ruud Postma" in talk.ask("en wanneer was dat?").question


def test_conversations_do_not_hear_each_other(bot: ColumnBot) -> None:
    bot.conversation().ask("Wat stond er in het notitieboek van Ruud Postma?")
    assert bot.conversation().ask("en wanneer was dat?").question == "en wanneer was dat?"


def test_threads_may_share_a_bot(bot: ColumnBot) -> None:
    questions = [f"Wat schreef de columnist in {year} over klanten?" for year in range(2009, 2013)]
    alone = [bot.ask(question) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(bot.ask, questions)) == alone


@pytest.fixture
def shelf(sample_index: Path, tmp_path: Path) -> Path:
    """An index of its own, to be rebuilt, of the sample archive."""
    return Path(shutil.copytree(sample_index, tmp_path / "index"))


@pytest.fixture
def rebuild(sample_archive: Path, shelf: Path, tmp_path: Path) -> Callable[..., None]:
    """Builds the index again without the columns of some years, which embeds nothing and loads no model."""

    def without(*years: str) -> None:
        shutil.rmtree(tmp_path / "columns", ignore_errors=True)
        left_out = shutil.ignore_patterns(*(f"{year}-*" for year in years))
        shutil.copytree(sample_archive, tmp_path / "columns", ignore=left_out)
        assert build_index(tmp_path / "columns", shelf).embedded == 0

    return without


RUUD = "Wat stond er in het notitieboek van Ruud Postma?"


def test_a_bot_moves_to_a_newer_index_between_two_questions_and_says_so_once(
    shelf: Path, rebuild: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "columnbot")
    bot = ColumnBot.open(shelf)
    ruud = "2019-06-27-het-laatste-rondje-van-ruud.md"
    assert ruud in {hit.passage.article.path for hit in bot.search(RUUD, 3)}
    rebuild("2019")

    assert ruud not in {hit.passage.article.path for hit in bot.search(RUUD, 100)}
    assert ruud not in {article.path for article in bot.articles()}
    assert bot.index.folder.name == "gen-000002"
    assert [record.message for record in caplog.records if record.name == "columnbot.bot"] == [
        f"Moved from gen-000001 to gen-000002: {len(bot.articles())} columns in {len(bot.index)} passages."
    ]


def test_a_conversation_goes_on_when_its_column_is_gone(shelf: Path, rebuild: Callable[..., None]) -> None:
    talk = ColumnBot.open(shelf).conversation()
    talk.ask(RUUD)
    rebuild("2019")
    answer = talk.ask("en wanneer was dat?")

    assert "Ruud Postma" in answer.question
    assert all(hit.passage.article.date and hit.passage.article.date.year != 2019 for hit in answer.hits)


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["damaged", "gone", "of another model"])
def test_where_the_new_index_cannot_be_opened_the_bot_stays_with_the_old_one_and_says_why(
    shelf: Path, rebuild: Callable[..., None], trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    bot = ColumnBot.open(shelf, model="bundled")
    answer = bot.ask(RUUD)
    if trouble == "of another model":
        manifest = bot.index.folder / "manifest.json"
        assert json.loads(manifest.read_text())["model"] == "bundled"
        articles = shelf.parent / "columns"
        articles.mkdir()
        (articles / "a.md").write_text("# Een\n\nEen enkele zin over een brug.", encoding="utf-8")
        build_index(articles, shelf, settings=Settings(model=str(make_tiny_model(shelf.parent / "tiny"))))
    else:
        rebuild("2019")
        for folder in shelf.glob("gen-*"):
            (folder / "manifest.json").unlink()
        if trouble == "gone":
            shutil.rmtree(shelf)

    assert bot.ask(RUUD) == bot.ask(RUUD) == answer
    (said,) = [record.message for record in caplog.records if record.name == "columnbot.bot"]
    assert said.startswith("gen-000001 is still answered from: the new index cannot be opened. ")
    assert "columnbot index" in said


@pytest.mark.slow
def test_threads_asking_while_indexes_come_and_go_are_answered_from_one_of_them(
    shelf: Path, rebuild: Callable[..., None]
) -> None:
    bot = ColumnBot.open(shelf, quick=True)
    questions = [RUUD, "Hoeveel bladzijden telde de laatste papieren catalogus?", "Wat vond hij van de kantoortuin?"]

    def answers() -> tuple[Answer, ...]:
        fresh = ColumnBot.open(shelf, quick=True)
        return tuple(fresh.ask(question) for question in questions)

    possible = [answers()]
    with ThreadPoolExecutor(4) as pool:
        asked = []
        for years in (["2010"], ["2010", "2019"], ["2010", "2019", "2022"]):
            asked += [(n, pool.submit(bot.ask, question)) for _ in range(8) for n, question in enumerate(questions)]
            rebuild(*years)
            possible.append(answers())
    assert len(set(possible)) == 4
    assert all(future.result() in [answers[n] for answers in possible] for n, future in asked)
    assert [bot.ask(question) for question in questions] == list(possible[-1])
