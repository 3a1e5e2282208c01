"""Tags of other programs in a text: WordPress's shortcodes, in square brackets, and Liquid's and Hugo's, in braces.

The tags go; the words in and between them stay.
"""

import re

_LIQUID = re.compile(r"\{%[^{}]*%\}|\{\{[^{}]*\}\}|\{:[^{}\n]*\}")
# Attributes hold no brackets; the bound keeps a text of nothing but brackets from taking for ever.
_TAG = re.compile(r"\[(/?)([a-zA-Z][\w-]{0,60})((?:[\s=/][^\[\]]{0,2000})?)\](?!\()")
_ATTRIBUTE = re.compile(r"[\w-]\s*=\s*[^\s=]|^\s*https?://|/\s*$")
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
    return _LIQUID.sub("", text)


def without_shortcodes(markup: str) -> str:
    """The markup without shortcodes; words in square brackets that are none, "[sic]", are left alone.

    A shortcode is closed somewhere, carries attributes, is one of WordPress's own, or has a name that
    no word has (`my_gallery`). Doubled brackets, `[[gallery]]`, are WordPress's way to write one down.
    """
    if "[" not in markup:
        return markup
    closed = {match[2] for match in _TAG.finditer(markup) if match[1]}

    def replaced(match: re.Match[str]) -> str:
        name, attributes = match[2], match[3]
        if markup[match.start() - 1 : match.start()] == "[" and markup[match.end() : match.end() + 1] == "]":
            return match[0]
        if not (name in closed or name in _BARE or "_" in name or _ATTRIBUTE.search(attributes)):
            return match[0]
        around = "\n\n" if _APART.search(name) else ""
        words = next(
            (found[2] or found[3] or found[4] for found in _OWN_WORDS.finditer(attributes)
             if found[1] == "caption" or re.search(r"heading|text", name)), ""
        )  # fmt: skip
        return f"{around}{words}{around}"

    return re.sub(r"\[(\[[^\[\]]{0,2000}\])\]", r"\1", _TAG.sub(replaced, markup))
