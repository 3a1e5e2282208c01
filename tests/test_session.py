"""A tab's conversation: what a click may open or ask, what stands beside an answer, and what a verdict keeps."""

from html import escape, unescape
from pathlib import Path
from threading import Lock

import pytest

from columnbot import ColumnBot, Filter
from columnbot.chat.session import (
    Session,
    article_at,
    asked_again,
    column_at,
    go_further,
    judge,
    judged,
    referred,
    talk,
)
from columnbot.chat.watch import Watch
from columnbot.feedback import keep, kept
from columnbot.filters import EVERYTHING
from columnbot.messages import say

QUESTION = "Waarom belt Van Dalen geen onbekende bedrijven meer?"


@pytest.fixture
def watch(bot: ColumnBot) -> Watch:
    return Watch(bot, words=False)


@pytest.fixture
def session(bot: ColumnBot) -> Session:
    return Session(bot.conversation())


def test_a_turn_opens_its_columns_and_no_others(session: Session, watch: Watch) -> None:
    *_, messages = talk(session, QUESTION, EVERYTHING, watch)
    assert [message["role"] for message in messages] == ["user", "assistant"]
    first = session.turns[0].answer.citations[0]
    html = column_at(session, "0:citation:1", "nl")
    assert html is not None
    assert first.article.title in unescape(html)
    for reference in ("0:citation:99", "1:citation:1", "0:column:9999", "x", "", None, ["0:citation:1"],
                      "0:citation:-1", "0:citation:x", "0:year:2012", "0:citation:١"):  # fmt: skip
        assert column_at(session, reference, "nl") is None
    assert column_at(None, "0:citation:1", "nl") is None


def test_beside_a_helplines_number_nothing_of_the_archive_stands(
    session: Session, bot: ColumnBot, watch: Watch
) -> None:
    *_, messages = talk(session, "Hoe pleeg ik zelfmoord?", EVERYTHING, watch)
    assert "113" in messages[-1]["content"]
    assert "cb-card" not in messages[-1]["content"]
    assert go_further(session, bot, Lock()) is None


def test_a_question_that_is_refused_is_answered_in_one_line(session: Session, watch: Watch) -> None:
    *_, messages = talk(session, "?!", EVERYTHING, watch)
    assert escape(say("no_subject", "nl")) in messages[-1]["content"]
    assert session.turns == []
    *_, messages = talk(session, QUESTION, EVERYTHING, watch)
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2
    assert column_at(session, "0:citation:1", "nl") is not None


def test_beside_an_answer_come_years_and_questions_that_the_archive_answers(
    session: Session, bot: ColumnBot, watch: Watch
) -> None:
    *_, before = talk(session, QUESTION, EVERYTHING, watch)
    messages = go_further(session, bot, Lock())
    assert messages is not None and len(messages) == len(before)
    turn = session.turns[0]
    quoted = {citation.article.path for citation in turn.answer.citations}

    assert turn.following
    for place, question in enumerate(turn.following):
        asked = referred(session, f"0:next:{place}")
        assert asked is not None and asked_again(asked) == (question, EVERYTHING)
        answer = bot.ask(question)
        assert answer.found
        assert {citation.article.path for citation in answer.citations} - quoted
    assert go_further(session, bot, Lock()) is None  # it is all there


def test_nothing_comes_beside_an_answer_of_a_conversation_that_is_over(
    session: Session, bot: ColumnBot, watch: Watch
) -> None:
    list(talk(session, QUESTION, EVERYTHING, watch))
    session.over = True
    assert go_further(session, bot, Lock()) is None


def test_what_to_ask_next_is_not_sought_while_another_reader_waits_for_it(
    session: Session, bot: ColumnBot, watch: Watch
) -> None:
    list(talk(session, QUESTION, EVERYTHING, watch))
    busy = Lock()
    busy.acquire()
    go_further(session, bot, busy)
    assert session.turns[0].following == ()
    assert session.turns[0].years == bot.columns_a_year(QUESTION)


def test_a_click_on_a_year_asks_the_same_of_that_year_only(session: Session, bot: ColumnBot, watch: Watch) -> None:
    list(talk(session, "Wat schreef hij over klanten?", EVERYTHING, watch))
    go_further(session, bot, Lock())
    year = next(year for year, columns in session.turns[0].years.items() if columns)
    asked = referred(session, f"0:year:{year}")
    assert asked is not None
    again = asked_again(asked)
    assert again is not None
    list(talk(session, *again, watch, alone=True))
    answer = session.turns[1].answer

    assert answer.question == "Wat schreef hij over klanten?"  # and not that twice, as "hij" would have it
    assert {hit.passage.article.date.year for hit in answer.hits if hit.passage.article.date} == {year}
    for nonsense in ("0:year:1850", "0:next:99", "0:year:x"):
        other = referred(session, nonsense)
        assert other is not None and asked_again(other) is None


def test_the_years_can_be_asked_for_with_a_quote_each(session: Session, bot: ColumnBot, watch: Watch) -> None:
    list(talk(session, "Wat schreef hij over koud bellen?", EVERYTHING, watch))
    go_further(session, bot, Lock())
    asked = referred(session, "0:year:all")
    again = asked_again(asked) if asked else None
    assert again == ("Wat schreef hij over koud bellen door de jaren heen?", EVERYTHING)
    list(talk(session, *again, watch))
    years = [int(sentence.text[:4]) for sentence in session.turns[1].answer.sentences]
    assert len(years) > 1
    assert years == sorted(years)


def test_a_question_about_one_column_is_answered_from_that_one(session: Session, watch: Watch) -> None:
    list(talk(session, QUESTION, EVERYTHING, watch))
    found = referred(session, "0:citation:1")
    article = article_at(found) if found else None
    assert article is not None
    list(talk(session, "Wie is de opvolger?", Filter(paths=frozenset([article.path])), watch))
    assert {hit.passage.article.path for hit in session.turns[1].answer.hits} == {article.path}
    assert article.path in session.messages[-1]["content"]


def test_a_verdict_is_kept_once_an_answer_with_its_reason(session: Session, watch: Watch, tmp_path: Path) -> None:
    list(talk(session, QUESTION, EVERYTHING, watch))
    file = tmp_path / "feedback.sqlite"
    for click in ("0:verdict:good", "0:verdict:bad_source"):
        found = referred(session, click)
        feedback = judge(session, found) if found else None
        assert feedback is not None
        keep(feedback, file)
        assert found is not None
        judged(session, found, feedback)
    (only,) = kept(file)

    assert (only.verdict, only.reason, only.question) == ("bad", "source", QUESTION)
    assert only.answer == session.turns[0].answer.text
    assert "Bewaard" in session.messages[-1]["content"]
    for nonsense in ("0:verdict:bad", "0:verdict:good_wrong", "0:verdict:bad_x", "0:citation:1"):
        other = referred(session, nonsense)
        assert other is not None and judge(session, other) is None
