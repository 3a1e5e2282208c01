"""Saved feeds: RSS of every version, Atom, Blogger's export and JSON Feed."""

import json
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot import Article
from columnbot.readers import Skipped
from tests.test_readers import GOOD, archive_of

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Petra schrijft</title><link>https://petra.voorbeeld.nl</link>
<item><title>Wij &amp;amp; zij</title><link>https://petra.voorbeeld.nl/2014/wij-en-zij/</link>
<pubDate>Thu, 06 Mar 2014 23:30:00 -0500</pubDate><dc:creator>Petra Smit</dc:creator><category>Werk</category>
<category>Stoelen</category><description>Alleen het begin.</description>
<content:encoded><![CDATA[<p>Er stond een <em>stoel</em>.</p><p>Nu&nbsp;niet meer.</p>]]></content:encoded></item>
</channel></rss>"""


def read(folder: Path, name: str, content: str | bytes) -> tuple[list[Article], dict[str, str]]:
    """The articles in the order of their paths and the reasons by path, of a feed beside a good column."""
    archive = archive_of(folder, {name: content, "goed.md": GOOD})
    articles = sorted((a for a in archive.articles if a.path != "goed.md"), key=lambda a: a.path)
    assert len(articles) == len(archive.articles) - 1
    return articles, {skipped.path: skipped.reason for skipped in archive.skipped}


@pytest.mark.parametrize("name", ["feed.xml", "feed.rss"])
def test_an_entry_of_rss_is_an_article_with_its_full_content(tmp_path, name):
    articles, reasons = read(tmp_path, name, RSS)
    assert articles == [
        Article(
            path=f"{name}#wij-en-zij",
            title="Wij & zij",
            text="Er stond een stoel.\n\nNu niet meer.",
            author="Petra Smit",
            date=date(2014, 3, 6),  # where the writer was; in UTC it was a day later
            url="https://petra.voorbeeld.nl/2014/wij-en-zij/",
            tags=("Werk", "Stoelen"),
        )
    ]
    assert reasons == {}


OLDER = {
    "0.90": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
<channel><title>P</title></channel>{item}</rdf:RDF>""",
    "0.91": '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
    '"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>{item}</channel></rss>',
    "0.92": '<rss version="0.92"><channel><title>P</title>{item}</channel></rss>',
    "0.93": '<rss version="0.93"><channel><title>P</title>{item}</channel></rss>',
    "0.94": '<rss version="0.94"><channel><title>P</title>{item}</channel></rss>',
    "1.0": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="x"><title>P</title></channel>{item}</rdf:RDF>""",
    "2.0": '<rss version="2.0"><channel><title>P</title>{item}</channel></rss>',
}
OLD_ITEM = (
    "<item><title>De stoel</title><link>http://p.nl/stoel.html</link>"
    "<description>Er stond een caf&eacute; &lt;b&gt;leeg&lt;/b&gt;.</description></item>"
)


@pytest.mark.parametrize("version", OLDER)
def test_every_version_of_rss_is_read(tmp_path, version):
    articles, reasons = read(tmp_path, "oud.xml", OLDER[version].replace("{item}", OLD_ITEM))
    assert [(a.path, a.title, a.text, a.url) for a in articles] == [
        ("oud.xml#stoel", "De stoel", "Er stond een café leeg.", "http://p.nl/stoel.html")
    ]
    assert reasons == {}


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://purl.org/atom/app#"
 xmlns:blogger="http://schemas.google.com/blogger/2018"><author><name>Petra Smit</name></author>"""
KIND = (
    '<category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#{}"/>'
)


def test_entries_of_atom_are_articles_by_the_feed_s_author(tmp_path):
    entries = """<entry><id>1</id><title type="html">De &amp;lt;lege&amp;gt; stoel</title>
<published>2012-05-01T01:00:00+02:00</published><updated>2013-01-01T00:00:00Z</updated>
<link rel="alternate" href="https://p.nl/de-lege-stoel"/><category term="werk" label="Werk"/><summary>Kort.</summary>
<content type="html">&lt;p&gt;Een &amp;amp; twee.&lt;/p&gt;</content></entry>
<entry><id>tag:p.nl,2012:2</id><title>B</title><updated>2013-02-03T00:00:00Z</updated>
<author><name>Jan Bos</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Drie &lt; vier.</p></div></content></entry>
<entry><id>3</id><title>C</title><content type="text">a &lt; b</content></entry>
<entry><id>4</id><title>Alleen een foto</title><content type="html">&lt;img src="a.jpg"&gt;</content></entry></feed>"""
    articles, reasons = read(tmp_path, "a.atom", ATOM + entries)
    assert [(a.path, a.title, a.text, a.author, a.date, a.tags) for a in articles] == [
        ("a.atom#3", "C", "a < b", "Petra Smit", None, ()),
        ("a.atom#de-lege-stoel", "De <lege> stoel", "Een & twee.", "Petra Smit", date(2012, 5, 1), ("Werk",)),
        ("a.atom#tag:p.nl,2012:2", "B", "Drie < vier.", "Jan Bos", date(2013, 2, 3), ()),
    ]
    assert reasons == {"a.atom#4": "it holds no words"}


def test_an_entity_of_html_at_the_very_end_of_a_feed_is_no_fault(tmp_path):
    entry = "<entry><id>a</id><content>Er stond een stoel.</content><title>Caf&eacute;</title></entry></feed>"
    articles, reasons = read(tmp_path, "a.atom", ATOM + entry)
    assert [article.title for article in articles] == ["Café"]
    assert reasons == {}


def test_of_an_export_of_blogger_only_the_live_posts_are_read(tmp_path):
    parts = {
        "post": KIND.format("post"),
        "comment": KIND.format("comment"),
        "template": KIND.format("template"),
        "concept": KIND.format("post") + "<app:control><app:draft>yes</app:draft></app:control>",
        "nieuw": "<blogger:type>POST</blogger:type><blogger:status>LIVE</blogger:status>",
        "nieuw-concept": "<blogger:type>POST</blogger:type><blogger:status>DRAFT</blogger:status>",
        "nieuw-commentaar": "<blogger:type>COMMENT</blogger:type><blogger:status>LIVE</blogger:status>",
    }
    entries = [
        f"<entry><id>{name}</id><title>X</title><content>Ja.</content>{part}</entry>" for name, part in parts.items()
    ]
    articles, reasons = read(tmp_path, "blog.xml", ATOM + "".join(entries) + "</feed>")
    assert [(a.path, a.tags) for a in articles] == [("blog.xml#nieuw", ()), ("blog.xml#post", ())]
    assert reasons == {
        "blog.xml#comment": 'of the kind "comment", not a post',
        "blog.xml#template": 'of the kind "template", not a post',
        "blog.xml#concept": "a draft",
        "blog.xml#nieuw-concept": "a draft",
        "blog.xml#nieuw-commentaar": 'of the kind "comment", not a post',
    }


JSON_ITEM = {
    "id": "https://p.nl/de-stoel",
    "url": "https://p.nl/de-stoel",
    "title": "De stoel",
    "content_html": "<p>Er stond &eacute;&eacute;n <b>stoel</b>.</p>",
    "content_text": "minder",
    "date_published": "2014-03-06T23:30:00-05:00",
    "authors": [{"name": "Petra Smit"}, {"name": "Jan Bos"}],
    "tags": ["Werk", 7],
}


def test_an_item_of_a_json_feed_is_an_article(tmp_path):
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [JSON_ITEM]}
    articles, _ = read(tmp_path, "feed.json", json.dumps(feed))
    assert articles == [
        Article(
            path="feed.json#de-stoel",
            title="De stoel",
            text="Er stond één stoel.",
            author="Petra Smit, Jan Bos",
            date=date(2014, 3, 6),
            url="https://p.nl/de-stoel",
            tags=("Werk", "7"),
        )
    ]


def test_a_json_feed_of_version_1_with_odd_items_is_read_for_what_it_holds(tmp_path):
    items = [
        {"id": 1, "content_text": "Een stoel."},
        "geen item",
        {"id": 1, "summary": "Twee."},
        {"title": "Leeg"},
        None,
    ]
    feed = {"version": "https://jsonfeed.org/version/1", "author": {"name": "Petra"}, "items": items}
    articles, reasons = read(tmp_path, "feed.json", json.dumps(feed).encode("utf-16"))
    assert [(a.path, a.text, a.author) for a in articles] == [
        ("feed.json#1", "Een stoel.", "Petra"),
        ("feed.json#1-2", "Twee.", "Petra"),
    ]
    assert reasons == dict.fromkeys(["feed.json#2", "feed.json#4", "feed.json#5"], "it holds no words")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "not JSON: Expecting value: line 1 column 1"),
        ("[" * 200_000, "not JSON"),
        ("[1, 2]", "neither a JSON Feed nor an article"),
        ('{"naam": "x"}', "neither a JSON Feed nor an article"),
        ('{"version": "https://jsonfeed.org/version/1", "items": {}}', "a JSON Feed without items"),
        (b'{"version": "\x00"}', "NUL"),
        ('[{"text": "' + "1" * 10_000 + ", 2]", "not JSON"),
        ("[" + "1" * 10_000 + "]", "not JSON"),
    ],
)
def test_json_that_holds_no_articles_is_skipped_with_the_reason(tmp_path, content, reason):
    articles, reasons = read(tmp_path, "x.json", content)
    assert articles == []
    assert reason in reasons["x.json"]


@pytest.mark.parametrize(
    ("written", "day"),
    [("06 Mar 14 10:00 GMT", date(2014, 3, 6)), ("00", None), ("gisteren", None), ("", None)],
)
def test_a_date_that_is_none_does_no_harm(tmp_path, written, day):
    (article,), reasons = read(tmp_path, "feed.xml", RSS.replace("Thu, 06 Mar 2014 23:30:00 -0500", written))
    assert (article.date, reasons) == (day, {})


def test_a_feed_without_entries_is_named(tmp_path):
    assert read(tmp_path, "leeg.xml", '<rss version="2.0"><channel/></rss>') == (
        [],
        {"leeg.xml": "a feed without entries"},
    )


def test_a_cut_off_feed_is_read_as_far_as_it_goes(tmp_path):
    second = RSS[RSS.index("<item>") : RSS.index("</item>")].replace("wij-en-zij", "twee").replace("stond", "lag")
    source = RSS.replace("</channel></rss>", second)
    articles, reasons = read(tmp_path, "feed.xml", source)
    assert [a.path for a in articles] == ["feed.xml#twee", "feed.xml#wij-en-zij"]
    assert "malformed XML, read as far as it goes: line 11" in reasons["feed.xml"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_a_feed_is_read_in_the_encoding_that_it_declares(tmp_path, encoding):
    source = RSS.replace("utf-8", encoding.removesuffix("-sig")).replace("stoel<", "patiënt<")
    (article,), reasons = read(tmp_path, "feed.xml", source.encode(encoding))
    assert article.text.startswith("Er stond een patiënt.")
    assert reasons == {}


def test_a_feed_that_feedparser_cannot_read_is_named(tmp_path):
    articles, reasons = read(tmp_path, "feed.xml", "<rss version='2.0'><channel><item><link><item></rss>")
    assert articles == []
    assert "a feed whose parts stand in odd places" in reasons["feed.xml"]
    assert "line 1" in reasons["feed.xml"]


def test_a_feed_of_mixed_encodings_is_read_right(tmp_path):
    source = RSS.replace("stoel<", "café<").encode().replace(b"Nu", b"Na\xefef")
    (article,), reasons = read(tmp_path, "feed.xml", b"\n" + source)
    assert article.text == "Er stond een café.\n\nNaïef niet meer."
    assert reasons == {}


def test_an_entry_of_fifty_megabytes_on_one_line_is_named(tmp_path):
    long = f"<item><title>Lang</title><description>{'woord ' * 9_000_000}</description></item>"
    articles, reasons = read(tmp_path, "feed.xml", RSS.replace("</channel>", f"{long}</channel>"))
    assert [a.path for a in articles] == ["feed.xml#wij-en-zij"]
    assert reasons == {"feed.xml#2": "54 million characters are too many for one article"}


def test_a_feed_with_entities_of_its_own_is_refused(tmp_path):
    bomb = "".join(f'<!ENTITY a{n} "' + f"&a{n - 1};" * 10 + '">' for n in range(1, 10))
    item = '<item><title x="&a9;">&a9;</title></item>'
    source = f'<!DOCTYPE rss [<!ENTITY a0 "lol">{bomb}]><rss><channel>{item}</channel></rss>'
    assert read(tmp_path, "feed.xml", source) == (
        [],
        {"feed.xml": "XML that declares entities of its own, which is not safe to read"},
    )


def test_an_address_that_is_no_web_address_is_not_kept(tmp_path):
    (article,), _ = read(tmp_path, "feed.xml", RSS.replace("https://petra.voorbeeld.nl/2014", "javascript:alert(1)//"))
    assert article.url is None


pieces = st.sampled_from(
    [b"<rss>", b"<feed>", b"<channel>", b"<item>", b"</item>", b"<entry>", b"<title>", b"</title>", b"<description>",
     b"x ", b"<link>", b"<content type='xhtml'>", b"<![CDATA[", b"]]>", b"&amp;", b"&", b"&nbsp;",
     b"<category term='a'/>",
     b"\xe9", b"<pubDate>6 Mar 2014</pubDate>", b"<pubDate>99 99 9999", b"<!DOCTYPE a>",
     b"<?xml version='1.0' encoding='utf-7'?>"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces | st.binary(max_size=3), max_size=25).map(b"".join), st.booleans())
def test_any_bytes_become_articles_or_a_reason(content, begun):
    content = b"<rss version='2.0'><channel><item>" + content if begun else content
    with tempfile.TemporaryDirectory() as folder:
        archive = archive_of(Path(folder), {"feed.xml": content, "feed.json": content, "goed.md": GOOD})
    named = [article.path for article in archive.articles] + [skipped.path for skipped in archive.skipped]
    assert {path.partition("#")[0] for path in named} == {"feed.xml", "feed.json", "goed.md"}
    assert all(isinstance(skipped, Skipped) and skipped.reason for skipped in archive.skipped)
    assert all(article.text.strip() for article in archive.articles)


@pytest.mark.parametrize(
    "advert",
    [
        "Het bericht <a href='x'>De hal</a> verscheen eerst op <a href='y'>Blog van Jan</a>.",
        "The post <a href='x'>De hal</a> appeared first on <a href='y'>Blog van Jan</a>.",
    ],
)
def test_what_wordpress_puts_below_each_entry_is_no_part_of_it(tmp_path, advert):
    entry = f"<p>De hal was leeg.</p><p>{advert}</p>"
    feed = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Jan</title><item>'
        f"<title>De hal</title><content:encoded><![CDATA[{entry}]]></content:encoded></item></channel></rss>"
    )
    (article,), _ = read(tmp_path, "x.rss", feed)
    assert article.text == "De hal was leeg."
