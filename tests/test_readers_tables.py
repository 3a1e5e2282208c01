"""Tables of articles: CSV as Excel and databases write it, and JSON lines."""

import json
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot import Article
from tests.test_readers import GOOD, archive_of


def read(folder: Path, name: str, content: str | bytes) -> tuple[list[Article], dict[str, str]]:
    """The articles in the order of their paths and the reasons by path, of a table beside a good column."""
    archive = archive_of(folder, {name: content, "goed.md": GOOD})
    articles = sorted((a for a in archive.articles if a.path != "goed.md"), key=lambda a: a.path)
    assert len(articles) == len(archive.articles) - 1
    return articles, {skipped.path: skipped.reason for skipped in archive.skipped}


STOEL = Article(
    path="x#de-stoel",
    title="De stoel",
    text='Er stond een stoel; "leeg", zei zij.\n\nNu niet meer.',
    author="Petra Smit",
    date=date(2014, 3, 6),
    url="https://p.nl/de-stoel",
    tags=("werk", "stoelen"),
)
CELLS = '"De stoel"{d}"Er stond een stoel; ""leeg"", zei zij.\n\nNu niet meer."{d}Petra Smit{d}{day}{d}https://p.nl/de-stoel{d}'


def like(article: Article, path: str) -> Article:
    return Article(path, article.title, article.text, article.author, article.date, article.url, article.tags)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(
    ("header", "delimiter", "day"),
    [
        ("title,text,author,date,url,tags", ",", "2014-03-06"),
        ("Titel;Tekst;Auteur;Datum;Link;Trefwoorden", ";", "6-3-2014"),
        ("headline\tBODY\tbyline\tpublished_at\tpermalink\tcategories", "\t", "2014-03-06T23:30:00+01:00"),
        ("sep=;\n\nkop;inhoud;schrijver;publicatiedatum;url;tags", ";", "6 maart 2014"),
        ("titel|content|auteur|datum|url|rubriek", "|", "06/03/2014"),
    ],
)
def test_a_row_of_csv_is_an_article(tmp_path, encoding, header, delimiter, day):
    row = CELLS.format(d=delimiter, day=day) + ('"werk,stoelen"' if delimiter != ";" else "werk|stoelen")
    content = f"{header}\r\n{row}\r\n".encode(encoding)
    assert read(tmp_path, "t.csv", content) == ([like(STOEL, "t.csv#de-stoel")], {})


def test_a_line_of_json_is_an_article(tmp_path):
    record = {"title": STOEL.title, "body": STOEL.text, "author": {"name": "Petra Smit"}, "date": "2014-03-06",
              "url": STOEL.url, "tags": ["werk", "stoelen"], "text": None, "onbekend": [1]}  # fmt: skip
    lines = f"{json.dumps(record)}\n\n{json.dumps({'Titel': 'Twee', 'Tekst': 'Nog een.', 'ID': 12})}"
    articles, reasons = read(tmp_path, "t.jsonl", lines)
    assert articles == [Article("t.jsonl#12", "Twee", "Nog een."), like(STOEL, "t.jsonl#de-stoel")]
    assert reasons == {}


def test_a_list_in_a_json_file_is_read_like_json_lines(tmp_path):
    articles, reasons = read(tmp_path, "t.json", '[{"titel": "Een", "tekst": "Een stoel."}, {"titel": "Twee"}, 3]')
    assert articles == [Article("t.json#1", "Een", "Een stoel.")]
    assert reasons == {
        "t.json#2": "item 2: it has no text, body, content or tekst",
        "t.json#3": "item 3: not an object with named fields",
    }


def test_rows_that_give_no_article_are_named_with_the_reason(tmp_path):
    rows = ["1,A,,,", "2,B,Een stoel.,draft,", "3,C,Een stoel.,,ja", "4,D,Een stoel.,Published,nee", "", "5"]
    content = "\n".join(["id,title,text,status,draft", *rows])
    articles, reasons = read(tmp_path, "t.csv", content)
    assert [(a.path, a.title) for a in articles] == [("t.csv#4", "D")]
    assert reasons == {
        "t.csv#1": "line 2: it holds no words",
        "t.csv#2": 'line 3: its status is "draft", not published',
        "t.csv#3": "line 4: a draft",
        "t.csv#5": "line 7: it has no text, body, content or tekst",
    }


def test_a_row_with_more_cells_than_the_header_is_named_and_not_read_by_half(tmp_path):
    rows = ["A,Een stoel, leeg, in de hal.", r'B,"Zij zei \"nee, en\" zweeg.",', "C,Een stoel.,,", "D,Een bank."]
    articles, reasons = read(tmp_path, "t.csv", "\n".join(["title,text", *rows]))
    assert [(a.title, a.text) for a in articles] == [("C", "Een stoel."), ("D", "Een bank.")]
    assert list(reasons) == ["t.csv#2", "t.csv#3"]
    assert reasons["t.csv#2"].startswith("line 2: it has 4 cells and the header 2: put a text with the delimiter in it")


def test_columns_of_wordpress_s_own_names_are_known(tmp_path):
    (article,), _ = read(
        tmp_path, "t.csv", "ID,post_title,post_content,post_date\n7,De stoel,Niemand.,2014-03-06 10:00\n"
    )
    assert article == Article("t.csv#7", "De stoel", "Niemand.", date=date(2014, 3, 6))


def test_lines_of_json_that_give_no_article_are_named_with_the_reason(tmp_path):
    lines = [
        '{"titel": "A"}',
        "geen json",
        "[1]",
        '{"tekst": "Een stoel."}',
        '{"tekst": "\x00"}',
        "[" * 100_000,
        "1" * 9999,
    ]
    articles, reasons = read(tmp_path, "t.jsonl", "\n".join(lines))
    assert [a.path for a in articles] == ["t.jsonl#4"]
    assert {path.partition("#")[2]: reason[:36] for path, reason in reasons.items()} == {
        "1": "line 1: it has no text, body, conten",
        "2": "line 2: not JSON: Expecting value: l",
        "3": "line 3: not an object with named fie",
        "5": "line 5: not JSON: Invalid control ch",
        "6": "line 6: not JSON of articles: it is ",
        "7": "line 7: not JSON: Exceeds the limit ",
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("titel,datum\nA,2014\n", "none of its columns is called text, body, content or tekst; they are: titel, datum"),
        ("", "none of its columns is called text, body, content or tekst; they are: none"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "none of its columns is called text"),
    ],
)
def test_a_table_without_a_column_of_text_is_skipped_with_its_columns(tmp_path, content, reason):
    articles, reasons = read(tmp_path, "t.csv", content)
    assert articles == []
    assert reasons["t.csv"].startswith(reason)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<p>Een <b>stoel</b>.</p><p>Twee &amp; drie.</p>", "Een stoel.\n\nTwee & drie."),
        ("Een stoel: 3 < 4 & 5 > 4.", "Een stoel: 3 < 4 & 5 > 4."),
        ("Caf&eacute; &amp; bar.\n\nR&#38;D, AT&T en 3 &lt; 4.", "Café & bar.\n\nR&D, AT&T en 3 < 4."),
        ("Een <em>stoel</em>.\n\nEn een bank\nof kast. [gallery ids=1]", "Een stoel.\n\nEn een bank\nof kast."),
        ("<!-- wp:paragraph -->\n<p>Een.</p>\n<!-- /wp:paragraph -->\n\n<p>Twee.</p>", "Een.\n\nTwee."),
        ("<p>Een stoel\nen een bank.</p>\n<p>Twee.</p>", "Een stoel en een bank.\n\nTwee."),
        ("Een  stoel.\x0b\x00\n\n\nTwee.", "Een stoel.\n\nTwee."),
    ],
)
def test_text_in_a_cell_is_plain_or_html(tmp_path, cell, text):
    (article,), _ = read(tmp_path, "t.csv", f'tekst\n"{cell}"\n')
    assert article.text == text


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("31-12-2019", date(2019, 12, 31)),
        ("3/4/2019", date(2019, 4, 3)),
        ("12/31/2019", date(2019, 12, 31)),
        ("31.12.2019 10:00", date(2019, 12, 31)),
        ("31-31-2019", None),
        (1577750400, date(2019, 12, 31)),
        (1577750400000, date(2019, 12, 31)),
        (7, None),
        (True, None),
        (float("nan"), None),
        (10**30, None),
    ],
)
def test_a_date_is_understood_as_it_stands_in_tables(tmp_path, written, day):
    (article,), _ = read(tmp_path, "t.jsonl", json.dumps({"tekst": "Een stoel.", "datum": written}))
    assert article.date == day


def test_mixed_encodings_in_one_table_are_read_right(tmp_path):
    content = "tekst\nEen café.\n".encode() + "Een patiënt.\n".encode("cp1252")
    articles, reasons = read(tmp_path, "t.csv", content)
    assert [article.text for article in articles] == ["Een café.", "Een patiënt."]
    assert reasons == {}


def test_a_line_of_fifty_megabytes_is_named_and_the_rest_is_read(tmp_path):
    lines = [json.dumps({"tekst": text}) for text in ("Een stoel.", "woord " * 9_000_000, "Twee stoelen.")]
    articles, reasons = read(tmp_path, "t.jsonl", "\n".join(lines))
    assert [article.path for article in articles] == ["t.jsonl#1", "t.jsonl#3"]
    assert reasons == {"t.jsonl#2": "line 2: more than 20 million characters are too many for one article"}


def test_a_quote_that_is_never_closed_ends_the_table_with_the_line(tmp_path):
    content = 'tekst\nEen stoel.\n"Twee\n' + "woord woord woord\n" * 1_200_000
    articles, reasons = read(tmp_path, "t.csv", content)
    assert [article.path for article in articles] == ["t.csv#2"]
    assert reasons == {"t.csv": "not read from line 3 on: field larger than field limit (20000000)"}


def test_a_line_of_fifty_megabytes_ends_a_table(tmp_path):
    articles, reasons = read(tmp_path, "t.csv", "tekst\nEen stoel.\n" + "woord " * 9_000_000)
    assert [article.path for article in articles] == ["t.csv#2"]
    assert reasons == {"t.csv": "not read from line 3 on: a line of more than 20 million characters"}


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("Een stoel.")
records = st.dictionaries(
    st.sampled_from(["title", "tekst", "author", "datum", "url", "tags", "id", "status", "draft", "Text"])
    | st.text(max_size=3),
    st.recursive(
        values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("name"), inner), max_leaves=4
    ),
    max_size=5,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(records, max_size=6))
def test_every_record_is_an_article_or_named(objects):
    lines = "\n".join(json.dumps(record) for record in objects)
    with tempfile.TemporaryDirectory() as folder:
        archive = archive_of(Path(folder), {"t.jsonl": lines, "t.json": json.dumps(objects), "goed.md": GOOD})
    named = [article.path for article in archive.articles] + [skipped.path for skipped in archive.skipped]
    named += [path for copy in archive.copies for path in copy.others]
    assert len(set(named)) == len(named)
    assert sum(path.startswith("t.jsonl#") for path in named) == len(objects)
    assert sum(path.startswith("t.json#") for path in named) == (len(objects) if objects else 0)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([b"tekst", b"titel", b",", b";", b"\n", b'"', b"\r", b"\0", b"\xe9", b"x", b"sep=;\n"])
        | st.binary(max_size=3),
        max_size=25,
    ).map(b"".join)
)
def test_any_bytes_in_a_table_become_articles_or_a_reason(content):
    with tempfile.TemporaryDirectory() as folder:
        archive = archive_of(
            Path(folder), {"t.csv": b"tekst\n" + content, "u.csv": content, "v.jsonl": content, "goed.md": GOOD}
        )
    assert "goed.md" in [article.path for article in archive.articles]
    assert all(skipped.reason for skipped in archive.skipped)
    assert all(article.text.strip() for article in archive.articles)


def test_rows_behind_a_quotation_mark_that_is_not_closed_are_no_part_of_its_cell(tmp_path):
    table = 'titel,tekst\nA,"De hal was leeg."\nB,"De hal was vol\nC,De hal was weg.\nD,En toen?\n'
    (article,), reasons = read(tmp_path, "x.csv", table)
    assert article.title == "A"
    assert reasons == {"x.csv": "not read from line 3 on: a quotation mark opens there that nothing closes"}
    (article,), reasons = read(tmp_path / "2", "x.csv", 'titel,tekst\nB,"De hal was ""vol"",\n\nzei men."')
    assert (article.text, reasons) == ('De hal was "vol",\n\nzei men.', {})


def test_what_says_nothing_hides_no_field_that_does(tmp_path):
    table = "title,date,created,text,content\nA,,2012-05-03,,De hal was leeg.\n"
    (article,), _ = read(tmp_path, "x.csv", table)
    assert (article.text, article.date) == ("De hal was leeg.", date(2012, 5, 3))
    row = {"title": "", "headline": "De hal", "text": "", "body": "De hal was vol.", "date": "", "published": "ja"}
    (article,), _ = read(tmp_path / "2", "x.json", json.dumps([{**row, "created": "2012-05-03"}]))
    assert (article.title, article.text, article.date) == ("De hal", "De hal was vol.", date(2012, 5, 3))


@pytest.mark.parametrize(
    ("fields", "is_read"),
    [
        ({"published": False}, False),
        ({"published": "nee"}, False),
        ({"published": True}, True),
        ({"status": "1"}, True),
        ({"status": "archived"}, True),
        ({"status": 0}, False),
        ({"status": "concept"}, False),
    ],
)
def test_what_is_not_published_is_left_out(tmp_path, fields, is_read):
    articles, reasons = read(
        tmp_path, "x.json", json.dumps([{"title": "De hal", "text": "De hal was leeg.", **fields}])
    )
    assert (len(articles), len(reasons)) == ((1, 0) if is_read else (0, 1))


@pytest.mark.parametrize(
    "value",
    [
        {"title": "De hal", "body": "De hal was leeg."},
        {"posts": [{"title": "De hal", "body": "De hal was leeg."}], "count": 1},
        [{"title": {"rendered": "De hal"}, "content": {"rendered": "<p>De hal was leeg.</p>"}}],
    ],
)
def test_json_is_read_in_the_shapes_that_it_is_saved_in(tmp_path, value):
    (article,), _ = read(tmp_path, "x.json", json.dumps(value))
    assert (article.title, article.text) == ("De hal", "De hal was leeg.")


@pytest.mark.parametrize("day", ["201205031200", "20120503120000", "1336003200"])
def test_a_time_may_be_written_together(tmp_path, day):
    (article,), _ = read(tmp_path, "x.json", json.dumps([{"title": "De hal", "text": "De hal was leeg.", "date": day}]))
    assert article.date == date(2012, 5, 3)
