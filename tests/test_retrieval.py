"""Question → ranked passages, on the sample archive."""

from datetime import date

import numpy as np
import pytest

from columnbot import ColumnBot
from columnbot.errors import QuestionError
from columnbot.questions import understand
from columnbot.retrieval import Filter, retrieve

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


def test_filters_act_before_the_best_are_taken(bot: ColumnBot) -> None:
    hits = bot.search("klanten", 5, since=date(2010, 1, 1), until=date(2010, 12, 31))
    assert len(hits) == 5
    assert {hit.passage.article.date.year for hit in hits if hit.passage.article.date} == {2010}


def test_an_author_or_tag_is_recognised_whatever_its_case(bot: ColumnBot) -> None:
    assert bot.search("klanten", 3, author="redactie COLUMNBOT")
    assert bot.search("klanten", 3, author="Iemand Anders") == ()
    tagged = bot.search("bellen", 10, tags=("Telefoon",))
    assert tagged
    assert all("telefoon" in hit.passage.article.tags for hit in tagged)


def test_an_answer_keeps_to_the_filters_too(bot: ColumnBot) -> None:
    answer = bot.ask("Wat vond de columnist van de kantoortuin?", until=date(2012, 1, 1))
    assert {hit.passage.article.path for hit in answer.hits[:1]} == {"2010-09-16-kantoortuin-in-bloei.md"}
    assert all(c.article.date and c.article.date <= date(2012, 1, 1) for c in answer.citations)


def test_every_signal_is_a_z_score_among_the_whole_archive(bot: ColumnBot) -> None:
    embedder, index = bot._current().embedder, bot.index
    found = retrieve(index, embedder, understand("zonnepanelen"), Filter())
    cosines = index.vectors(np.arange(len(index))) @ found.asked.vector
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
