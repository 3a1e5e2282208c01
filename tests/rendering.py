"""Articles as a site, a word processor and a browser would keep them: what a round trip starts from."""

import io
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from itertools import groupby

import docx

from columnbot import Article
from columnbot.messages import long_date

COMMENTS = "<h3>3 reacties</h3>" + "".join(
    f"<li class='comment'><p class='comment-author'>{name} schreef:</p><p>{text}</p></li>"
    for name, text in [
        ("Lezer1", "Helemaal mee eens, en mijn zwager zegt het ook al jaren tegen wie het horen wil."),
        ("Truus", "Wat een onzin weer, vroeger schreven jullie tenminste nog over echte dingen zoals tuinen."),
        ("Lezer1", "@Truus: tuinen zijn ook maar een mening."),
    ]
)


def body_of(article: Article) -> str:
    """The text in HTML: paragraphs, lists and quoted blocks."""
    blocks = []
    lines = [line for line in article.text.split("\n") if line]
    for mark, group in groupby(lines, key=lambda line: line[:2] if line[:2] in ("- ", "> ") else ""):
        if mark == "- ":
            blocks.append("<ul>" + "".join(f"<li>{escape(line[2:])}</li>" for line in group) + "</ul>")
        elif mark == "> ":
            blocks.append("<blockquote>" + "".join(f"<p>{escape(line[2:])}</p>" for line in group) + "</blockquote>")
        else:
            blocks += [f"<p>{escape(line)}</p>" for line in group]
    return "\n".join(blocks)


def wordpress_export(articles: Sequence[Article]) -> bytes:
    """One WXR of all, each under its number, with what else such an export holds."""
    authors = {article.author for article in articles if article.author}
    logins = {author: f"user{number}" for number, author in enumerate(sorted(authors))}
    people = "".join(
        f"<wp:author><wp:author_login>{login}</wp:author_login>"
        f"<wp:author_display_name><![CDATA[{author}]]></wp:author_display_name></wp:author>"
        for author, login in logins.items()
    )
    items = "".join(
        f"<item><title>{escape(article.title)}</title><link>https://de-veste.nl/{number:03}/</link>"
        f"<dc:creator>{logins.get(article.author or '', '')}</dc:creator>"
        f"<content:encoded><![CDATA[{body_of(article)}\n<!-- wp:separator --><hr/>]]></content:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date>{article.date or '0000-00-00'} 09:00:00</wp:post_date>"
        f"<wp:post_name>{number:03}</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
        "<wp:comment><wp:comment_content>Wat een onzin weer.</wp:comment_content></wp:comment></item>"
        f"<item><title>foto</title><wp:post_id>{9000 + number}</wp:post_id>"
        "<wp:post_type>attachment</wp:post_type></item>"
        for number, article in enumerate(articles)
    )
    spaces = "".join(
        f' xmlns:{name}="{address}"'
        for name, address in {
            "content": "http://purl.org/rss/1.0/modules/content/",
            "dc": "http://purl.org/dc/elements/1.1/",
            "wp": "http://wordpress.org/export/1.2/",
        }.items()
    )
    export = (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"{spaces}><channel>{people}{items}</channel></rss>'
    )
    return export.encode()


def rss_feed(articles: Sequence[Article]) -> bytes:
    """One RSS of all, each at an address with its number, its whole text beside a summary."""
    items = "".join(
        f"<item><title>{escape(article.title)}</title><link>https://de-veste.nl/{number:03}.html</link>"
        f"<description>{escape(article.text[:60])} …</description>"
        f"<content:encoded>{escape(body_of(article))}</content:encoded>"
        + (f"<dc:creator>{escape(article.author)}</dc:creator>" if article.author else "")
        + (f"<pubDate>{format_datetime(datetime(*article.date.timetuple()[:3], 9))}</pubDate>" if article.date else "")
        + "</item>"
        for number, article in enumerate(articles)
    )
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'<rss version="2.0" {spaces}><channel><title>De Veste</title>{items}</channel></rss>'.encode()


def weblog_page(article: Article) -> str:
    """A page of a weblog's theme: article element, sidebar, related posts, comments with their form."""
    day = article.date
    when = f"<time class='entry-date' datetime='{day}'>{long_date(day, 'nl')}</time>" if day else ""
    return f"""<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8">
<title>{escape(article.title)} | De Veste</title>
<meta property="og:title" content="{escape(article.title)}"><meta property="og:type" content="article"></head><body>
<div id="cookie-notice"><p>Wij gebruiken cookies om deze site te verbeteren.</p><button>Akkoord</button></div>
<header class="site-header"><p class="site-title">De Veste</p><nav><ul><li><a href="/">Voorpagina</a></li>
<li><a href="/over">Over ons</a></li><li><a href="/archief">Archief</a></li></ul></nav></header>
<main><article class="post"><header class="entry-header"><h1 class="entry-title">{escape(article.title)}</h1>
<div class="entry-meta">
<span class="byline">Door <a rel="author" href="/a">{escape(article.author or "")}</a></span> {when}
</div></header><div class="entry-content">
{body_of(article)}
</div><footer class="entry-footer">
<div class="share">Deel dit: <a href="#f">Facebook</a></div>
<div class="related"><h3>Gerelateerde berichten</h3><ul><li><a href="a">De kast op de gang</a></li>
<li><a href="b">Een bank voor niemand</a></li></ul></div></footer></article>
<section id="comments" class="comments-area"><ol class="comment-list">{COMMENTS}</ol>
<form id="commentform"><h3>Geef een reactie</h3>
<p>Het e-mailadres wordt niet gepubliceerd.</p>
<textarea></textarea></form>
</section></main>
<aside class="sidebar widget-area"><h3>Nieuwsbrief</h3><p>Meld je aan en ontvang elke week een column in je mailbox.</p>
<h3>Laatste berichten</h3><ul><li><a href="c">De trap af</a></li></ul></aside>
<footer class="site-footer"><p>© 2014 De Veste. Alle rechten voorbehouden.</p></footer></body></html>"""


def newspaper_page(article: Article) -> str:
    """A page of an older site: nothing but div elements, facts in JSON-LD, windows-1252 in mind."""
    author = f'"author": {{"@type": "Person", "name": "{article.author}"}},' if article.author else ""
    return f"""<html><head><title>{escape(article.title)}</title><script type="application/ld+json">
{{"@context": "https://schema.org", "@type": "NewsArticle", {author}
"datePublished": "{article.date or ""}"}}</script></head><body><div id="wrap"><div id="top"><a href="/">Nieuws</a> |
<a href="/o">Opinie</a> | <a href="/s">Sport</a></div><div id="left" class="menu"><a href="/1">Columns</a><br>
<a href="/2">Brieven</a></div><div id="content"><h1>{escape(article.title)}</h1>
{body_of(article)}
</div><div id="footer" class="footer">Colofon | Adverteren | Privacyverklaring</div></div></body></html>"""


def word_document(article: Article) -> bytes:
    """A Word document with a title, a by-line and a running head."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "De Veste, kopij"
    document.sections[0].footer.paragraphs[0].text = "pagina 1"
    document.add_heading(article.title, level=0)
    if article.author:
        document.add_paragraph(f"Door {article.author}")
    if article.date:
        document.add_paragraph(long_date(article.date, "nl"))
    for line in article.text.split("\n"):
        if line.startswith("- "):
            document.add_paragraph(line[2:], style="List Bullet")
        elif line:
            document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def saved_text(article: Article) -> str:
    """What a browser saves of the page as text: a line a paragraph, and the site's lines around it."""
    lines = [line for line in article.text.split("\n") if line]
    top = ["Spring naar inhoud", "De Veste", "Voorpagina", "Over ons", article.title]
    signed = [f"Door {article.author}"] if article.author else []
    when = [f"Geplaatst op {long_date(article.date, 'nl')}"] if article.date else []
    below = [
        "Deel dit artikel",
        "Meer columns lezen? Dat kan elke week in De Veste.",
        "Reageren",
        "Naam",
        "Plaats reactie",
    ]
    return "\n".join([*top, *signed, *when, *lines, *below]) + "\n"
