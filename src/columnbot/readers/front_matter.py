"""Front matter: what a text says of itself above it, in YAML (Jekyll, Obsidian), TOML (Hugo, Zola), JSON, or labels."""

import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import yaml

from columnbot.readers.bylines import letters
from columnbot.readers.fields import BESIDE, FIELDS, NO, ONE_TAG, UNPUBLISHED, YES, plain
from columnbot.readers.items import DEEPEST, one_line, text_of_title
from columnbot.readers.signatures import part_author, signed_line
from columnbot.readers.source import Unreadable, clean, date_of_path, find_date

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_YAML = re.compile(
    r"\A\s*---[ \t]*(yaml|json|toml)?[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*$\n?", re.DOTALL | re.MULTILINE)
# Every value as it is written: to YAML the title 12:30 is 750, 007 is 7 and No is false. libyaml, where PyYAML was
# built with it, is eight times faster.
_YAML_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
MOST_VALUES = 10_000  # of the fields of one text
_UNSET = ("", "~", "null", "Null", "NULL")
_FIELD = re.compile(r"[\w-]+")
_LINE = re.compile(r"^([\w-]+)[ \t]*[:=][ \t]*(.*?)[ \t]*$", re.MULTILINE)
_LABEL = re.compile(r"([^\W\d_][\w -]{0,30}?)[ \t]*:(?:[ \t]+(.*))?")
# What Hugo prints of an author who has fields, once that has been stored as the author: map[email:… name:… url:…].
_LINKED = re.compile(r"\[\[([^\[\]|]*)(?:\|([^\[\]]*))?\]\]")  # Obsidian's way to name a note
_PRINTED_MAP = re.compile(r"\[*map\[(?:.*\s)?name:(.*?)(?:\s+\w+:.*)?\]+")


def split_front_matter(source: str) -> tuple[Mapping[str, Any], str]:
    """The front matter's fields by their plain names, and what comes after it; matter that is broken is read by line.

    Blank lines and byte order marks may stand before it, and labels in its place ("Titel: …"). Fields of Zola's
    `[taxonomies]` and `[extra]` and of Hugo's `[params]` stand among the others. What is unset is None. A text that
    opens with a rule, and has another further down, has no front matter.
    """
    source = source.lstrip("\ufeff\u200b")
    if match := _YAML.match(source):
        kind, matter = (match[1] or "yaml").lower(), match[2]
    elif match := _TOML.match(source):
        kind, matter = "toml", match[1]
    else:
        found = _split_json(source)
        return found if found[0] else _split_labels(source)
    rest = source[match.end() :]
    if not re.sub(r"^[ \t]*#.*", "", matter, flags=re.MULTILINE).strip():
        return {}, rest
    fields = _parse(kind, matter)
    if fields is None:
        fields = _by_line(matter)
    if not isinstance(fields, dict) or not any(_FIELD.fullmatch(str(name)) for name in fields):
        return {}, source
    return _by_plain_name(fields), rest


def _by_line(matter: str) -> dict[str, str] | None:
    """Fields where a colon stands bare in a title, or a tab: people write by hand. None where it is mostly prose."""
    fields = {line[1]: line[2].strip("'\"") for line in _LINE.finditer(matter)}
    outer = re.findall(r"^[^\s#}\]-]", matter, re.MULTILINE)
    return fields if len(fields) >= len(outer) / 2 else None


def _by_plain_name(fields: Mapping[str, Any]) -> dict[str, Any]:
    inner = [fields[table] for table in ("taxonomies", "params", "extra") if isinstance(fields.get(table), dict)]
    room = iter(range(MOST_VALUES))
    return {plain(name): _known(value, room) for table in [*inner, fields] for name, value in table.items()}


def _known(value: Any, room: Iterator[int], depth: int = 0) -> Any:
    """The value, None where it is unset; so too what is in it, as long as there is room.

    A few lines of YAML that refer to each other hold more than any memory.
    """
    if depth > DEEPEST or next(room, None) is None:
        return None
    if isinstance(value, dict):
        return {name: _known(inner, room, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_known(inner, room, depth + 1) for inner in value]
    return None if isinstance(value, str) and value in _UNSET else value


def _parse(kind: str, matter: str) -> Any:
    """What the matter holds, or None when it is not what it should be."""
    try:
        if kind == "toml":
            return tomllib.loads(matter)
        return json.loads(matter) if kind == "json" else yaml.load(matter, Loader=_YAML_LOADER)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError):
        # PyYAML lets errors that are not its own out of tags such as "!!int ''".
        return None


def _split_json(source: str) -> tuple[Mapping[str, Any], str]:
    """Hugo's JSON front matter: an object that opens the file, on lines of its own."""
    opened = re.match(r"\s*(?=\{\s*\")", source)
    if opened:
        try:
            fields, end = json.JSONDecoder().raw_decode(source, opened.end())
        except (ValueError, RecursionError):
            return {}, source
        if re.match(r"[ \t]*(?:\n|\Z)", source[end:]):
            return _by_plain_name(fields), source[end:]
    return {}, source


def _split_labels(source: str) -> tuple[Mapping[str, Any], str]:
    """The header of Pelican and MultiMarkdown, and of people: a line a label, and an empty line below.

    Labels that no column says of itself ("Uitgever", "Regie"), or a by-line below them, tell that they name a work that
    the text is about: they stay in it.
    """
    header, *below = re.split(r"\n[ \t]*\n", source.lstrip("\n"), maxsplit=1)
    fields: dict[str, Any] = {}
    for line in re.sub(r"\n[ \t]+", " ", header).rstrip().split("\n"):  # a long value goes on in an indented line
        label = _LABEL.fullmatch(line)
        if not label or (name := plain(label[1])) not in _LABELS or name in fields:
            return {}, source
        value = (label[2] or "").strip()
        fields[name] = re.split(r"\s*,\s*", value) if name in FIELDS["tags"] else value
    given = {field for field in ("title", "author", "date") if first_line(fields, field)}
    if not below or not ("title" in given or len(given) > 1) or _is_signed(clean(below[0]).split("\n\n")):
        return {}, source
    return _by_plain_name(fields), below[0]


def _is_signed(paragraphs: list[str]) -> bool:
    return any(signed_line(paragraphs[0])) or part_author(paragraphs)[1] is not None


_LABELS = BESIDE.union(*(names for field, names in FIELDS.items() if field != "text"))


def require_published(matter: Mapping[str, Any]) -> None:
    """Raises `Unreadable` where the matter says that the text is a draft."""
    if _says(NO, matter.get("published")) or _says(YES, *_values(matter, "draft")):
        raise Unreadable("a draft: its front matter says it is not published")
    for status in _values(matter, "status"):
        if _says(UNPUBLISHED, status):
            raise Unreadable(f'its status is "{str(status).strip()}", not published')
    if _one_line(matter.get("password")):
        raise Unreadable("it has a password in its front matter")


def title_of(matter: Mapping[str, Any]) -> str | None:
    """The title on one line, without the HTML that may stand in it."""
    title = first_line(matter, "title")
    return (one_line(text_of_title(title)) or title) if title else None


def author_of(matter: Mapping[str, Any]) -> str | None:
    """The first author named; of several fields with the same letters the one that parts the words of the name."""
    lines = [line for value in _values(matter, "author") if (line := _one_line(value))]
    return max((line for line in lines if letters(line) == letters(lines[0])), key=_spaces, default=None)


def first_line(matter: Mapping[str, Any], field: str) -> str | None:
    """The first of the field's names that has words, on one line."""
    return next((line for value in _values(matter, field) if (line := _one_line(value))), None)


def address_of(matter: Mapping[str, Any]) -> str | None:
    """The first of its addresses that leads somewhere from anywhere; a path on its site does not."""
    lines = (_one_line(value) for value in _values(matter, "url"))
    return next((line for line in lines if line and re.match(r"https?://", line)), None)


def first_date(matter: Mapping[str, Any], path: str) -> date | None:
    """The matter's, or that in the file's path."""
    dates = (find_date(value) for value in _values(matter, "date"))
    return next((found for found in dates if found), None) or date_of_path(path)


def tags_of(matter: Mapping[str, Any]) -> tuple[str, ...]:
    """The tags and categories, each once."""
    found: list[str] = []
    for name in FIELDS["tags"]:
        value = matter.get(name)
        if isinstance(value, str):
            # One string is a list parted by commas, else of a field for several (Jekyll's rule) by spaces.
            value = value.strip().removeprefix("[").removesuffix("]")
            spaced = name not in ONE_TAG and "," not in value
            found += re.split(r"\s+" if spaced else r"\s*,\s*", clean(value))
        elif isinstance(value, list):
            found += [line for item in value if (line := _one_line(item))]
    return tuple(dict.fromkeys(name for tag in found if (name := tag.removeprefix("#"))))


def _values(matter: Mapping[str, Any], field: str) -> list[Any]:
    return [matter[name] for name in FIELDS[field] if name in matter]


def _says(words: Collection[str], *values: object) -> bool:
    return any(isinstance(value, (bool, str)) and str(value).strip().lower() in words for value in values)


def _spaces(line: str) -> int:
    return line.count(" ")


def _one_line(value: object, depth: int = 0) -> str | None:
    if isinstance(value, dict):
        value = value.get("name")
    if depth > DEEPEST:
        return None
    if isinstance(value, list):
        value = ", ".join(line for item in value if (line := _one_line(item, depth + 1)))
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**18):  # Python prints no longer ones
        value = str(value)
    if not isinstance(value, str):
        return None
    printed = _PRINTED_MAP.fullmatch(value.strip())
    return one_line(printed[1] if printed else _LINKED.sub(lambda link: link[2] or link[1], value))
