"""A sheet for what was asked before: its frame. What was asked is in the browser only; `history.js` fills it in."""

from html import escape

from columnbot.chat.reader import sheet_html
from columnbot.messages import say

FORMATS = ("Markdown", "BibTeX", "CSL-JSON")


def history_html(language: str) -> str:
    """The sheet, without a single question in it."""

    def text(key: str) -> str:
        return escape(say(f"history.{key}", language))

    exports = "".join(f'<button type="button" class="cb-tool cb-export" value="{name}">{name}</button>'
                      for name in FORMATS)  # fmt: skip
    content = (
        f'<div class="cb-past"><p class="cb-signature">{text("note")}</p>'
        f'<input type="search" class="cb-find" aria-label="{text("search")}" placeholder="{text("search")}">'
        f'<p class="cb-exports">{exports}<button type="button" class="cb-tool cb-print">{text("print")}</button>'
        f'<button type="button" class="cb-tool cb-forget-all">{text("delete_all")}</button></p>'
        f'<p class="cb-none">{text("none")}</p><ol class="cb-turns"></ol>'
        '<template><li><details><summary><span class="cb-asked"></span><time></time></summary>'
        f'<pre></pre><p class="cb-exports"><button type="button" class="cb-tool cb-ask-again">{text("ask")}</button>'
        f'<button type="button" class="cb-tool cb-forget">{text("delete")}</button></p></details></li></template></div>'
    )
    return sheet_html(escape(say("chat.history", language)), content, language, reference="history")
