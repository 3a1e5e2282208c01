"""What to ask next, and how the archive speaks of a subject over the years."""

from datetime import date

import pytest

from columnbot import Article, ColumnBot
from columnbot.errors import QuestionError
from columnbot.filters import Filter
from columnbot.language import terms_of
from columnbot.questions import MAX_CHARACTERS
from columnbot.suggesting import suggestions

QUESTION = "Waarom belt Van Dalen geen onbekende bedrijven meer?"


def test_each_suggestion_is_answered_with_something_not_yet_shown(bot: ColumnBot) -> None:
    answer = bot.ask(QUESTION)
    offered = bot.suggest(answer)
    shown = {citation.article.path for citation in answer.citations}

    assert 1 <= len(offered) <= 3
    assert len(set(offered)) == len(offered)
    for question in offered:
        quoted = {citation.article.path for citation in bot.ask(question).citations}
        assert quoted - shown
        shown |= quoted


def test_in_a_part_of_the_archive_only_what_that_answers_is_suggested(bot: ColumnBot) -> None:
    since, until = date(2014, 1, 1), date(2017, 12, 31)
    answer = bot.ask("Wat schreef hij over klanten?", since=since, until=until)
    offered = bot.suggest(answer, where=Filter(since=since, until=until))
    assert offered
    for question in offered:
        assert bot.ask(question, since=since, until=until).found
        assert not {year for year in map(str, range(2009, 2026)) if year in question} - {"2014", "2015", "2016", "2017"}


@pytest.mark.parametrize(
    "question", ["Wat schreef hij in 2015 over offertes?", "Wat schreef hij door de jaren heen over offertes?"]
)
def test_what_is_of_a_year_or_of_all_of_them_is_not_asked_again_of_a_year(bot: ColumnBot, question: str) -> None:
    asked = question.rstrip("?")
    assert not any(offered.startswith(asked) for offered in bot.suggest(bot.ask(question)))


def test_after_what_the_archive_does_not_know_it_offers_what_it_does(bot: ColumnBot) -> None:
    answer = bot.ask("What does a recipe for apple pie with cinnamon look like?")
    assert not answer.found
    offered = bot.suggest(answer, 2)
    assert all(bot.ask(question).found for question in offered)
    assert all(question.startswith("What") or question.endswith("?") for question in offered)
    assert len(offered) <= 2


def test_after_a_follow_up_on_a_very_long_question_something_can_still_be_asked(bot: ColumnBot) -> None:
    talk = bot.conversation()
    talk.ask(QUESTION.ljust(MAX_CHARACTERS - len("?"), ".") + "?")
    answer = talk.ask("En waarom dan?")

    assert answer.question.endswith("En waarom dan?")
    assert len(answer.question) <= MAX_CHARACTERS
    assert len(bot.suggest(answer)) <= 3
    bot.columns_a_year(answer.question)


def test_what_may_not_be_asked_is_not_offered(bot: ColumnBot) -> None:
    nameless, endless = (Article(f"{n}.md", title, "x") for n, title in enumerate(["???", "a" * MAX_CHARACTERS + "?"]))
    assert suggestions(bot.ask(QUESTION), (nameless, endless), bot.ask) == ()


def test_a_year_counts_the_columns_that_name_the_subject(bot: ColumnBot) -> None:
    counted = bot.columns_a_year("Wat schreef hij over offertes?")
    stem = terms_of("offertes", "nl")[0]
    naming = [a for a in bot.articles() if stem in terms_of(f"{a.title}\n{a.text}", a.language) and a.date]
    years = [article.date.year for article in naming if article.date]

    assert naming
    assert {year: columns for year, columns in counted.items() if columns} == {y: years.count(y) for y in set(years)}
    assert list(counted) == list(range(min(years), max(years) + 1))


def test_a_subject_in_no_column_has_no_years(bot: ColumnBot) -> None:
    assert bot.columns_a_year("Wat vond hij van qxzwv?") == {}
    with pytest.raises(QuestionError):
        bot.columns_a_year("   ")
