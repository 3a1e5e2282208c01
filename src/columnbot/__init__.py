"""columnbot answers questions from an archive of columns, and shows for every sentence where it stands.

Importing this is cheap: a name is loaded when it is first used, and torch when passages are first embedded.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from columnbot.answering import Answer as Answer
    from columnbot.answering import AnswerSentence as AnswerSentence
    from columnbot.answering import Citation as Citation
    from columnbot.articles import Article as Article
    from columnbot.bot import ColumnBot as ColumnBot
    from columnbot.bot import Conversation as Conversation
    from columnbot.build import BuildReport as BuildReport
    from columnbot.build import build_index as build_index
    from columnbot.errors import ColumnbotError as ColumnbotError
    from columnbot.filters import Filter as Filter
    from columnbot.passages import Passage as Passage
    from columnbot.passages import Sentence as Sentence
    from columnbot.retrieval import Hit as Hit
    from columnbot.settings import Settings as Settings
    from columnbot.version import VERSION as __version__

_HOMES = {
    "Answer": "answering",
    "AnswerSentence": "answering",
    "Article": "articles",
    "BuildReport": "build",
    "Citation": "answering",
    "ColumnBot": "bot",
    "ColumnbotError": "errors",
    "Conversation": "bot",
    "Filter": "filters",
    "Hit": "retrieval",
    "Passage": "passages",
    "Sentence": "passages",
    "Settings": "settings",
    "build_index": "build",
}
__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - all are strings


def __getattr__(name: str) -> object:
    if name == "__version__":
        return import_module("columnbot.version").VERSION
    if name in _HOMES:
        return getattr(import_module(f"columnbot.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'columnbot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
