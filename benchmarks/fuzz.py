"""Every reader given whatever a fuzzer comes up with, led by which branches of the readers it reaches.

    pip install atheris
    python -m benchmarks.fuzz CORPUS [-max_total_time=1800] [other options of libFuzzer]

What is read has to give articles that hold together, or a reason; anything else is a finding, which libFuzzer writes to
a file (`crash-…`, `timeout-…`) in the working directory. CORPUS is filled with a small file of each kind first. The
first byte of an input says which ending the rest has.
"""

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import atheris

with atheris.instrument_imports(include=["columnbot.readers", "columnbot.language", "columnbot.passages"]):
    from columnbot import Article
    from columnbot.passages import split_articles
    from columnbot.readers import _KINDS, _READERS, _STREAMED, read_text, read_zip
    from columnbot.readers.bylines import complete_bylines
    from columnbot.readers.copies import part_copies
    from columnbot.readers.source import SavedText, Skipped, Unreadable
    from columnbot.readers.substack import PostList, read_post_list, with_post_lists

LONGEST = 20_000
PROSE = "De brugwachter van Eefde heet Wim, en hij draait de brug met de hand."
SEEDS = {
    ".md": f"---\ntitle: De brug\ndate: 2014-05-01\ntags: [water, 'oost']\n---\n> {PROSE}\n\n- een\n- [twee](x)\n",
    ".markdown": '+++\ntitle = "De brug"\n+++\nTekst met [gallery ids="1"] en {% include x %} en ![[plaatje.png]].\n',
    ".html": "<html><head><title>De brug</title><meta property='og:type' content='article'></head><body><article>"
    f"<h1>De brug</h1><p>Door Wim</p><p>{PROSE}</p></article></body></html>",
    ".mhtml": "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
    "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    "<html><body><p>De brug =C3=A9n de sluis.</p></body></html>\n--x--\n",
    ".txt": f"De brug\n\nDoor Wim de Vries\n1 mei 2014\n\n{PROSE}\n\nReageren\n",
    ".xml": "<?xml version='1.0'?><rss xmlns:content='c' xmlns:wp='http://wordpress.org/export/1.2/'><channel><item>"
    "<title>De brug</title><content:encoded><![CDATA[<p>Wim [b]x[/b]</p>]]></content:encoded>"
    "<wp:post_type>post</wp:post_type><wp:status>publish</wp:status><wp:post_name>brug</wp:post_name></item>"
    "</channel></rss>",
    ".rss": "<rss version='2.0'><channel><item><title>De brug</title><link>https://a.nl/brug</link>"
    f"<description>{PROSE}</description><pubDate>Fri, 07 Mar 2014 04:30:00 +0000</pubDate></item></channel></rss>",
    ".json": '[{"title": "De brug", "text": "Wim draait de brug.", "date": "2014-05-01", "tags": ["a", "b"]}]',
    ".jsonl": '{"titel": "De brug", "tekst": "Wim draait de brug.", "datum": "1 mei 2014"}\n{"x": 1}\n',
    ".csv": 'titel;tekst;datum\nDe brug;"Wim draait; de brug.";1-5-2014\n',
}


def main() -> None:
    """Fills the corpus, and hands over to libFuzzer."""
    corpus = Path(next(argument for argument in sys.argv[1:] if not argument.startswith("-")))
    corpus.mkdir(exist_ok=True)
    for ending, content in SEEDS.items():
        (corpus / f"seed{ending}").write_bytes(bytes([_KINDS.index(ending)]) + content.encode())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for ending, content in SEEDS.items():
            archive.writestr(f"map/stuk{ending}", content)
    (corpus / "seed.zip").write_bytes(bytes([_KINDS.index(".zip")]) + packed.getvalue())
    atheris.Setup([*sys.argv, f"-max_len={LONGEST}", "-timeout=20"], read_anything)
    atheris.Fuzz()


def read_anything(data: bytes) -> None:
    """Reads one input as a file of the archive, and takes what came of it as far as an index would."""
    if len(data) < 2:
        return
    kind, content = _KINDS[data[0] % len(_KINDS)], data[1:]
    articles: dict[str, Article] = {}
    lists: list[PostList] = []
    for item in read(f"map/stuk{kind}", content, kind):
        if isinstance(item, Skipped):
            assert item.reason.strip(), item
        elif isinstance(item, PostList):
            lists.append(item)
        else:
            assert item.path not in articles, item.path
            articles[item.path] = item
    kept, _ = with_post_lists(articles, lists)
    completed, _ = complete_bylines(list(kept.values()))
    for article in part_copies(completed)[0]:
        assert article.text == article.text.strip(), article
        assert article.title.strip(), article
        assert "\n\n\n" not in article.text, article
        assert not any(ord(c) < 32 and c != "\n" for c in article.title + article.text), article
        article.text.encode()
    for passage in split_articles(completed):
        assert passage.text.strip(), passage


def read(path: str, content: bytes, kind: str) -> Iterator[Article | Skipped | PostList]:
    """What a file gives, one way or the other."""
    try:
        for item in read_one(path, content, kind):
            if isinstance(item, SavedText):
                yield from read_text(item.path, item.content, frozenset())
            else:
                yield item
    except Unreadable as reason:
        yield Skipped(path, str(reason))


def read_one(path: str, content: bytes, kind: str) -> Iterator[Article | Skipped | SavedText | PostList]:
    """By the reader of its ending."""
    stream: BinaryIO = io.BytesIO(content)
    if kind == ".zip":
        yield from read_zip(
            path, stream, {*_READERS, ".txt", *_STREAMED}, lambda name, _, opened: read_packed(name, opened())
        )
    elif kind == ".txt":
        yield SavedText(path, content)
    elif kind == ".csv" and (posts := read_post_list("posts.csv", stream)):
        yield posts
    elif kind in _READERS:
        yield from _READERS[kind](path, content)
    else:
        yield from _STREAMED[kind](path, stream)


def read_packed(name: str, stream: BinaryIO) -> Iterator[Article | Skipped | SavedText | PostList]:
    """A file in a zip; of kinds that are not read nothing."""
    kind = Path(name).suffix.lower()
    if kind in _KINDS and kind != ".zip":
        yield from read_one(name, stream.read(LONGEST), kind)


if __name__ == "__main__":
    main()
