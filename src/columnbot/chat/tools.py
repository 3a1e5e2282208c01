"""The tools that a program or a language model gets of the chat, by Gradio's API and as an MCP server."""

import json
import logging

import gradio as gr
from gradio.events import api

from columnbot.answering import Answer
from columnbot.as_json import answer_as_json, article_as_json, hit_as_json
from columnbot.bot import ColumnBot
from columnbot.errors import ColumnbotError, QuestionError, UnknownArticle
from columnbot.messages import say

MOST = 50  # passages of one search

_log = logging.getLogger(__name__)


def add_tools(bot: ColumnBot) -> None:
    """Adds `ask`, `search` and `show` to the page that is being built."""

    def ask(question: str) -> str:
        """Answer a question from an archive of columns, by quoting it.

        Gives JSON: the answer as text with its citations: title, author, date, address, and the quote with its place in
        the column. Where `found` is false, the archive does not know; say so, and do not answer from elsewhere.

        Args:
            question: A whole question, in Dutch or English.
        """
        return _json(answer_as_json(_asked(bot, question)))

    def search(question: str, k: int = 10) -> str:
        """Find the passages of the archive of columns that are nearest to a question or a subject, best first, as JSON.

        Args:
            question: A question or a subject, in Dutch or English.
            k: How many passages, 50 at most.
        """
        try:
            return _json([hit_as_json(hit) for hit in bot.search(question, max(1, min(k, MOST)))])
        except ColumnbotError as error:
            raise _shown(error) from error

    def show(path: str) -> str:
        """Give a whole column as JSON: its title, author, date, address, tags and text.

        Args:
            path: The path of a column, as `ask` and `search` give it.
        """
        try:
            article = bot.article(path)
        except ColumnbotError as error:
            raise _shown(error) from error
        return _json(article_as_json(article) | {"text": article.text})

    for tool in (ask, search, show):
        api(tool, api_name=tool.__name__, concurrency_id="tools", concurrency_limit=1)


def _json(value: object) -> str:
    """As text: what is handed to an MCP client as a dictionary arrives as Python would print it."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _asked(bot: ColumnBot, question: str) -> Answer:
    try:
        return bot.ask(question)
    except ColumnbotError as error:
        raise _shown(error) from error


def _shown(error: ColumnbotError) -> gr.Error:
    """What the caller may know of it: not what is wrong here, which names files of this machine."""
    if isinstance(error, (QuestionError, UnknownArticle)):
        return gr.Error(str(error), print_exception=False)
    _log.warning("A tool could not answer: %s", error)
    return gr.Error(say("chat.out_of_order", "en"), print_exception=False)
