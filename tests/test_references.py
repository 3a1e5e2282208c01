"""Answers for somebody's own document: plain text, Markdown, BibTeX, CSL-JSON."""

import json
import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from columnbot import Answer, AnswerSentence, Article, Citation
from columnbot.chat.references import as_markdown, as_text, reference_of

ARTICLE = Article(
    "2014/veilig.md", "Hoe {veilig} is 100% & meer?", "Heel veilig.", author="Freek Jansén",
    date=date(2014, 9, 3), url="https://krant.nl/veilig_1",
)  # fmt: skip
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=60
)


def answer_of(article: Article) -> Answer:
    citation = Citation(1, article, article.text, 0, len(article.text))
    sentence = AnswerSentence(f"In “{article.title}”: “{article.text}”", (1,))
    return Answer("Hoe veilig?", True, 0.7, (sentence,), (citation,), f"{sentence.text} [1]", (), "nl")


def test_plain_text_has_the_answer_and_where_it_stands() -> None:
    assert as_text(answer_of(ARTICLE)).splitlines() == [
        "Hoe veilig?",
        "",
        "In “Hoe {veilig} is 100% & meer?”: “Heel veilig.” [1]",
        "",
        "Bronnen",
        "[1] “Hoe {veilig} is 100% & meer?”, Freek Jansén, 3 september 2014, https://krant.nl/veilig_1",
    ]


@given(title=WORDS, text=WORDS)
def test_markdown_shows_what_the_column_says_and_nothing_of_it_becomes_markup(title: str, text: str) -> None:
    markdown = as_markdown(answer_of(Article("a.md", title, text)))
    tokens = MarkdownIt("commonmark").parse(markdown)
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    ours = {
        f"{block}_{side}"
        for block in ("heading", "paragraph", "bullet_list", "list_item")
        for side in ("open", "close")
    }
    assert kinds <= ours | {"inline", "text", "text_special"}
    shown = "".join(child.content for token in tokens for child in token.children or ())
    assert "".join(text.split()) in "".join(shown.split())


def test_bibtex_escapes_what_is_a_command_there() -> None:
    reference = reference_of(ARTICLE)
    assert re.fullmatch(r"jansen2014-[0-9a-f]{6}", reference.key)
    assert reference.bibtex.splitlines() == [
        f"@misc{{{reference.key},",
        r"  title = {Hoe \{veilig\} is 100\% \& meer?},",
        "  author = {Freek Jansén},",
        "  year = {2014},",
        "  date = {2014-09-03},",
        "  url = {https://krant.nl/veilig_1},",
        "  note = {2014/veilig.md}",
        "}",
    ]


@given(title=WORDS, author=WORDS)
def test_bibtex_braces_stay_in_balance_whatever_a_title_holds(title: str, author: str) -> None:
    bibtex = reference_of(Article("a.md", title, "x", author=author)).bibtex
    bare = bibtex.replace(r"\textbackslash{}", "").replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")


def test_an_author_of_white_space_is_none() -> None:
    article = Article("a.md", "Titel", "x", author=" \t")
    assert reference_of(article).key.startswith("column-")
    assert "author" not in reference_of(article).bibtex
    assert "author" not in reference_of(article).csl


def test_csl_has_what_a_reference_manager_reads() -> None:
    csl = json.loads(json.dumps(reference_of(ARTICLE).csl))
    assert csl["issued"] == {"date-parts": [[2014, 9, 3]]}
    assert csl["author"] == [{"literal": "Freek Jansén"}]
    assert csl["URL"] == "https://krant.nl/veilig_1"
    bare = reference_of(Article("a.md", "Titel", "x", url="javascript:alert(1)")).csl
    assert bare == {
        "id": reference_of(Article("a.md", "T", "y")).key,
        "type": "article",
        "title": "Titel",
        "language": "nl",
    }


def test_two_columns_of_one_name_have_keys_of_their_own() -> None:
    one, other = (reference_of(Article(path, "Titel", "x")) for path in ("a.md", "b.md"))
    assert one.key != other.key
