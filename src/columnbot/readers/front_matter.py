"""Front matter: what a Markdown file says of itself, in YAML (Jekyll, Obsidian), TOML (Hugo, Zola) or JSON."""

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

import yaml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_YAML = re.compile(
    r"\A\s*---[ \t]*(yaml|json|toml)?[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*$\n?", re.DOTALL | re.MULTILINE)
# libyaml, where PyYAML was built with it, is eight times faster.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def split_front_matter(source: str) -> tuple[Mapping[str, Any], str]:
    """The front matter's fields and what comes after it; matter that is broken is read line by line.

    Blank lines and byte order marks may stand before it. Fields of Zola's `[taxonomies]` and `[extra]`
    and of Hugo's `[params]` stand among the others.
    """
    source = source.lstrip("\ufeff\u200b")
    if match := _YAML.match(source):
        kind, matter = (match[1] or "yaml").lower(), match[2]
    elif match := _TOML.match(source):
        kind, matter = "toml", match[1]
    else:
        return _split_json(source)
    fields = _parse(kind, matter)
    if fields is None:
        # A title with a bare colon, a date that cannot be, a tab: people write this by hand.
        lines = re.finditer(r"^([\w-]+)[ \t]*[:=][ \t]*(.*?)[ \t]*$", matter, re.MULTILINE)
        fields = {line[1]: line[2].strip("'\"") for line in lines}
    if not isinstance(fields, dict):
        return {}, source[match.end() :]
    inner = [fields[table] for table in ("taxonomies", "params", "extra") if isinstance(fields.get(table), dict)]
    return {key: value for table in [*inner, fields] for key, value in table.items()}, source[match.end() :]


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
            return fields, source[end:]
    return {}, source
