"""Web pages as people have them: saved by a browser, or a whole site copied by wget or HTTrack."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from columnbot import Article
from columnbot.readers import Archive, read_archive
from columnbot.readers.html import read_mhtml
from columnbot.readers.source import text_of_html

WORDS = [
    "In de hal van het gemeentehuis staat een bank waar niemand zit. Ik heb er een middag naar gekeken.",
    "Achter het loket zat een man die zei dat hij het loket niet was. Wij wachtten samen op een ander.",
    "Om kwart over vijf ging het licht uit. Toen pas zei iemand mijn naam, en “welkom” erbij. De koffie kostte € 3.",
]
TEXT = "\n\n".join(WORDS)
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in WORDS)
MENU = "<nav><ul><li><a href='/'>Voorpagina</a></li><li><a href='/over'>Over ons</a></li></ul></nav>"


def read(folder: Path, files: dict[str, str | bytes]) -> Archive:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_archive(folder)


def read_one(folder: Path, name: str, content: str | bytes) -> Article:
    (article,) = read(folder, {name: content}).articles
    return article


def page(head: str = "", body: str = BODY) -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{MENU}<article>{body}</article></body></html>"


LD = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "De lege hal", "datePublished": "2014-05-03T23:30:00+02:00",
"author": {"@type": "Person", "name": "Petra de Wit"}}</script><title>De Veste</title>"""
OPEN_GRAPH = """<title>De lege hal - De Veste</title><meta property="og:title" content="De lege hal">
<meta property="og:type" content="article"><meta property="article:published_time" content="2014-05-03">
<meta name="author" content="Petra de Wit"><meta property="og:url" content="https://veste.example/hal">"""


@pytest.mark.parametrize(("head", "url"), [(LD, None), (OPEN_GRAPH, "https://veste.example/hal")])
def test_what_a_page_says_of_itself_is_taken_from_it(tmp_path: Path, head: str, url: str | None) -> None:
    expected = Article("hal.html", "De lege hal", TEXT, author="Petra de Wit", date=date(2014, 5, 3), url=url)
    assert read_one(tmp_path, "hal.html", page(head)) == expected


def test_a_page_that_only_shows_its_by_line_and_date_is_understood_all_the_same(tmp_path: Path) -> None:
    shown = "<h1>De lege hal</h1><p>Door Petra de Wit</p><p>Geplaatst op 3 mei 2014</p>"
    expected = Article("hal.html", "De lege hal", TEXT, author="Petra de Wit", date=date(2014, 5, 3))
    assert read_one(tmp_path, "hal.html", page("<title>De lege hal</title>", shown + BODY)) == expected


def test_a_year_in_the_text_is_not_the_date_of_the_page(tmp_path: Path) -> None:
    assert read_one(tmp_path, "hal.html", page("<title>Hal</title>", BODY + "<p>Zo was het in 1999.</p>")).date is None


@pytest.mark.parametrize("charset", ["windows-1252", "iso-8859-1", "ISO-8859-15", "utf-8", "utf-16", "x-onbekend"])
@pytest.mark.parametrize(
    "way", ["<meta charset='{}'>", "<meta http-equiv=Content-Type content='text/html; charset={}'>"]
)
def test_a_windows_page_is_read_right_whatever_it_calls_itself(tmp_path: Path, way: str, charset: str) -> None:
    if charset == "ISO-8859-15":
        content = page(way.format(charset)).replace("“", '"').replace("”", '"').encode("iso-8859-15")
        assert "€ 3" in read_one(tmp_path, "hal.html", content).text
    else:
        assert read_one(tmp_path, "hal.html", page(way.format(charset)).encode("cp1252")).text == TEXT


def test_windows_bytes_pasted_into_a_utf_8_page_do_not_spoil_the_rest(tmp_path: Path) -> None:
    content = page("<meta charset=utf-8>", BODY + "<p>Café, patiënt, één, twee ën drieën.</p>").encode()
    article = read_one(tmp_path, "hal.html", content.replace(b"drie\xc3\xabn", b"drie\xebn"))
    assert article.text == f"{TEXT}\n\nCafé, patiënt, één, twee ën drieën."


MHTML = """From: <Saved by Blink>
Snapshot-Content-Location: https://veste.example/hal
Subject: De lege hal
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----grens"

------grens
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable
Content-Location: https://veste.example/hal

{}
------grens
Content-Type: image/gif
Content-Transfer-Encoding: base64

R0lGODlhAQABAAAAACw=
------grens--
"""


def quoted_printable(text: str) -> str:
    import quopri

    return quopri.encodestring(text.encode()).decode()


@pytest.mark.parametrize("name", ["hal.mhtml", "hal.mht"])
def test_a_web_archive_of_a_browser_is_the_page_in_it(tmp_path: Path, name: str) -> None:
    head = "<meta charset=utf-8><title>De lege hal</title>"
    content = MHTML.format(quoted_printable(page(head))).replace("\n", "\r\n")
    assert read_one(tmp_path, name, content) == Article(name, "De lege hal", TEXT, url="https://veste.example/hal")


def test_a_web_archive_without_a_page_is_skipped_with_the_reason(tmp_path: Path) -> None:
    archive = read(tmp_path, {"goed.html": page(), "leeg.mht": "MIME-Version: 1.0\n\nniets"})
    assert [(skipped.path, skipped.reason) for skipped in archive.skipped] == [("leeg.mht", "no web page in it")]


LINKS = "".join(f"<li><a href='c{n}.html'>De kast van nummer {n}</a></li>" for n in range(30))
TEASER = (
    "<h2><a href='c{0}.html'>Kast {0}</a></h2><p>Er stond een kast op de gang, en het was kast {0}.</p>"
    "<a href='c{0}.html'>Lees verder</a>"
)


def test_of_a_copied_site_the_columns_are_read_and_what_leads_to_them_is_skipped(tmp_path: Path) -> None:
    root = "veste.example"
    archive = read(
        tmp_path,
        {
            f"{root}/2014/05/de-lege-hal/index.html": page(),
            f"{root}/index.html": page("<title>De Veste</title>", "".join(TEASER.format(n) for n in range(6))),
            f"{root}/tag/hal/index.html": page(
                "", f"<h2><a href='a'>a</a></h2><h2><a href='b'>b</a></h2>{TEASER.format(1)}{BODY}"
            ),
            f"{root}/sitemap.html": f"<html><body><h1>Alles</h1><ul>{LINKS}</ul></body></html>",
            f"{root}/hal_files/reclame.html": page("", "<p>Koop nu een kast van eikenhout bij ons.</p>"),
        },
    )

    assert [(article.path, article.title) for article in archive.articles] == [
        (f"{root}/2014/05/de-lege-hal/index.html", "De lege hal")
    ]
    assert [(skipped.path.removeprefix(f"{root}/"), skipped.reason) for skipped in archive.skipped] == [
        ("hal_files/reclame.html", "a piece of a saved page, not a page"),
        ("index.html", "an overview page: it holds the openings of 6 others"),
        ("sitemap.html", "an index page: nearly all of its words are links"),
        ("tag/hal/index.html", "an overview page: it holds the openings of 3 others"),
    ]


@pytest.mark.parametrize(
    ("comment", "url"),
    [
        ("<!-- saved from url=(0027)https://veste.example/hal -->", "https://veste.example/hal"),
        (
            "<!-- Mirrored from veste.example/hal.html by HTTrack Website Copier/3.x -->",
            "http://veste.example/hal.html",
        ),
    ],
)
def test_the_address_is_had_from_what_saved_the_page(tmp_path: Path, comment: str, url: str) -> None:
    assert read_one(tmp_path, "hal.html", page().replace("<head>", f"<head>{comment}")).url == url


def test_a_column_full_of_links_with_a_list_of_others_below_is_a_column(tmp_path: Path) -> None:
    linked = "".join(f"<p>{paragraph.replace('een', '<a href=x>een</a>')}</p>" for paragraph in WORDS)
    others = "<aside><h3><a href=a>A</a></h3><h3><a href=b>B</a></h3></aside>"
    assert read_one(tmp_path, "hal.html", page("", linked + others)).text.startswith(WORDS[0])


@pytest.mark.parametrize("charset", ["utf-8\0x", "utf-8;x", "iso-8859-99", "latin-9999", "idna", "zlib_codec"])
def test_a_mail_part_of_an_encoding_that_is_none_is_read_all_the_same(charset: str) -> None:
    page = f'MIME-Version: 1.0\nContent-Type: text/html; charset="{charset}"\n\n<p>De brug van één man.</p>\n'
    (article,) = read_mhtml("brug.mhtml", page.encode())

    assert article.text == "De brug van één man."


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<div>" * 300 + "Een." + "</div>" * 300 + "<p>Twee.</p>", "Een.\n\nTwee."),
        ("Een<center>twee</center>drie.", "Een\n\ntwee\n\ndrie."),
        ("<table><caption>Een</caption><tr><td>twee<td>drie</table>", "Een\n\ntwee | drie"),
        ("<fieldset><legend>Een</legend>twee.</fieldset>", "Een\n\ntwee."),
        ("<ul><li><div>een</div></li><li></li><li><div><p>twee</p></div></li></ul>Na.", "- een\n\n- twee\n\nNa."),
        ("<ul><li>een<ul><li>twee</li></ul></li></ul>", "- een\n\n- twee"),
        ("<pre><code>De zee,\n  de <b>zee</b>\n\nklotst</code> voort\nin</pre>", "De zee,\nde zee\n\nklotst voort\nin"),
        ("<p>Een.</p><!-- twee <p>Drie.</p>", "Een.\n\ntwee\n\nDrie."),
    ],
)
def test_no_word_of_html_is_lost_or_glued_to_another(markup: str, text: str) -> None:
    assert text_of_html(markup) == text


MATTER = """---
layout: post
title: De lege stoel &amp; ik
date: 2012-04-03 10:00:00 +0200
author: Petra Smit
tags: [stoel, hal]
permalink: /stoel/
---
"""


def test_a_post_of_jekyll_in_html_is_known_by_its_front_matter(tmp_path: Path) -> None:
    body = (
        "<h1>De lege stoel &amp; ik</h1>\n<p>Er stond een stoel.<br />{% include foto.html naam='a' %}Niemand zat er."
        '</p>\n[caption id="a"]<img src="a.jpg" alt="een lege stoel" /> Mijn stoel[/caption]\n'
        "<p>{{ site.naam }}Nu wel.</p>\n"
    )
    assert read_one(tmp_path, "_posts/2012-04-04-stoel.html", MATTER + body) == Article(
        path="_posts/2012-04-04-stoel.html",
        title="De lege stoel & ik",
        text="Er stond een stoel.\nNiemand zat er.\n\nMijn stoel\n\nNu wel.",
        author="Petra Smit",
        date=date(2012, 4, 3),
        url=None,
        tags=("stoel", "hal"),
    )


@pytest.mark.parametrize("field", ["published: false", "draft: true"])
def test_a_post_of_jekyll_that_is_not_published_is_skipped_as_in_markdown(tmp_path: Path, field: str) -> None:
    post = MATTER.replace("layout: post", field) + "<p>Nog niet af.</p>"
    archive = read(tmp_path, {"stoel.html": post, "a.md": post, "goed.md": "Een goed stuk."})
    first, second = (skipped.reason for skipped in archive.skipped)
    assert "draft" in first
    assert first == second


def test_a_page_of_jekyll_with_nothing_but_tags_of_programs_holds_no_words(tmp_path: Path) -> None:
    page = "---\nlayout: default\n---\n<ul>{% for post in site.posts %}<li>{{ post.title }}</li>{% endfor %}</ul>"
    archive = read(tmp_path, {"index.html": page, "goed.md": "Een goed stuk."})
    assert [skipped.reason for skipped in archive.skipped] == ["the page holds no words"]


def test_an_article_that_names_others_below_it_is_no_overview(tmp_path: Path) -> None:
    others = "".join(
        f"<h3><a href='/{n}'>Een ander stuk {n}</a></h3><p>Kort.</p><a href='/{n}'>Lees meer</a>" for n in range(3)
    )
    above = "".join(f"<p>{' '.join(WORDS)}</p>" for _ in range(3))
    page = "<html><body><main><article><h1>De hal</h1>{}</article><aside>{}</aside></main></body></html>"
    files = {"archief/hal.html": page.format(above, others), "archief/alle.html": page.format("", others * 2)}
    archive = read(tmp_path, {**files})
    assert [article.path for article in archive.articles] == ["archief/hal.html"]
    assert "an overview page" in archive.skipped[0].reason or "an index page" in archive.skipped[0].reason


@pytest.mark.parametrize(
    "name",
    [
        "index.html?p=12",
        "index.html@p=12",
        "hal.php",
        "index.php?p=12&cat=v1.5",
        "hal.aspx",
        "hal",
        "hal?page=2",
        "a.zip/x",
    ],
)
def test_a_page_is_read_under_whatever_name_a_site_s_copy_gives_it(tmp_path: Path, name: str) -> None:
    content = page(OPEN_GRAPH)
    if name.startswith("a.zip"):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("x", content)
    article = read_one(tmp_path, name, content) if "zip" not in name else read_archive(tmp_path).articles[0]
    expected = Article(
        name, "De lege hal", TEXT, author="Petra de Wit", date=date(2014, 5, 3), url="https://veste.example/hal"
    )
    assert article == expected


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("hal.php", "<?php get_header(); ?><html><body><p>Hal</p></body></html>", "ending in .php are not read"),
        ("hal.aspx", '<%@ Page Language="C#" %><html><body><p>Hal</p></body></html>', "ending in .aspx are not read"),
        ("LICENSE", "You may use <html> tags as you like, if you can.".replace("<html>", "any"), "without an ending"),
        ("foto.jpg?w=300", "<html><body><p>Geen foto.</p></body></html>", "ending in .jpg?w=300 are not read"),
    ],
)
def test_a_file_that_is_no_page_is_skipped_whatever_its_name(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    archive = read(tmp_path, {name: content, "goed.html": page()})
    assert [skipped.path for skipped in archive.skipped] == [name]
    assert reason in archive.skipped[0].reason
