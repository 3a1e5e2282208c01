"""Articles as a site, a word processor and a browser would keep them: what a round trip starts from."""

import io
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
    """The text in HTML: paragraphs and lists."""
    blocks = []
    lines = [line for line in article.text.split("\n") if line]
    for is_item, group in groupby(lines, key=lambda line: line.startswith("- ")):
        if is_item:
            blocks.append("<ul>" + "".join(f"<li>{escape(line[2:])}</li>" for line in group) + "</ul>")
        else:
            blocks += [f"<p>{escape(line)}</p>" for line in group]
    return "\n".join(blocks)


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
