"""WordPress exports: what is published comes in, all else is named, and no fault of the XML stops the reading."""

import re
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot import Article
from columnbot.readers import Skipped, read_archive
from columnbot.readers.shortcodes import without_shortcodes
from columnbot.readers.wordpress import text_of_wordpress
from tests.test_readers import GOOD, archive_of

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- Made by a weblog; <rss> and <item> in a comment are no elements. -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/{v}/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/{v}/"><channel><title>Petra schrijft</title><wp:wxr_version>{v}</wp:wxr_version>
<wp:author><wp:author_id>2</wp:author_id><wp:author_login><![CDATA[petra]]></wp:author_login>
<wp:author_display_name><![CDATA[Petra Smit]]></wp:author_display_name></wp:author>
<wp:author><wp:author_login>jan</wp:author_login><wp:author_display_name></wp:author_display_name>
<wp:author_first_name>Jan</wp:author_first_name><wp:author_last_name>Bos</wp:author_last_name></wp:author>
"""
TAIL = "</channel></rss>"


def item(
    number: int = 1,
    *,
    title: str = "Een stuk",
    name: str = "",
    text: str = "Er stond een stoel.",
    status: str = "publish",
    kind: str = "post",
    creator: str = "petra",
    day: str = "2014-03-06 23:30:00",
    more: str = "",
) -> str:
    return f"""<item><title>{title}</title><link>https://petra.voorbeeld.nl/{name}/</link>
<pubDate>Fri, 07 Mar 2014 04:30:00 +0000</pubDate><dc:creator><![CDATA[{creator}]]></dc:creator>
<content:encoded><![CDATA[{text}]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded>
<wp:post_id>{number}</wp:post_id><wp:post_date>{day}</wp:post_date><wp:post_name>{name}</wp:post_name>
<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{more}</item>\n"""


def export(*items: str, version: str = "1.2") -> str:
    return HEAD.replace("{v}", version) + "".join(items) + TAIL


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_a_published_post_is_an_article_with_all_that_is_known_of_it(tmp_path, version):
    categories = (
        '<category domain="category" nicename="werk"><![CDATA[Werk & geld]]></category><category>Werk</category>'
        '<category domain="post_tag" nicename="stoel"><![CDATA[stoelen]]></category>'
        '<category domain="post_format" nicename="x"><![CDATA[Aside]]></category>'
        "<wp:postmeta><wp:meta_key>k</wp:meta_key><wp:meta_value>niet van de column</wp:meta_value></wp:postmeta>"
        "<wp:comment><wp:comment_content>Wat een onzin.</wp:comment_content></wp:comment>"
    )
    source = export(
        item(7, title="Wij &amp; <![CDATA[<em>zij</em>]]>", name="wij-en-zij", more=categories), version=version
    )
    archive = archive_of(tmp_path, {"blog/export.xml": source})
    assert archive.articles == (
        Article(
            path="blog/export.xml#wij-en-zij",
            title="Wij & zij",
            text="Er stond een stoel.",
            author="Petra Smit",
            date=date(2014, 3, 6),
            url="https://petra.voorbeeld.nl/wij-en-zij/",
            tags=("Werk & geld", "Werk", "stoelen"),
        ),
    )
    assert archive.skipped == (Skipped("blog/export.xml", '1 of the kind "comment" left out: only posts are read'),)


def test_what_is_not_published_is_named_with_the_reason(tmp_path):
    statuses = ["draft", "auto-draft", "pending", "future", "private", "trash", "vreemd", ""]
    items = [item(10 + i, name=f"stuk-{i}", status=status) for i, status in enumerate(statuses)]
    items += [
        item(30, name="over-mij", kind="page"),
        item(31, name="slot", more="<wp:post_password>sesam</wp:post_password>"),
        item(32, name="leeg", text="<!-- wp:image --><img src='a.jpg'><!-- /wp:image -->"),
        *[item(40 + i, kind="attachment", status="inherit") for i in range(3)],
        item(50, kind="nav_menu_item"),
        item(60, name="goed"),
    ]
    archive = archive_of(tmp_path, {"e.xml": export(*items)})
    assert [article.path for article in archive.articles] == ["e.xml#goed"]
    assert {skipped.path.removeprefix("e.xml"): skipped.reason for skipped in archive.skipped[2:]} == {
        "#stuk-0": "a draft",
        "#stuk-1": "a draft",
        "#stuk-2": "a draft that waits for review",
        "#stuk-3": "scheduled, not published yet",
        "#stuk-4": "private",
        "#stuk-5": "in the trash",
        "#stuk-6": 'its status is "vreemd", not "publish"',
        "#stuk-7": 'its status is "", not "publish"',
        "#over-mij": "a page, not a post; --pages reads pages too",
        "#slot": "readers need a password for it",
        "#leeg": "it holds no words",
    }
    assert [skipped.reason[:30] for skipped in archive.skipped[:2]] == [
        '3 of the kind "attachment" lef',
        '1 of the kind "nav_menu_item" ',
    ]


def test_pages_are_read_where_they_are_asked_for(tmp_path):
    (tmp_path / "e.xml").write_text(
        export(
            item(1, name="over-mij", kind="page", text="Ik ben Petra."),
            item(2, name="klad", kind="page", status="draft"),
            item(3, name="stuk"),
        )
    )
    archive = read_archive(tmp_path, pages=True)

    assert [article.path for article in archive.articles] == ["e.xml#over-mij", "e.xml#stuk"]
    assert [skipped.reason for skipped in archive.skipped] == ["a draft"]


def test_names_are_unique_and_fall_back_to_the_number_of_the_post(tmp_path):
    names = ["brief", "brief", "", "", "%c3%a9%c3%a9n", "a/../b c"]
    items = [item(i, name=name, title=f"Stuk {i}") for i, name in enumerate(names, start=5)]
    archive = archive_of(tmp_path, {"e.xml": export(*items)})
    assert [(article.path, article.title) for article in sorted(archive.articles, key=lambda a: a.title)] == [
        ("e.xml#a-..-b-c", "Stuk 10"),
        ("e.xml#brief", "Stuk 5"),
        ("e.xml#brief-2", "Stuk 6"),
        ("e.xml#7", "Stuk 7"),
        ("e.xml#8", "Stuk 8"),
        ("e.xml#één", "Stuk 9"),
    ]


@pytest.mark.parametrize(
    ("creator", "author"),
    [
        ("petra", "Petra Smit"),
        ("Petra", "Petra Smit"),
        ("jan", "Jan Bos"),
        ("Gast Schrijver", "Gast Schrijver"),
        ("", None),
    ],
)
def test_an_author_is_shown_by_name(tmp_path, creator, author):
    (article,) = archive_of(tmp_path, {"e.xml": export(item(creator=creator))}).articles
    assert article.author == author


@pytest.mark.parametrize(
    ("day", "more", "expected"),
    [
        ("2014-03-06 23:30:00", "", date(2014, 3, 6)),
        ("0000-00-00 00:00:00", "<wp:post_date_gmt>2014-03-05 22:30:00</wp:post_date_gmt>", date(2014, 3, 5)),
        ("", "", date(2014, 3, 7)),
    ],
)
def test_the_date_is_the_site_s_own_and_else_what_there_is(tmp_path, day, more, expected):
    (article,) = archive_of(tmp_path, {"e.xml": export(item(day=day, more=more))}).articles
    assert article.date == expected


def test_a_post_without_a_title_gets_one(tmp_path):
    items = [
        item(5, title="", name="de-lege-stoel"),
        item(6, title="", name="", text="Er stond een stoel. Nu niet meer."),
    ]
    archive = archive_of(tmp_path, {"e.xml": export(*items)})
    assert {article.title for article in archive.articles} == {"De lege stoel", "Er stond een stoel"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Een.\n\nTwee.\nDrie.", "Een.\n\nTwee.\nDrie."),
        ("Een.\r\n\r\n<strong>Twee</strong>.\r\nDrie.", "Een.\n\nTwee.\nDrie."),
        ("<h2>Kop</h2>\nEen.\n<blockquote>Twee.</blockquote>\nDrie.", "Kop\n\nEen.\n\n> Twee.\n\nDrie."),
        ("<p>Een.</p>\n\n<p>Twee <a\nhref='x'>hier</a>.</p>", "Een.\n\nTwee hier."),
        ("<!-- wp:paragraph {\"a\":\"<p>\"} -->\n<p>Een.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:list -->\n"
         "<ul><li>Twee</li></ul>\n<!-- /wp:list -->", "Een.\n\n- Twee"),
        ("Een.\n\n<!--more Lees verder-->\n\nTwee.<!--nextpage-->", "Een.\n\nTwee."),
        ("<pre>a\n\nb</pre>\nEen.", "a\n\nb\n\nEen."),
        ("Een <!-- niet dicht", "Een niet dicht"),
        ("Kijk:\n\nhttps://video.voorbeeld.nl/1\n\nMooi.", "Kijk:\n\nMooi."),
        ("https://video.voorbeeld.nl/1", "https://video.voorbeeld.nl/1"),
        ("Een [simpel] voorbeeld [sic].", "Een [simpel] voorbeeld [sic]."),
        ("Een.\n\n[gallery ids=\"1,2\"]\n\n[gallery]\n\nTwee.", "Een.\n\nTwee."),
        ("[caption id=\"a\" width=\"30\"]<img src=\"a.jpg\" /> De lege stoel[/caption]Een.", "De lege stoel\n\nEen."),
        ("[caption caption=\"De lege stoel\"]<img src=\"a.jpg\" />[/caption]\n\nEen.", "De lege stoel\n\nEen."),
        ("[dropcap]E[/dropcap]en [highlight color=\"red\"]rode[/highlight] stoel.", "Een rode stoel."),
        ("[vc_row][vc_column width=\"1/2\"]Een.[/vc_column][vc_column]Twee.[/vc_column][/vc_row]", "Een.\n\nTwee."),
        ("[audio https://voorbeeld.nl/a.mp3]Een [mijn_ding] twee.", "Een twee."),
        ("Een.\n\n[youtube=https://voorbeeld.nl/a?b=c]\n\nTwee [via https://voorbeeld.nl] drie [dus is E=mc2].",
         "Een.\n\nTwee [via https://voorbeeld.nl] drie [dus is E=mc2]."),
        ("Een [/opt/a].", "Een [/opt/a]."),
        ("Een. [embed]https://video.voorbeeld.nl/1[/embed] Twee.", "Een.\n\nTwee."),
        ("Typ [[gallery]] in.", "Typ [gallery] in."),
        ("Een &amp; twee &lt;drie&gt;", "Een & twee <drie>"),
        ("<ul>\n<li>Een</li>\n<li><img src='a.jpg'></li>\n</ul>\nTwee.", "- Een\n\nTwee."),
    ],
)  # fmt: skip
def test_markup_goes_and_the_words_stay(content, text):
    assert text_of_wordpress(content) == text


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["[", "]", "[/", "a", " b=", '"', "x_y", "[[", "]]", "gallery", "\n", "<", "!--", "-->"]),
        max_size=30,
    )
)
def test_shortcodes_take_away_only_what_stands_in_brackets(pieces):
    markup = "".join(pieces)
    outside = re.sub(r"\[[^\[\]]*\]", "", markup)
    kept = re.sub(r"[\[\]\s]", "", without_shortcodes(markup))
    position = 0
    for character in re.sub(r"[\[\]\s]", "", outside):
        position = kept.index(character, position) + 1


# Faults of the XML: whatever can be read is read, and the report says where the fault stands.


def faulty(folder: Path, source: str | bytes) -> tuple[list[str], dict[str, str]]:
    """Titles read, and reasons by path, of an export beside a good column."""
    archive = archive_of(folder, {"e.xml": source, "goed.md": GOOD})
    titles = [article.title for article in archive.articles]
    assert "Een goed stuk" in titles
    titles.remove("Een goed stuk")
    return titles, {skipped.path: skipped.reason for skipped in archive.skipped}


def test_a_cut_off_export_is_read_up_to_the_cut(tmp_path):
    source = export(item(1, title="Een"), item(2, title="Twee"), item(3, title="Drie", text="Dit wordt afgekapt."))
    titles, reasons = faulty(tmp_path, source[: source.index("afgekapt")])
    assert sorted(titles) == ["Een", "Twee"]
    assert re.search(r"malformed XML, read as far as it goes: line \d+", reasons["e.xml"])


def test_an_export_that_is_whole_but_for_its_last_tags_loses_no_post(tmp_path):
    titles, reasons = faulty(tmp_path, export(item(1, title="Een"), item(2, title="Twee")).removesuffix(TAIL))
    assert sorted(titles) == ["Een", "Twee"]
    assert "line" in reasons["e.xml"]


def test_control_characters_and_other_encodings_do_no_harm(tmp_path):
    source = export(item(1, title="Een\x0b\x00", text="Caf\u00e9 \x1bzonder\x00 stoel."), item(2, title="Twee"))
    mixed = source.encode().replace("é".encode(), b"\xe9")
    titles, reasons = faulty(tmp_path, mixed)
    assert sorted(titles) == ["Een", "Twee"]
    assert reasons == {}
    texts = [article.text for article in read_archive(tmp_path).articles]
    assert "Café zonder stoel." in texts


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "iso-8859-15"])
def test_an_export_is_read_in_the_encoding_that_it_declares(tmp_path, encoding):
    declared = encoding.removesuffix("-sig")
    source = export(item(text="De patiënt zweeg.")).replace('encoding="UTF-8"', f'encoding="{declared}"')
    titles, reasons = faulty(tmp_path, source.encode(encoding))
    assert (titles, reasons) == (["Een stuk"], {})
    assert "De patiënt zweeg." in [article.text for article in read_archive(tmp_path).articles]


def test_a_loose_ampersand_and_an_html_entity_do_not_stop_the_reading(tmp_path):
    items = [item(1, title="Jan & Piet"), item(2, title="Caf&eacute;&nbsp;Bos"), item(3, title="Drie")]
    titles, reasons = faulty(tmp_path, export(*items))
    assert sorted(titles) == ["Café Bos", "Drie", "Jan Piet"]
    assert "line 10: xmlParseEntityRef: no name" in reasons["e.xml"]


def test_a_tag_that_is_not_closed_costs_at_most_its_own_post(tmp_path):
    broken = item(2, title="Twee").replace("<![CDATA[", "<p>").replace("]]>", "")
    titles, reasons = faulty(tmp_path, export(item(1, title="Een"), broken, item(3, title="Drie")))
    assert sorted(titles) == ["Drie", "Een"]
    assert "malformed XML" in reasons["e.xml"]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]>',
    ],
)
def test_an_export_with_entities_of_its_own_is_refused(tmp_path, doctype):
    source = export(item(title="&a;")).replace("\n<rss version", f"\n{doctype}<rss version")
    assert doctype in source
    titles, reasons = faulty(tmp_path, source)
    assert titles == []
    assert "declares entities" in reasons["e.xml"]


def test_a_post_of_one_line_of_fifty_megabytes_is_left_out_and_named(tmp_path):
    items = [item(1, title="Een"), item(2, title="Twee", name="lang", text="woord " * 9_000_000), item(3, title="Drie")]
    titles, reasons = faulty(tmp_path, export(*items))
    assert sorted(titles) == ["Drie", "Een"]
    assert reasons == {"e.xml#lang": "54 million characters are too many for one article"}


@pytest.mark.slow
def test_an_export_larger_than_any_single_article_may_be_is_read_whole(tmp_path):
    items = [
        item(i, title=f"Stuk {i}", name=f"stuk-{i}", text=f"Dit is nummer {i}. " + "Hij kwam niet, en zij wel. " * 8000)
        for i in range(100)
    ]
    with (tmp_path / "e.xml").open("w") as file:
        file.write(export(*items))
    assert (tmp_path / "e.xml").stat().st_size > 20_000_000
    assert len(read_archive(tmp_path).articles) == 100


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not XML: it holds no element"),
        (b"\0" * 1000, "not XML: it holds no element"),
        (b"geen xml", "not XML: line 1"),
        (b"<urlset><url/></urlset>", "XML with the root <urlset>: neither a WordPress export nor a feed"),
        (b"<a>" * 100_000, "XML with the root <a>"),
        (b"<!-- " + b"x" * 100_000, "not XML"),
    ],
)
def test_xml_that_is_no_export_is_skipped_with_the_reason(tmp_path, content, reason):
    titles, reasons = faulty(tmp_path, content)
    assert titles == []
    assert reasons["e.xml"].startswith(reason)


SOURCE = export(item(1, name="een"), item(2, name="twee", status="draft"), item(3, kind="page")).encode()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SOURCE)),
            st.integers(0, 60),
            st.binary(max_size=6)
            | st.sampled_from(
                [
                    b"<item>",
                    b"</item>",
                    b"]]>",
                    b"<![CDATA[",
                    b"&",
                    b"<!--",
                    b"<p>",
                    b"\xff\xfe",
                    b"<?",
                    b"<!DOCTYPE a [",
                ]
            ),
        ),
        max_size=4,
    )
)
def test_a_damaged_export_never_stops_the_others(damages):
    source = SOURCE
    for place, length, put in damages:
        source = source[:place] + put + source[place + length :]
    with tempfile.TemporaryDirectory() as folder:
        archive = archive_of(Path(folder), {"e.xml": source, "goed.md": GOOD})
    assert "goed.md" in [article.path for article in archive.articles]
    assert len(archive.articles) + len(archive.skipped) > 1
    assert all(skipped.reason for skipped in archive.skipped)


REAL = Path(__file__).parents[2] / "shared" / "archive" / "wordpress-export"

# The theme testers' export, by hand: every post with the status "publish" that has words and no password.
PUBLISHED = [
    ("edge-case-nested-and-mixed-lists", "Edge Case: Nested And Mixed Lists", "2009-05-15"),
    ("edge-case-many-tags", "Edge Case: Many Tags", "2009-06-01"),
    ("edge-case-many-categories", "Edge Case: Many Categories", "2009-07-02"),
    ("edge-case-no-title", "Edge case no title", "2009-09-05"),
    ("title-should-not-overflow-the-content-area",
     "Taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahu", "2009-10-05"),
    ("post-format-chat", "Post Format: Chat", "2010-01-08"),
    ("post-format-quote", "Post Format: Quote", "2010-02-05"),
    ("post-format-link", "Post Format: Link", "2010-03-07"),
    ("post-format-status", "Post Format: Status", "2010-04-04"),
    ("post-format-aside", "Post Format: Aside", "2010-05-09"),
    ("post-format-video-youtube", "Post Format: Video (YouTube)", "2010-06-02"),
    ("post-format-video-wordpresstv", "Post Format: Video (WordPress.tv)", "2010-06-03"),
    ("post-format-audio", "Post Format: Audio", "2010-07-02"),
    ("post-format-image-linked", "Post Format: Image (Linked)", "2010-08-06"),
    ("post-format-image-caption", "Post Format: Image (Caption)", "2010-08-07"),
    ("post-format-gallery-tiled", "Post Format: Gallery (Tiled)", "2010-09-09"),
    ("post-format-gallery", "Post Format: Gallery", "2010-09-10"),
    ("post-format-standard", "Post Format: Standard", "2010-10-05"),
    ("media-twitter-embeds", "Media: Twitter Embeds", "2011-03-15"),
    ("template-pingbacks-an-trackbacks", "Template: Pingbacks And Trackbacks", "2012-01-01"),
    ("template-comments-disabled", "Template: Comments Disabled", "2012-01-02"),
    ("template-comments", "Template: Comments", "2012-01-03"),
    ("template-sticky", "Template: Sticky", "2012-01-07"),
    ("template-paginated", "Template: Paginated", "2012-01-08"),
    ("template-excerpt-generated", "Template: Excerpt (Generated)", "2012-03-14"),
    ("template-excerpt-defined", "Template: Excerpt (Defined)", "2012-03-15"),
    ("template-featured-image-horizontal", "Template: Featured Image (Horizontal)", "2012-03-15"),
    ("template-featured-image-vertical", "Template: Featured Image (Vertical)", "2012-03-15"),
    ("template-more-tag", "Template: More Tag", "2012-03-15"),
    ("markup-title-with-markup", "Markup: Title With Markup", "2013-01-05"),
    ("title-with-special-characters",
     "Markup: Title With Special Characters ~`!@#$%^&*()-_=+{}[]/\\;:'\"?,.>", "2013-01-05"),
    ("markup-text-alignment", "Markup: Text Alignment", "2013-01-09"),
    ("markup-image-alignment", "Markup: Image Alignment", "2013-01-10"),
    ("markup-html-tags-and-formatting", "Markup: HTML Tags and Formatting", "2013-01-11"),
    ("keyboard-navigation", "Keyboard navigation", "2018-10-20"),
    ("block-category-common", "Block category: Common", "2018-11-01"),
    ("block-quotes", "Block: Quote", "2018-11-01"),
    ("blocks-embeds", "Block category: Embeds", "2018-11-01"),
    ("blocks-formatting", "Block category: Formatting", "2018-11-01"),
    ("blocks-layout-elements", "Block category: Layout Elements", "2018-11-01"),
    ("blocks-widgets", "Block category: Widgets", "2018-11-01"),
    ("column-blocks", "Block: Columns", "2018-11-02"),
    ("block-button", "Block: Button", "2018-11-03"),
    ("block-cover", "Block: Cover", "2018-11-03"),
    ("block-gallery", "Block: Gallery", "2018-11-03"),
    ("block-image", "Block: Image", "2018-11-03"),
]  # fmt: skip


@pytest.mark.skipif(not REAL.is_dir(), reason="the real export is not here")
def test_of_a_real_export_exactly_the_published_posts_are_read():
    archive = read_archive(REAL)
    read = [(a.path.partition("#")[2], a.title, str(a.date)) for a in archive.articles]
    assert sorted(read) == sorted(PUBLISHED)
    assert {article.author for article in archive.articles} == {"Theme Buster", "Theme Reviewer"}
    reasons = {skipped.path.partition("#")[2]: skipped.reason for skipped in archive.skipped}
    assert (reasons["1164"], reasons["scheduled"]) == ("a draft", "scheduled, not published yet")
    posts = [name for name, reason in reasons.items() if name and "a page, not a post" not in reason]
    # A draft, a scheduled one, one behind a password, one without content, one of an image alone.
    assert sorted(posts) == [
        "1164", "edge-case-no-content", "post-format-image", "scheduled", "template-password-protected"
    ]  # fmt: skip


@pytest.mark.skipif(not REAL.is_dir(), reason="the real export is not here")
def test_no_markup_is_left_of_a_real_export():
    written_about = {"markup-html-tags-and-formatting", "blocks-formatting"}  # these show code to their readers
    for article in read_archive(REAL).articles:
        assert not re.search(r"\[/?(?:gallery|caption|audio|embed)|https?://|&(?:amp|nbsp|lt|gt);", article.text)
        if article.path.partition("#")[2] not in written_about:
            assert not re.search(r"<[a-z/!]|wp:[a-z]", article.text)
