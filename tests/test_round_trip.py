"""Articles rendered with everything that a site puts around them come back as they were."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from columnbot import Article
from columnbot.readers import read_archive
from tests.conftest import ROOT
from tests.rendering import newspaper_page, rss_feed, saved_text, weblog_page, word_document, wordpress_export

REAL = Path(__file__).parents[2] / "shared" / "archive" / "digging-the-digital"
WORDS = 60  # a shorter post is hardly told from what stands around it
RENDERED: dict[str, tuple[str, Callable[[Article], bytes]]] = {
    "a page of a weblog": (".html", lambda article: weblog_page(article).encode()),
    "a page of a newspaper": (".htm", lambda article: newspaper_page(article).encode("cp1252", "xmlcharrefreplace")),
    "a Word document": (".docx", word_document),
    "a page saved as text": (".txt", lambda article: saved_text(article).encode()),
}


def words(text: str) -> Counter[str]:
    """Of a line that is only an address none count: to WordPress that is a film or a tweet, and no words."""
    return Counter(re.findall(r"\w+", re.sub(r"(?m)^https?://\S+$", "", text).casefold()))


def columns_of(folder: Path) -> list[Article]:
    """At most 200, spread over the archive."""
    if not folder.is_dir():
        pytest.skip(f"the archive {folder.name} is not here")
    long = [article for article in read_archive(folder).articles if len(article.text.split()) >= WORDS]
    return long[:: max(1, len(long) // 200)][:200]


IN_ONE_FILE: dict[str, tuple[str, Callable[[Sequence[Article]], bytes]]] = {
    "a WordPress export": ("export.xml", wordpress_export),
    "a feed": ("feed.rss", rss_feed),
}


@pytest.mark.parametrize("rendered", [*RENDERED, *IN_ONE_FILE])
@pytest.mark.parametrize(
    "folder", [pytest.param(ROOT / "articles", id="sample"), pytest.param(REAL, id="real", marks=pytest.mark.slow)]
)
def test_what_is_rendered_comes_back(folder: Path, rendered: str, tmp_path: Path) -> None:
    columns = columns_of(folder)
    names = render(columns, rendered, tmp_path)
    back = {article.path: article for article in read_archive(tmp_path).articles}
    lost: dict[str, str] = {}
    foreign: dict[str, str] = {}
    facts: dict[str, tuple[object, ...]] = {}
    for name, column in zip(names, columns, strict=True):
        article = back.get(name)
        found, sought = words(article.text if article else ""), words(column.text)
        missing, added = (sought - found).total(), (found - sought).total()
        if missing > 0.02 * sought.total():
            lost[column.path] = f"{missing} of {sought.total()}: {list(sought - found)[:12]}"
        if added > 0.02 * sought.total():
            foreign[column.path] = f"{added} beside {sought.total()}: {list(found - sought)[:12]}"
        if article and (article.title, article.author, article.date) != (column.title, column.author, column.date):
            facts[column.path] = (article.title, article.author, article.date)

    assert (len(columns), lost, foreign) == (200 if folder == REAL else len(columns), {}, {})
    assert folder == REAL or facts == {}  # some titles there are broken in ways that a page mends


def render(columns: Sequence[Article], rendered: str, folder: Path) -> list[str]:
    """Writes the columns, and gives the path that each then has in an archive."""
    if rendered in IN_ONE_FILE:
        name, render_all = IN_ONE_FILE[rendered]
        (folder / name).write_bytes(render_all(columns))
        return [f"{name}#{number:03}" for number in range(len(columns))]
    ending, render_one = RENDERED[rendered]
    for number, column in enumerate(columns):
        (folder / f"{number:03}{ending}").write_bytes(render_one(column))
    return [f"{number:03}{ending}" for number in range(len(columns))]
