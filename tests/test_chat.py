"""What the chat puts on the page: escaped, numbered as the citations are, and nothing that was not shown before."""

import json
import re
from datetime import date
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from columnbot import Answer, AnswerSentence, Article, Citation, ColumnBot, Filter
from columnbot.chat.about import about_html
from columnbot.chat.reader import column_html
from columnbot.chat.render import answer_html, question_html
from columnbot.chat.welcome import archive_line, example_questions

MARKS = str.maketrans("", "", "->")  # of list items and quoted blocks


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


def test_beside_an_answer_stands_where_it_looked_its_years_and_what_to_ask_next() -> None:
    where = Filter("A & B", date(2012, 1, 1), date(2014, 12, 31), ("fietsen",))
    years = {2011: 0, 2012: 4, 2013: 1}
    answer = Answer("v", False, 0.1, (), (), "Niets.", (), "nl")
    html = answer_html(answer, 7, "v", where=where, years=years, following=("Waarom <nu>?",))

    assert "Alleen gezocht in: A &amp; B, 2012–2014, fietsen" in html
    assert re.findall(r'value="7:year:(\d+)"', html) == ["2012", "2013"]  # a year without columns cannot be asked for
    assert re.findall(r"cb-height-(\d)", html) == ["0", "8", "2"]
    assert "5 columns noemen dit, 2011–2013" in html
    assert 'value="7:next:0">Waarom &lt;nu&gt;?</button>' in html


def test_a_verdict_is_asked_for_until_it_is_given() -> None:
    answer = Answer("v", False, 0.1, (), (), "Niets.", (), "en")
    asked, thanked = (answer_html(answer, 0, "v", verdict=verdict) for verdict in (None, "bad"))
    reasons = re.findall(r'value="0:verdict:(\w+)"', asked)
    assert reasons == ["good", "bad_wrong", "bad_beside", "bad_source", "bad_missing"]
    assert "verdict:" not in thanked and "Kept, thank you." in thanked


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_sheet_about_the_archive_counts_what_is_in_it(bot: ColumnBot, language: str) -> None:
    html = about_html(bot.index, language)
    facts = dict(zip(re.findall(r"<dt>(.*?)</dt>", html), re.findall(r"<dd>(.*?)</dd>", html), strict=True))
    articles = bot.articles()

    assert facts["Columns"] == str(len(articles))
    assert facts["Jaren" if language == "nl" else "Years"] == "2009–2025"
    assert facts["Auteurs" if language == "nl" else "Authors"] == f"Redactie columnbot ({len(articles)})"
    assert bot.index.name in facts["Index"]
    rows = re.findall(r'<th scope="row">(\d+)</th>.*?<td>(\d+)</td>', html)
    assert [int(year) for year, _ in rows] == list(range(2009, 2026))
    assert sum(int(number) for _, number in rows) == len(articles)
    days = sorted(article.date for article in articles if article.date)
    longest = max((after - before).days for before, after in pairwise(days))
    assert facts["Langste stilte" if language == "nl" else "Longest silence"].startswith(f"{longest} ")


def test_the_sheet_counts_what_was_left_out_for_one_reason_wherever_it_stood(bot: ColumnBot) -> None:
    reasons = ["item 1: a draft", "item 12: a draft", "line 3: a draft", "a draft", "line 4: it holds no words"]
    file = bot.index.beside / "report.json"
    before = file.read_bytes()
    file.write_text(json.dumps({"skipped": [{"path": "x", "reason": reason} for reason in reasons]}), encoding="utf-8")
    html = about_html(bot.index, "en")
    file.write_bytes(before)

    assert "<dd>a draft (4); it holds no words (1)</dd>" in html


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
