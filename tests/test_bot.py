"""`ColumnBot` and `Conversation`: what a programmer calls."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from columnbot import ColumnBot
from columnbot.errors import IndexMissing, ModelMismatch, QuestionError, UnknownArticle


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
    questions = [f"Wat schreef de columnist in {year} over klanten?" for year in range(2009, 2025)]
    alone = [bot.ask(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(bot.ask, questions)) == alone
