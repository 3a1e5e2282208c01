"""Answers that quote: what they hold, what they cite, and when they say that the archive does not know."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from columnbot import Answer, Article, Citation, ColumnBot, answering, build_index
from columnbot.answering import ANSWER_WORDS, QUOTES, growing
from columnbot.evidence import READ
from columnbot.questions import points_back

QUESTIONS = (
    ("Waarom belt Van Dalen geen onbekende bedrijven meer?", "2018-02-15-wij-bellen-niet-meer.md"),
    ("Hoe lang mag een offerte zijn?", "2012-09-20-de-offerte-die-niemand-las.md"),
    ("Wat leverde de vierdaagse werkweek op?", "2025-02-06-vrijdag-is-er-niemand.md"),
    ("Why did customers leave?", "2021-04-22-tien-klanten-die-weggingen.md"),
)
UNKNOWN = (
    "Hoe behandel je een tropische koortsaanval bij papegaaien?",
    "Wat kost een elektrische auto?",
    "Wie won in 1988 het songfestival?",
    "What does a recipe for apple pie with cinnamon look like?",
)


def assert_sound(bot: ColumnBot, answer: Answer) -> None:
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        assert bot.article(citation.article.path).text[citation.start : citation.end] == citation.quote
    for sentence in answer.sentences:
        assert sentence.citations
        assert set(sentence.citations) <= set(numbers)
        quote = answer.citations[sentence.citations[0] - 1].quote
        assert " ".join(quote.split()) in " ".join(sentence.text.split())
    assert 0 <= answer.confidence <= 1
    assert answer.found == bool(answer.sentences)


@pytest.mark.parametrize(("question", "path"), QUESTIONS)
def test_an_answer_quotes_the_column_that_knows(bot: ColumnBot, question: str, path: str) -> None:
    answer = bot.ask(question)
    assert answer.found
    assert path in {citation.article.path for citation in answer.citations}
    assert_sound(bot, answer)


def test_an_answer_says_who_wrote_it_and_when_in_the_language_of_the_question(bot: ColumnBot) -> None:
    dutch = bot.ask(QUESTIONS[1][0])
    assert "(Redactie columnbot, 20 september 2012): “" in dutch.text
    english = bot.ask(QUESTIONS[3][0])
    assert english.language == "en"
    assert "(Redactie columnbot, 22 April 2021): “" in english.text


def test_an_answer_stays_short(bot: ColumnBot) -> None:
    for question, _ in QUESTIONS:
        assert len(bot.ask(question).text.split()) <= ANSWER_WORDS + QUOTES


@pytest.mark.parametrize("question", UNKNOWN)
def test_what_the_archive_does_not_know_is_said_with_the_nearest_columns(bot: ColumnBot, question: str) -> None:
    answer = bot.ask(question)
    assert not answer.found
    assert answer.citations == ()
    assert answer.text.startswith(
        ("In dit archief is hierop geen antwoord", "No answer to that was found in this archive.")
    )
    nearest = list(dict.fromkeys(hit.passage.article.title for hit in answer.hits))[:3]
    assert all(f"“{title}”" in answer.text for title in nearest)
    assert_sound(bot, answer)


def test_of_a_part_of_the_archive_it_does_not_say_more_than_it_looked_at(bot: ColumnBot) -> None:
    answer = bot.ask(UNKNOWN[0], since=date(2020, 1, 1))
    assert not answer.found
    assert answer.text.startswith("In het gekozen deel van dit archief is hierop geen antwoord gevonden.")


@pytest.mark.slow
def test_a_question_on_its_subject_is_trusted_more_than_one_from_another_world(bot: ColumnBot) -> None:
    sure = [bot.ask(question).confidence for question, _ in QUESTIONS]
    unsure = [bot.ask(question).confidence for question in UNKNOWN]
    assert min(sure) > max(unsure)


def test_a_streamed_answer_grows_to_the_whole_one(bot: ColumnBot) -> None:
    question = QUESTIONS[0][0]
    steps = list(bot.stream(question))
    assert len(steps) > 1
    assert steps[-1] == bot.ask(question)
    for step in steps:
        assert_sound(bot, step)
        assert steps[-1].text.startswith(step.text)


def test_growing_gives_a_refusal_in_one_step(bot: ColumnBot) -> None:
    refusal = bot.ask(UNKNOWN[0])
    assert list(growing(refusal)) == [refusal]


def test_a_citation_that_does_not_stand_in_its_article_cannot_be_made() -> None:
    article = Article("a.md", "Titel", "De kat zat op de mat.")
    with pytest.raises(ValueError, match="a.md"):
        Citation(1, article, "De hond", 0, 7)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=200).filter(lambda text: any(c.isalnum() for c in text)))
def test_any_question_gets_a_sound_answer(bot: ColumnBot, question: str) -> None:
    assert_sound(bot, bot.ask(question))


def test_a_question_on_change_is_answered_year_by_year(bot: ColumnBot) -> None:
    answer = bot.ask("Hoe veranderde zijn mening over de telefoon door de jaren heen?")
    days = [citation.article.date for citation in answer.citations]
    years = [day.year for day in days if day]

    assert len(years) == len(days) >= 2
    assert years == sorted(set(years))
    assert [sentence.text.split(":")[0] for sentence in answer.sentences] == [str(year) for year in years]
    assert all("telefo" in citation.quote.lower() for citation in answer.citations)


def test_a_quote_that_opens_with_a_pronoun_brings_the_sentence_before_it(bot: ColumnBot) -> None:
    for question, _ in QUESTIONS:
        for citation in bot.ask(question).citations:
            before = citation.article.text[: citation.start].rstrip(" ")
            opens_passage = not before or before.endswith("\n")
            assert opens_passage or not points_back(citation.quote)


def test_a_heading_or_question_is_quoted_with_what_stands_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anything = replace(READ, sure_enough=0.0)  # one column tells too little to be sure
    monkeypatch.setattr(answering, "READ", anything)
    (tmp_path / "archief").mkdir()
    (tmp_path / "archief" / "boete.md").write_text(
        "---\ntitle: Een dure maandag\nauthor: Tineke Vos\ndate: 2019-02-03\n---\n"
        "Op maandag lag er een brief van de gemeente.\n\nDe boete van de bakker\n\n"
        "Waarom kreeg de bakker een boete? Zijn oven stond op zondag aan.\n\nHij betaalde haar die week nog.\n",
        encoding="utf-8",
    )
    build_index(tmp_path / "archief", tmp_path / "index")
    answer = ColumnBot.open(tmp_path / "index").ask("Waarom kreeg de bakker een boete?")

    assert any("Zijn oven stond op zondag aan." in citation.quote for citation in answer.citations), answer.text
    for citation in answer.citations:
        assert not citation.quote.endswith(("?", "bakker"))
    assert "De boete van de bakker Waarom" not in answer.text


@pytest.mark.parametrize(
    "talk", ["Hallo!", "Wie ben jij?", "Bedankt", "Hoe gaat het?", "Who are you?", "Wat is dit?", "Hoe laat is het?"]
)
def test_a_question_that_names_no_subject_is_not_answered_with_whatever_holds_its_words(
    bot: ColumnBot, talk: str
) -> None:
    answer = bot.ask(talk)

    assert not answer.found
    assert answer.text.startswith(("Vraag naar iets", "Ask about something"))
    assert answer.hits


def test_who_asks_for_help_is_told_where_there_is_some_and_nothing_of_columns(bot: ColumnBot) -> None:
    answer = bot.ask("Hoe pleeg ik zelfmoord?")

    assert not answer.found
    assert "113" in answer.text
    assert answer.hits == ()


def test_a_follow_up_may_name_no_subject(bot: ColumnBot) -> None:
    conversation = bot.conversation()
    conversation.ask(QUESTIONS[0][0])

    assert conversation.ask("En waarom?").found


def test_what_happened_in_a_year_is_quoted_from_columns_of_that_time_or_that_name_it(bot: ColumnBot) -> None:
    for year in (2009, 2014, 2018):
        answer = bot.ask(f"Wat schreef de columnist in {year} over de telefoon?")
        articles = [hit.passage.article for hit in answer.hits]

        assert articles
        assert all(
            (article.date and article.date.year in (year, year + 1)) or str(year) in article.text
            for article in articles
        )


def test_a_year_that_the_archive_knows_nothing_of_is_not_answered_from_others(bot: ColumnBot) -> None:
    answer = bot.ask("Wat schreef de columnist in 1902 over de telefoon?")

    assert not answer.found
    assert answer.hits  # the nearest, of whatever year
