"""Tags of other programs in a text: WordPress's shortcodes, in square brackets, and Liquid's and Hugo's, in braces.

The tags go; the words in and between them stay.
"""

import re

_LIQUID_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}(?:(?!\{%).)*\{%-?\s*endcomment\s*-?%\}", re.DOTALL)
_LIQUID = re.compile(r"\{%[^{}]*%\}|\{\{[^{}]*\}\}|\{:[^{}\n]*\}")
# Attributes hold no brackets; the bound keeps a text of nothing but brackets from taking for ever.
_IN_BRACKETS = r"\[(?P<end>/?)(?P<name>[a-zA-Z][\w-]{0,60})(?P<attributes>(?:[\s=/][^\[\]]{0,2000})?)\]"
_TAG = re.compile(_IN_BRACKETS + r"(?!\()")
# In Markdown brackets may also hold a link's words or define where it leads, and code is shown as it stands.
_TAG_IN_MARKDOWN = re.compile(
    r"^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^[ ]{0,3}(?P=fence)|(?<!`)(?P<ticks>`+)(?!`)[^`\n]+(?P=ticks)(?!`)|"
    + _IN_BRACKETS,
    re.DOTALL | re.MULTILINE,
)
_LABEL = re.compile(r"^[ ]{0,3}\[([^\[\]\n]+)\]:", re.MULTILINE)
# The first word (but for a key with digits) is an attribute, or any is one in quotation marks: "[met E=mc2]" has none.
_ATTRIBUTE = re.compile(
    r"^\s+(?:\S*\d\S*\s+)?[\w-]+\s*=\s*[^\s=]|[\w-]\s*=\s*[\"'“”]|^\s*=?\s*[\"'“”]?https?://|(?:^|\s)/\s*$"
)
_BEFORE_AN_ADDRESS = frozenset("at bron from lees op see source uit van via zie".split())
_OWN_WORDS = re.compile(r"\b(caption|text)\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|[“”]([^“”]+)[“”])")
_BARE = frozenset("audio caption embed gallery more nextpage playlist toc video wp_caption".split())
# What these hold stands apart from what is before and after it; a highlight or a drop cap does not.
_APART = re.compile(
    r"accordion|audio|block|box|caption|col|embed|gallery|heading|list|module|playlist|quote|row|section|slide|tab|"
    r"text|video",
    re.IGNORECASE,
)


def without_liquid(text: str) -> str:
    """The text without the tags of Jekyll and Hugo: `{% include … %}`, `{{< youtube … >}}`, `{:.class}`."""
    return _LIQUID.sub("", _LIQUID_COMMENT.sub("", text))


def without_shortcodes(markup: str, *, markdown: bool = False) -> str:
    """The markup without shortcodes; words in square brackets that are none, "[sic]", are left alone.

    A shortcode is closed somewhere, carries attributes, is one of WordPress's own, or has a name that
    no word has (`my_gallery`). Doubled brackets, `[[gallery]]`, are WordPress's way to write one down;
    in Markdown it is written down as code, and brackets may be those of a link.
    """
    if "[" not in markup:
        return markup
    tag = _TAG_IN_MARKDOWN if markdown else _TAG
    labels = set(_LABEL.findall(markup)) if markdown else set()
    closed = {match["name"] for match in tag.finditer(markup) if match["end"] and not match["attributes"].strip()}

    def may_be_link(tag: re.Match[str]) -> bool:
        is_tag = tag["end"] or (tag["name"] in closed and "=" in tag["attributes"])
        return not is_tag and markup[tag.end() : tag.end() + 1] in ("(", "[", ":")

    def replaced(match: re.Match[str]) -> str:
        name, attributes = match["name"], match["attributes"]
        if name is None or match[0][1:-1] in labels or (markdown and may_be_link(match)):
            return match[0]
        if markup[match.start() - 1 : match.start()] == "[" and markup[match.end() : match.end() + 1] == "]":
            return match[0]
        if match["end"] and attributes.strip():
            return match[0]
        # An element of a list in code, names[my_index], has such a name too.
        is_called = "_" in name and not (markdown and re.match(r"[\w=<$]", markup[max(0, match.start() - 1) :]))
        if not (name in closed or name in _BARE or is_called or _is_attribute(attributes, name)):
            return match[0]
        # An empty line would end the quotation or the list in which a tag stands in Markdown.
        around = "" if not _APART.search(name) else " " if markdown else "\n\n"
        words = next(
            (found[2] or found[3] or found[4] for found in _OWN_WORDS.finditer(attributes)
             if found[1] == "caption" or re.search(r"heading|text", name)), ""
        )  # fmt: skip
        return f"{around}{words}{around}"

    without = tag.sub(replaced, markup)
    return without if markdown else re.sub(r"\[(\[[^\[\]]{0,2000}\])\]", r"\1", without)


def _is_attribute(words: str, name: str) -> bool:
    found = _ATTRIBUTE.search(words)
    return bool(found) and not (name.lower() in _BEFORE_AN_ADDRESS and "=" not in words)
