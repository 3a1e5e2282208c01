"""Question → ranked passages, on the sample archive."""

from dataclasses import replace
from datetime import date
from typing import cast

import numpy as np
import pytest

from columnbot import ColumnBot, answering, build_index
from columnbot.errors import FilterError, QuestionError
from columnbot.evidence import READ
from columnbot.filters import Filter
from columnbot.questions import understand
from columnbot.retrieval import READ_CLOSER, retrieve

QUESTIONS = (
    ("Hoe zwaar was de papieren catalogus?", "2010-11-11-de-catalogus-van-vier-kilo.md"),
    ("redenen waarom klanten vertrekken", "2021-04-22-tien-klanten-die-weggingen.md"),
    ("fisjing mail wachtwoord", "2017-06-15-het-wachtwoord-op-het-geeltje.md"),
    ("What did the solar panels on the roof bring in?", "2013-06-13-zonnepanelen-op-het-magazijn.md"),
)


@pytest.mark.parametrize(("question", "path"), QUESTIONS)
def test_the_column_that_answers_is_among_the_first_three(bot: ColumnBot, question: str, path: str) -> None:
    columns = dict.fromkeys(hit.passage.article.path for hit in bot.search(question, 10))
    assert path in list(columns)[:3]


def test_hits_come_best_first_and_no_more_than_asked_for(bot: ColumnBot) -> None:
    hits = bot.search("klanten", 7)
    assert len(hits) == 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({(hit.passage.article.path, hit.passage.start) for hit in hits}) == 7


def test_ranks_tell_which_side_found_a_passage(bot: ColumnBot) -> None:
    hits = bot.search("M8 bouten in een bakje", 30)
    assert any(hit.vector_rank == 1 for hit in hits)
    assert any(hit.term_rank == 1 for hit in hits)


def test_a_column_has_its_words_whichever_of_its_passages_has_them(bot: ColumnBot) -> None:
    question = understand("Wat deed de fietspomp op het station met klanten?", bot.index.archive)
    candidates = retrieve(bot.index, bot._current().embedder, question).candidates
    signals = np.array([[candidate.signals[name] for name in ("words", "column_grams")] for candidate in candidates])
    assert signals.min() >= 0
    assert signals.max(axis=0).tolist() == [1, 1]  # as shares of the best column's
    owners = [bot.index.passages[candidate.number].article.path for candidate in candidates]
    assert len({*owners}) < len(owners)
    for path in {*owners}:
        assert len({tuple(row) for row, owner in zip(signals.tolist(), owners, strict=True) if owner == path}) == 1


def test_how_a_column_opens_counts_for_a_topic_only(bot: ColumnBot) -> None:
    def signals(text: str) -> set[str]:
        question = understand(text, bot.index.archive)
        return {*retrieve(bot.index, bot._current().embedder, question).candidates[0].signals}

    assert "lead" in signals("fietspomp op het station")
    assert "lead" not in signals("Wat deed de fietspomp op het station?")


def test_what_shares_no_word_with_the_archive_is_found_by_its_meaning(bot: ColumnBot) -> None:
    assert bot.search("zzzzqqqq", 3)
    question = understand("xqzvw?", bot.index.archive)
    assert all(
        np.isfinite(candidate.score) for candidate in retrieve(bot.index, bot._current().embedder, question).candidates
    )


def test_filters_act_before_the_best_are_taken(bot: ColumnBot) -> None:
    hits = bot.search("klanten", 5, since=date(2010, 1, 1), until=date(2010, 12, 31))
    assert len(hits) == 5
    assert {hit.passage.article.date.year for hit in hits if hit.passage.article.date} == {2010}


def test_an_author_or_tag_is_recognised_whatever_its_case(bot: ColumnBot) -> None:
    assert bot.search("klanten", 3, author="redactie COLUMNBOT")
    tagged = bot.search("bellen", 10, tags=("Telefoon",))
    assert tagged
    assert all("telefoon" in hit.passage.article.tags for hit in tagged)


def test_what_the_archive_does_not_have_is_named_with_the_nearest_it_has(bot: ColumnBot) -> None:
    with pytest.raises(FilterError, match=r"no author 'Redaksie Columbot'.* 'Redactie columnbot'"):
        bot.search("klanten", 3, author="Redaksie Columbot")
    with pytest.raises(FilterError, match=r"no tag 'telefonie'.* 'telefoon'"):
        bot.ask("Wie belt er?", tags=("telefonie",))
    with pytest.raises(FilterError, match=r"--since.* 2020-01-01.*--until.* 2013-01-01"):
        bot.conversation().ask("Wie belt er?", Filter(since=date(2020, 1, 1), until=date(2013, 1, 1)))
    with pytest.raises(FilterError, match="author"):
        bot.stream("Wie belt er?", Filter("Zzz"))


def test_what_is_empty_does_not_restrict_and_one_tag_is_not_one_a_letter(bot: ColumnBot) -> None:
    assert bot.search("bellen", 5, author=" ", tags=("",)) == bot.search("bellen", 5)
    assert Filter(tags=cast("tuple[str, ...]", "telefoon")) == Filter(tags=("telefoon",))


def test_so_many_passages_come_as_are_asked_for_up_to_a_hundred(bot: ColumnBot) -> None:
    assert len(bot.search("klanten", 1)) == 1
    assert len(bot.search("klanten", 10_000)) <= READ_CLOSER == 100  # as --help says
    for k in (0, -1):
        with pytest.raises(ValueError, match="1 or more"):
            bot.search("klanten", k)


def test_an_answer_keeps_to_the_filters_too(bot: ColumnBot) -> None:
    answer = bot.ask("Wat vond de columnist van de kantoortuin?", until=date(2012, 1, 1))
    assert {hit.passage.article.path for hit in answer.hits[:1]} == {"2010-09-16-kantoortuin-in-bloei.md"}
    assert all(c.article.date and c.article.date <= date(2012, 1, 1) for c in answer.citations)


def test_the_vector_of_a_passage_counts_as_a_z_score_among_the_whole_archive(bot: ColumnBot) -> None:
    embedder, index = bot._current().embedder, bot.index
    found = retrieve(index, embedder, understand("zonnepanelen"), Filter())
    cosines = index.passage_vectors.of(np.arange(len(index))) @ found.asked.vector
    best = found.candidates[0]
    expected = (cosines[best.number] - cosines.mean()) / cosines.std()
    assert best.signals["passage"] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("question", ["", "   ", "???", "x" * 100_000])
def test_a_question_that_is_none_is_refused(bot: ColumnBot, question: str) -> None:
    with pytest.raises(QuestionError):
        bot.search(question)


def test_columns_of_the_year_asked_about_come_first(bot: ColumnBot) -> None:
    for year in (2009, 2014, 2018, 2024):
        best = bot.search(f"Wat schreef de columnist in {year} over bellen?", 1)[0].passage.article
        assert best.date
        assert best.date.year == year


@pytest.fixture(scope="module")
def two_hands(tmp_path_factory: pytest.TempPathFactory) -> ColumnBot:
    """Five columns on one subject: four by one author, one by another; one of them has a tag."""
    folder = tmp_path_factory.mktemp("two-hands")
    for day, (author, tag, text) in enumerate(
        (
            ("Tineke Vos", "verkeer", "De brug over de beek is te smal voor twee fietsers naast elkaar."),
            ("Tineke Vos", "verkeer", "Over de brug rijden nu elke dag achthonderd fietsers, zegt de teller."),
            ("Tineke Vos", "natuur", "Onder de brug nestelt een ijsvogel, en niemand op de brug ziet hem."),
            ("Tineke Vos", "verkeer", "De brug krijgt nieuwe planken, want de oude zijn rot."),
            (
                "Bram de Slot",
                "verkeer",
                "Ik hou van de drukte op de brug, ook als zij mij ophoudt. Zo leer je de buren kennen.",
            ),
        ),
        start=1,
    ):
        head = f"---\ntitle: Aan het water {day}\nauthor: {author}\ndate: 2019-05-0{day}\ntags: [{tag}]\n---\n"
        (folder / f"{day}.md").write_text(f"{head}\n{text}\n", encoding="utf-8")
    build_index(folder, folder.with_suffix(".index"))
    return ColumnBot.open(folder.with_suffix(".index"))


def test_a_column_by_the_author_asked_for_comes_first(two_hands: ColumnBot) -> None:
    assert two_hands.search("Hoe smal is de brug?")[0].passage.article.author == "Tineke Vos"
    for asked in ("Wat vindt Bram de Slot van de brug?", "Wat vindt de gastschrijver van de brug?"):
        assert two_hands.search(asked)[0].passage.article.author == "Bram de Slot"


def test_of_an_author_who_is_asked_for_nobody_else_is_quoted(
    two_hands: ColumnBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "READ", replace(READ, sure_enough=0.0))  # five columns tell too little to be sure
    answer = two_hands.ask("Wat schreef Bram de Slot over de brug?")

    assert {citation.article.author for citation in answer.citations} == {"Bram de Slot"}
    assert {hit.passage.article.author for hit in answer.hits} == {"Bram de Slot"}
    assert len({hit.passage.article.author for hit in two_hands.ask("Wat staat er over de brug?").hits}) == 2


def test_what_is_told_of_an_author_is_not_taken_from_columns_of_others(
    two_hands: ColumnBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "READ", replace(READ, sure_enough=0.0))
    answer = two_hands.ask("Op welke brug stond Bram de Slot?")

    assert {hit.passage.article.author for hit in answer.hits} == {"Bram de Slot"}


def test_of_two_authors_who_are_asked_for_both_are_quoted(two_hands: ColumnBot) -> None:
    for asked in ("Wat schreven Tineke Vos en Bram de Slot over de brug?", "Denkt Bram de Slot als Tineke Vos?"):
        answer = two_hands.ask(asked)
        assert {hit.passage.article.author for hit in answer.hits} == {"Tineke Vos", "Bram de Slot"}


def test_a_follow_up_is_bound_by_what_it_names_itself(two_hands: ColumnBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "READ", replace(READ, sure_enough=0.0, sure_enough_to_go_on=0.0))
    talk = two_hands.conversation()
    talk.ask("Wat vindt Bram de Slot van de brug?")
    answer = talk.ask("En Tineke Vos?")

    assert {citation.article.author for citation in answer.citations} == {"Tineke Vos"}


def test_a_column_with_the_tag_asked_for_comes_first(two_hands: ColumnBot) -> None:
    assert two_hands.search("Hoeveel fietsers op de brug?")[0].passage.article.tags == ("verkeer",)
    assert two_hands.search("Hoeveel fietsers op de brug? #natuur")[0].passage.article.tags == ("natuur",)


def test_an_explanation_tells_which_word_was_found_for_which(two_hands: ColumnBot) -> None:
    best = two_hands.explain("Waar broedt een vogel?", 1)[0]
    broods, bird = best.matches

    assert (broods.asked, bird.asked, bird.found) == ("broedt", "vogel", "ijsvogel")
    assert 0 < broods.cosine < bird.cosine <= 1
    assert best.terms == ()
    assert best.sentence.startswith("Onder de brug")
