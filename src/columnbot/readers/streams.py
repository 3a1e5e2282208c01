"""Files of many articles as streams: bytes, of mixed encodings too, to lines and to XML elements, in little memory."""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from html.entities import html5
from io import TextIOWrapper
from typing import Any, BinaryIO, Literal

from lxml import etree

from columnbot.readers.source import AS_WINDOWS_1252, Skipped, Unreadable

# Of one article; a longer one is no column, and would only fill the memory.
MAX_BYTES = 20_000_000
_MAX_ELEMENT = 200_000_000  # a post with its comments and custom fields
_CHUNK = 1 << 16


def lines(stream: BinaryIO) -> Iterator[str | None]:
    """The lines with their ends: UTF-16 with its mark, else UTF-8 in which other bytes are windows-1252.

    A line that is longer than an article can be comes as None.
    """
    mark = stream.read(2)
    stream.seek(0)
    wide = mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", AS_WINDOWS_1252)
    text = TextIOWrapper(stream, encoding, errors, newline="")
    try:
        while line := text.readline(MAX_BYTES):
            if len(line) < MAX_BYTES or line.endswith("\n"):
                yield line
                continue
            while len(line) == MAX_BYTES and not line.endswith("\n"):
                line = text.readline(MAX_BYTES)
            yield None
    finally:
        with suppress(ValueError):  # it is closed already
            text.detach()  # whoever opened the stream closes it


def root_of(stream: BinaryIO) -> etree._Element:
    """The opening tag of an XML file; the stream stands at its beginning again.

    Raises `Unreadable` for what is no XML, and for a file that declares entities, which can make a
    few bytes into gigabytes or name other files, and which neither exports nor feeds do.
    """
    parser = _parser("start", None)
    for chunk in _repaired(stream):
        parser.feed(chunk)
        for root in _elements(parser):
            stream.seek(0)
            declared: Any = root.getroottree().docinfo.internalDTD
            if declared is not None and any(True for _ in declared.iterentities()):
                raise Unreadable("XML that declares entities of its own, which is not safe to read")
            return root
        if parser.feed_error_log:
            break
    raise Unreadable(f"not XML: {fault_of(parser) or 'it holds no element'}")


def elements(path: str, stream: BinaryIO, *tags: str) -> Iterator[etree._Element | Skipped]:
    """The elements of these names below the channel, in any namespace, each emptied after its turn.

    Faults in the XML are read over where that can be done; a last `Skipped` then names the first.
    What the end of a cut-off file fell in is not given. Memory is bounded by the largest element.
    """
    parser = _parser("end", tuple(f"{{*}}{tag}" for tag in tags))
    size = 0  # since the end of an element
    for chunk in _repaired(stream):
        parser.feed(chunk)
        size += len(chunk)
        for element in _ended(parser):
            yield element
            size = 0
        if size > _MAX_ELEMENT:
            yield Skipped(path, f"not read to its end: {_MAX_ELEMENT // 10**6} MB without the end of a post")
            return
    with suppress(etree.XMLSyntaxError):  # what is wrong stands in the parser's log
        parser.close()
    if not any(error.type_name == "ERR_TAG_NOT_FINISHED" for error in parser.feed_error_log):
        yield from _ended(parser)
    if fault := fault_of(parser):
        yield Skipped(path, f"malformed XML, read as far as it goes: {fault}")


def local_name(element: etree._Element) -> str:
    """Its name without namespace or prefix; a damaged file may use a prefix that it does not declare."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def fault_of(parser: "etree._FeedParser") -> str | None:
    """The first fault that a parser met: its line, what it is, and how many more there are."""
    faults = [error for error in parser.feed_error_log if error.level_name in ("ERROR", "FATAL")]
    if not faults:
        return None
    # libxml2 stops counting at a hundred.
    more = f", and {'at least ' if len(faults) >= 100 else ''}{len(faults) - 1} more" if len(faults) > 1 else ""
    return f"line {faults[0].line}: {faults[0].message.strip()}{more}"


def whole(stream: BinaryIO, limit: int) -> bytes:
    """All bytes of a format that cannot be streamed. Raises `Unreadable` when there are more than `limit`."""
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise Unreadable(f"more than {limit // 10**6} MB, which is too large to read in one piece")
    return content


def recovered(stream: BinaryIO, limit: int) -> tuple[bytes, str | None]:
    """A whole XML file made well-formed, as UTF-8 without a DTD, and the first fault that was mended."""
    parser = _parser("end", ())
    size = 0
    for chunk in _repaired(stream):
        size += len(chunk)
        if size > limit:
            raise Unreadable(f"more than {limit // 10**6} MB, which is too large to read in one piece")
        parser.feed(chunk)
    try:
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"malformed XML: {fault_of(parser) or error.msg}") from None
    return etree.tostring(root, encoding="utf-8", with_tail=False), fault_of(parser)


def _parser(event: Literal["start", "end"], tags: tuple[str, ...] | None) -> etree.XMLPullParser:
    # Nothing is fetched or expanded. libxml2's own limits would give up a whole export for one post of
    # more than 10 MB; size is bounded by those who feed it, and entities are refused beforehand.
    return etree.XMLPullParser(
        events=(event,), tag=tags, recover=True, resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip


def _elements(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    return (element for _, element in parser.read_events() if isinstance(element, etree._Element))


def _ended(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    for element in _elements(parser):
        parent = element.getparent()
        if parent is None or local_name(parent) == "item":
            continue
        yield element
        element.clear()
        while (before := element.getprevious()) is not None:
            parent.remove(before)


_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"'](iso-8859-\d+|windows-125\d)[\"']", re.IGNORECASE)
# Characters that XML forbids, and that real exports hold all the same.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+")
_ENTITY = re.compile(r"&([A-Za-z]\w{1,30};)")


def _repaired(stream: BinaryIO) -> Iterator[bytes]:
    """The XML as UTF-8, whatever it declares, without forbidden characters, and HTML's entities spelled out."""
    chunk = stream.read(_CHUNK)
    declared = _DECLARED.search(chunk[:1000])
    if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-16")("replace")
    elif declared and declared[1].lower() != b"iso-8859-1":  # which is windows-1252 to every browser
        decoder = codecs.getincrementaldecoder(declared[1].decode("ascii"))(AS_WINDOWS_1252)
    else:
        decoder = codecs.getincrementaldecoder("cp1252" if declared else "utf-8-sig")(AS_WINDOWS_1252)
        chunk = chunk.lstrip()
    rest = ""
    while chunk:
        text = rest + _FORBIDDEN.sub("", decoder.decode(chunk))
        # An entity may stand across the border of two chunks.
        border = text.rfind("&", max(0, len(text) - 32))
        border = len(text) if border < 0 else border
        rest = text[border:]
        yield _ENTITY.sub(_spelled_out, text[:border]).encode("utf-8", "replace")
        chunk = stream.read(_CHUNK)
    yield _ENTITY.sub(_spelled_out, rest + decoder.decode(b"", final=True)).encode("utf-8", "replace")


def _spelled_out(entity: re.Match[str]) -> str:
    character = html5.get(entity[1], "")
    return character if character and character not in "<>&\"'" else entity[0]
