"""What the chat puts on the page: escaped, numbered as the citations are, and nothing that was not shown before."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from columnbot import Answer, AnswerSentence, Article, Citation, ColumnBot
from columnbot.chat.page import Session, column_at, talk
from columnbot.chat.reader import column_html
from columnbot.chat.render import answer_html, question_html
from columnbot.chat.welcome import archive_line, example_questions

MARKS = str.maketrans("", "", "->")  # of list items and quoted blocks
QUESTION = "Waarom belt Van Dalen geen onbekende bedrijven meer?"


def words_of(html: str) -> list[str]:
    return unescape(re.sub(r"<[^>]+>", " ", html)).split()


def cite(article: Article, *quotes: str) -> tuple[Citation, ...]:
    starts = [article.text.index(quote) for quote in quotes]
    return tuple(
        Citation(n, article, quote, start, start + len(quote))
        for n, (quote, start) in enumerate(zip(quotes, starts, strict=True), start=1)
    )


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"]), max_size=300))
def test_a_column_shows_all_its_words_and_nothing_of_it_becomes_markup(text: str) -> None:
    html = column_html(Article("a.md", "<b>Titel</b>", text), (), None, "0:column:0", "nl")
    assert "<b>" not in html
    body = html[html.index('class="cb-body"') :]
    assert sorted("".join(words_of("<" + body)).translate(MARKS)) == sorted("".join(text.split()).translate(MARKS))


def test_marks_stand_around_what_is_quoted_also_across_paragraphs_and_overlaps() -> None:
    article = Article("a.md", "Titel", "Een. Twee drie.\n\nVier vijf. Zes.")
    citations = cite(article, "Twee drie.\n\nVier vijf.", "drie.\n\nVier vijf. Zes.")
    html = column_html(article, citations, 2, "0:citation:2", "nl")
    marked = " ".join(re.findall(r"<mark[^>]*>(.*?)</mark>", html))
    assert marked.split() == "Twee drie. Vier vijf. Zes.".split()
    chosen = " ".join(re.findall(r'<mark class="cb-chosen"[^>]*>(.*?)</mark>', html))
    assert chosen.split() == "drie. Vier vijf. Zes.".split()


def test_what_a_column_quotes_as_a_block_is_shown_as_one_and_marked_without_its_sign() -> None:
    article = Article("a.md", "Titel", "Zij schreef:\n\n> Een. Twee.\n\n> Drie.\n\nMooi.")
    body = column_html(article, cite(article, "Twee."), 1, "0:citation:1", "nl")

    assert (
        '<blockquote><p>Een. <mark class="cb-chosen" data-numbers="1">Twee.</mark></p><p>Drie.</p></blockquote>' in body
    )


def test_an_answer_has_a_button_for_each_citation_and_escapes_what_it_quotes() -> None:
    article = Article("a.md", "Titel <1>", "Een <script>kat</script> & een hond.", author="A & B")
    citations = cite(article, article.text)
    sentence = AnswerSentence(f"“{article.text}”", (1,))
    html = answer_html(Answer("v", True, 0.6, (sentence,), citations, "", (), "nl"), 3, "v")
    assert "<script>" not in html
    assert html.count('value="3:citation:1"') == 3  # the marker, the title and the quote of the source
    assert "\n" not in html  # Gradio would take what follows a blank line for Markdown


def test_a_question_is_shown_as_typed() -> None:
    assert words_of(question_html("<i>Wat</i> is\n$x$?")) == ["<i>Wat</i>", "is", "$x$?"]


def test_a_turn_opens_its_columns_and_no_others(bot: ColumnBot) -> None:
    session = Session(bot.conversation())
    *_, messages = talk(session, QUESTION)
    assert [message["role"] for message in messages] == ["user", "assistant"]
    first = session.answers[0].citations[0]
    html = column_at(session, "0:citation:1", "nl")
    assert html is not None
    assert first.article.title in unescape(html)
    for reference in (
        "0:citation:99",
        "1:citation:1",
        "0:column:9999",
        "x",
        "",
        None,
        ["0:citation:1"],
        "0:citation:-1",
    ):
        assert column_at(session, reference, "nl") is None
    assert column_at(None, "0:citation:1", "nl") is None


def test_a_question_that_is_refused_is_answered_in_one_line(bot: ColumnBot) -> None:
    session = Session(bot.conversation())
    *_, messages = talk(session, "?!")
    assert "cb-problem" in messages[-1]["content"]
    assert session.answers == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_first_screen_speaks_of_this_archive(bot: ColumnBot, language: str) -> None:
    assert archive_line(bot.articles(), language) == "40 columns, Redactie columnbot, 2009–2025"
    examples = example_questions(bot.articles(), language)
    assert len(examples) == 4
    assert all(bot.ask(example).found for example in examples)


def test_an_archive_of_one_undated_column_has_a_first_screen_too() -> None:
    article = Article("a.md", "Is duurzaamheid in sales iets nieuws?", "Nee.")
    assert archive_line([article], "nl") == "1 column"
    assert example_questions([article], "nl") == (article.title,)
    assert example_questions([], "nl") == ()
