"""The first screen: what archive this is, and questions to start with."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from pathlib import Path

from columnbot.articles import Article
from columnbot.errors import SettingsError
from columnbot.messages import say

EXAMPLES = 4
_TITLE_LENGTH = range(12, 71)
_PICTURES = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
             ".webp": "image/webp"}  # fmt: skip
_LARGEST_LOGO = 200_000  # bytes


def archive_line(articles: Sequence[Article], language: str) -> str:
    """How many columns, by whom, from when: "40 columns, Redactie columnbot, 2009–2025"."""
    key = "chat.column" if len(articles) == 1 else "chat.columns"
    authors = list(dict.fromkeys(article.author for article in articles if article.author))
    years = [article.date.year for article in articles if article.date]
    parts = [say(key, language, number=len(articles))]
    if authors:
        parts.append(", ".join(authors) if len(authors) <= 2 else say("authors", language, number=len(authors)))
    if years:
        parts.append(str(min(years)) if min(years) == max(years) else f"{min(years)}–{max(years)}")
    return ", ".join(parts)


def example_questions(articles: Sequence[Article], language: str) -> tuple[str, ...]:
    """Four questions at most, one from each quarter of the archive (`articles`: oldest first).

    A title that is itself a question is taken as it stands; where a quarter has none, the question
    asks what its middle column says.
    """
    fitting = [article for article in articles if len(article.title.strip()) in _TITLE_LENGTH]
    own = [article for article in fitting if article.language == language]
    pool = own if len(own) >= EXAMPLES else fitting
    bounds = [len(pool) * part // EXAMPLES for part in range(EXAMPLES + 1)]
    quarters = [pool[start:end] for start, end in zip(bounds, bounds[1:], strict=False)]
    return tuple(dict.fromkeys(_question(quarter, language) for quarter in quarters if quarter))


def _question(articles: Sequence[Article], language: str) -> str:
    titles = [article.title.strip() for article in articles]
    asking = [title for title in titles if title.endswith("?")]
    if asking:
        return asking[len(asking) // 2]
    return say("chat.about_title", language, title=titles[len(titles) // 2])


def masthead_html(title: str, articles: Sequence[Article], language: str, *, logo: str = "") -> str:
    """The head of the page; a `logo` is the address of a picture."""
    picture = f'<img src="{escape(logo)}" alt="">' if logo else ""
    line = escape(archive_line(articles, language))
    return f'{picture}<div><h1>{escape(title)}</h1><p lang="{language}">{line}</p></div>'


def logo_address(file: str) -> str:
    """The picture in that file as an address that holds all of it, so that nothing else has to be served.

    Raises `SettingsError` where it is no picture, or too large for the head of a page.
    """
    kind = _PICTURES.get(Path(file).suffix.lower())
    if kind is None:
        raise SettingsError(f"The logo {file} is none of {', '.join(sorted(_PICTURES))}.")
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise SettingsError(f"The logo {file} cannot be read: {error.strerror}.") from None
    if len(content) > _LARGEST_LOGO:
        raise SettingsError(f"The logo {file} is {len(content):,} bytes; make it smaller than {_LARGEST_LOGO:,}.")
    return f"data:{kind};base64,{b64encode(content).decode()}"


def placeholder_html(language: str, *, written: bool) -> str:
    """What stands above the example questions; `written` is whether a language model writes the answers."""
    promise = say("chat.promise_written" if written else "chat.promise", language)
    return (
        f'<div class="cb-welcome" lang="{language}"><p class="cb-ask">{escape(say("chat.ask", language))}</p>'
        f'<p class="cb-promise">{escape(promise)}</p>'
        f'<p class="cb-try">{escape(say("chat.try", language))}</p></div>'
    )
