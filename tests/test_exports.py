"""What Medium, Substack, Ghost and Movable Type hand out, in a folder or a zip."""

import json
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from columnbot import Article
from columnbot.readers import Skipped, read_archive

MEDIUM = """\
<!DOCTYPE html><html><head><meta charset="utf-8"><title>De brug van Eefde</title></head><body>
<article class="h-entry"><header><h1 class="p-name">De brug van Eefde</h1></header>
<section data-field="subtitle" class="p-summary">Over een man en zijn brug</section>
<section data-field="body" class="e-content"><section class="section section--body"><div class="section-content">
<h3 class="graf graf--h3 graf--title">De brug van Eefde</h3>
<p class="graf graf--p">De brugwachter van Eefde heet Wim. Hij draait de brug met de hand.</p>
<blockquote class="graf graf--blockquote">Een brug is een gesprek met een hek ertussen.</blockquote>
<p class="graf graf--p">Op zondag is hij er niet.</p></div></section></section>
<footer><p>By <a href="https://medium.com/@tineke" class="p-author h-card">Tineke Vos</a> on
<a href="https://medium.com/p/abc123"><time class="dt-published" datetime="2018-05-04T10:01:02.003Z">May 4, 2018</time>
</a>.</p><p><a href="https://medium.com/@tineke/de-brug-abc123" class="p-canonical">Canonical link</a></p>
<p>Exported from <a href="https://medium.com">Medium</a> on June 1, 2020.</p></footer></article></body></html>"""

POSTS = """\
post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,podcast_url
101.de-oven,2021-03-04T06:00:00.000Z,true,,,newsletter,everyone,"De oven,<br><br>&amp; de bakker",Over brood,
102.het-idee,,false,,,newsletter,everyone,Een idee,,
"""
OVEN = """\
<h2>Om drie uur</h2><p>De oven van bakker Slot staat al honderd jaar op dezelfde plek.</p>
<div class="subscription-widget-wrap"><div class="subscription-widget show-subscribe"><p class="cta-caption">Thanks for
reading! Subscribe for free.</p></div></div><blockquote><p>Oud brood bestaat niet.</p></blockquote>
<p class="button-wrapper"><a class="button primary" href="https://x.substack.com/p/y?action=share">Share</a></p>
<p>Wie vroeg langskomt, krijgt een krentenbrood mee.</p>"""
SUBSTACK = {
    "posts.csv": POSTS,
    "posts/101.de-oven.html": OVEN,
    "posts/102.het-idee.html": "<p>Nog niet af.</p>",
    "posts/103.zonder-regel.html": "<h1>Zonder regel</h1><p>Deze staat niet in de lijst.</p>",
}
OVEN_TEXT = (
    "Om drie uur\n\nDe oven van bakker Slot staat al honderd jaar op dezelfde plek.\n\n> Oud brood bestaat niet.\n\n"
    "Wie vroeg langskomt, krijgt een krentenbrood mee."
)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def test_a_page_of_medium_is_a_column_with_all_that_it_says_of_itself(tmp_path: Path) -> None:
    write(tmp_path, {"posts/2018-05-04_De-brug-abc123.html": MEDIUM, "posts/draft_Een-idee-def456.html": MEDIUM})
    archive = read_archive(tmp_path)

    assert archive.articles == (
        Article(
            path="posts/2018-05-04_De-brug-abc123.html",
            title="De brug van Eefde",
            text="De brugwachter van Eefde heet Wim. Hij draait de brug met de hand.\n\n"
            "> Een brug is een gesprek met een hek ertussen.\n\nOp zondag is hij er niet.",
            author="Tineke Vos",
            date=date(2018, 5, 4),
            url="https://medium.com/@tineke/de-brug-abc123",
        ),
    )
    assert archive.skipped == (Skipped("posts/draft_Een-idee-def456.html", "a draft: it was never published"),)


@pytest.mark.parametrize("place", ["", "brieven/", "in a zip"])
def test_of_a_substack_the_list_tells_title_date_and_what_was_published(tmp_path: Path, place: str) -> None:
    if place == "in a zip":
        place = "export.zip/"
        with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive_file:
            for name, content in SUBSTACK.items():
                archive_file.writestr(name, content)
    else:
        write(tmp_path, {f"{place}{name}": content for name, content in SUBSTACK.items()})
    archive = read_archive(tmp_path)

    assert archive.articles == (
        Article(f"{place}posts/101.de-oven.html", "De oven, & de bakker", OVEN_TEXT, date=date(2021, 3, 4)),
        Article(f"{place}posts/103.zonder-regel.html", "Zonder regel", "Deze staat niet in de lijst."),
    )
    assert [skipped.path for skipped in archive.skipped] == [f"{place}posts/102.het-idee.html"]
    assert "not published" in archive.skipped[0].reason


def test_another_table_of_that_name_is_read_as_a_table(tmp_path: Path) -> None:
    write(tmp_path, {"posts.csv": "titel,tekst\nEen,Er stond een stoel.\n"})

    assert [article.title for article in read_archive(tmp_path).articles] == ["Een"]


@pytest.mark.parametrize(
    "content", ["", "post_id", 'post_id,title\n"', "\0", "post_id,post_date,is_published,title\n,,,\n"]
)
def test_a_list_that_is_none_does_no_harm(tmp_path: Path, content: str) -> None:
    write(tmp_path, {"posts.csv": content, "posts/101.de-oven.html": OVEN})

    assert [article.text for article in read_archive(tmp_path).articles] == [OVEN_TEXT]


def ghost(**of_posts: object) -> dict[str, object]:
    """An export with one published post, of two authors, and whatever else."""
    post = {
        "id": "5f1", "title": "De oven &amp; de bakker", "slug": "de-oven", "status": "published", "type": "post",
        "html": "<p>De oven staat er al honderd jaar.</p><blockquote><p>Oud brood bestaat niet.</p></blockquote>",
        "published_at": "2021-03-04T06:00:00.000Z", "created_at": "2020-01-01T06:00:00.000Z",
    }  # fmt: skip
    return {
        "posts": [post | of_posts],
        "users": [{"id": "1", "name": "Tineke Vos"}, {"id": "2", "name": "Ali Slot"}],
        "posts_authors": [
            {"post_id": "5f1", "author_id": "1", "sort_order": 1},
            {"post_id": "5f1", "author_id": "2", "sort_order": 0},
        ],
        "tags": [{"id": "a", "name": "brood"}, {"id": "b", "name": "#nieuwsbrief"}],
        "posts_tags": [{"post_id": "5f1", "tag_id": "b"}, {"post_id": "5f1", "tag_id": "a"}],
    }  # fmt: skip


def exported(data: object, *, wrapped: bool = True) -> str:
    export = {"meta": {"exported_on": 1388805572000, "version": "5.0.0"}, "data": data}
    return json.dumps({"db": [export]} if wrapped else export)


OVEN_OF_GHOST = Article(
    path="ghost.json#de-oven",
    title="De oven & de bakker",
    text="De oven staat er al honderd jaar.\n\n> Oud brood bestaat niet.",
    author="Ali Slot, Tineke Vos",
    date=date(2021, 3, 4),
    tags=("brood",),
)


@pytest.mark.parametrize("wrapped", [True, False])
def test_of_a_ghost_its_tables_tell_who_wrote_a_post_and_on_what(tmp_path: Path, wrapped: bool) -> None:
    write(tmp_path, {"ghost.json": exported(ghost(), wrapped=wrapped)})
    archive = read_archive(tmp_path)

    assert archive.articles == (OVEN_OF_GHOST,)
    assert archive.skipped == ()


def test_a_ghost_of_the_first_versions_is_read(tmp_path: Path) -> None:
    data = ghost(id=5, page=0, author_id=1, published_at=1614837600000) | {"posts_authors": [], "posts_tags": []}
    del data["posts"][0]["type"]  # type: ignore[index]
    write(tmp_path, {"ghost.json": exported(data | {"users": [{"id": 1, "name": "Tineke Vos"}]})})
    (article,) = read_archive(tmp_path).articles

    assert (article.author, article.date) == ("Tineke Vos", date(2021, 3, 4))


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"status": "draft"}, 'its status is "draft"'),
        ({"status": "scheduled"}, 'its status is "scheduled"'),
        ({"status": None}, 'its status is ""'),
        ({"type": "page"}, "--pages"),
        ({"page": 1, "type": None}, "--pages"),
        ({"html": None}, "no words"),
        ({"html": None, "lexical": '{"root": {}}'}, "the editor's own format"),
    ],
)
def test_of_a_ghost_what_is_no_published_post_is_named(tmp_path: Path, what: dict[str, object], reason: str) -> None:
    write(tmp_path, {"ghost.json": exported(ghost(**what)), "goed.md": "Dit stuk is in orde."})
    archive = read_archive(tmp_path)

    assert [article.path for article in archive.articles] == ["goed.md"]
    assert [skipped.path for skipped in archive.skipped] == ["ghost.json#de-oven"]
    assert reason in archive.skipped[0].reason


def test_the_pages_of_a_ghost_are_read_where_they_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"ghost.json": exported(ghost(type="page"))})

    assert read_archive(tmp_path, pages=True).articles == (OVEN_OF_GHOST,)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["db", "meta", "data", "posts", "users", "posts_authors", "tags", "id", "status", "html"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_tables_of_any_shape_do_no_harm(odd: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {"a.json": exported(odd), "b.json": exported({"posts": odd, "users": odd, "posts_tags": odd})}
        write(Path(folder), files | {"goed.md": "Dit stuk is in orde."})
        archive = read_archive(Path(folder))

    assert [article.path for article in archive.articles if article.path == "goed.md"] == ["goed.md"]
    assert not any("its reader failed" in skipped.reason for skipped in archive.skipped)


MOVABLE_TYPE = """\
AUTHOR: Tineke Vos
TITLE: De oven &amp; de bakker
BASENAME: de_oven
STATUS: Publish
ALLOW COMMENTS: 1
CONVERT BREAKS: __default__
PRIMARY CATEGORY: Eten
CATEGORY: Eten
CATEGORY: Oud

DATE: 03/04/2021 06:00:00 PM
TAGS: "oud brood",bakker
UNIQUE URL: https://tineke.voorbeeld.nl/2021/03/de_oven.html
-----
BODY:
De oven staat er al <em>honderd</em> jaar.

-----
Oud brood bestaat niet.
-----
EXTENDED BODY:
Wie vroeg langskomt, krijgt een krentenbrood mee.
-----
EXCERPT:
Over brood.
-----
KEYWORDS:

-----
COMMENT:
AUTHOR: Jan
DATE: 03/05/2021 10:00:00 AM
Mooi stuk!
-----
PING:
TITLE: Elders
-----
--------
AUTHOR: Tineke Vos
TITLE: Een idee
STATUS: Draft
DATE: 03/06/2021 06:00:00 PM
-----
BODY:
Nog niet af.
-----
--------
TITLE: In Markdown
CONVERT BREAKS: markdown_with_smartypants
DATE: 12/31/2004 18:00:00
-----
BODY:
Het *was* een [stoel](https://voorbeeld.nl).
-----
EXTENDED BODY:

-----
--------
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("place", ["", "in a zip"])
def test_the_entries_of_a_movable_type_are_columns(tmp_path: Path, place: str, end: str) -> None:
    content = MOVABLE_TYPE.replace("\n", end)
    if place:
        with zipfile.ZipFile(tmp_path / "oud.zip", "w") as archive_file:
            archive_file.writestr("export.txt", content)
    else:
        (tmp_path / "export.txt").write_bytes(content.encode("cp1252"))
    archive = read_archive(tmp_path)
    path = "oud.zip/export.txt" if place else "export.txt"

    assert archive.articles == (
        Article(f"{path}#3", "In Markdown", "Het was een stoel.", date=date(2004, 12, 31), author="Tineke Vos"),
        Article(
            path=f"{path}#de_oven",
            title="De oven & de bakker",
            text="De oven staat er al honderd jaar.\n\nOud brood bestaat niet.\n\n"
            "Wie vroeg langskomt, krijgt een krentenbrood mee.",
            author="Tineke Vos",
            date=date(2021, 3, 4),
            url="https://tineke.voorbeeld.nl/2021/03/de_oven.html",
            tags=("oud brood", "bakker", "Eten", "Oud"),
        ),
    )
    assert [(skipped.path, skipped.reason) for skipped in archive.skipped] == [
        (path, '1 of the kind "comment" left out: only posts are read'),
        (f"{path}#2", 'entry 2: its status is "Draft", not "Publish"'),
    ]


def test_an_entry_that_is_too_long_is_named_and_the_others_are_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("columnbot.readers.movable_type._MOST", 1000)
    long = f"TITLE: Lang\n-----\nBODY:\n{'Woord. ' * 30}\n" + "Nog een regel.\n" * 90 + "-----\n--------\n"
    write(tmp_path, {"export.txt": f"{long}TITLE: Kort\n-----\nBODY:\nKort maar krachtig.\n-----\n--------"})
    archive = read_archive(tmp_path)

    assert [article.title for article in archive.articles] == ["Kort"]
    assert archive.skipped == (Skipped("export.txt#1", "entry 1 is too long for an article"),)


@pytest.mark.parametrize(
    "content",
    [
        "TITLE: De hal\nAUTHOR: Jan Bos\n-----\nDe hal is leeg.",
        "TITEL: Hoofdletters\n-----\nDe kop staat hierboven.",
        "-----\nBODY:\nEen rij streepjes.\n-----\n",
    ],
)
def test_a_text_with_rules_in_it_is_one_column(tmp_path: Path, content: str) -> None:
    write(tmp_path, {"stuk.txt": content})

    assert [article.path for article in read_archive(tmp_path).articles] == ["stuk.txt"]
