"""The mistakes a caller can mend. Each text says what happened, where, and what to do about it.

ColumnbotError
├── SettingsError          a setting has a value that cannot be used
├── ArchiveError           the folder of articles is missing or holds nothing readable
├── IndexProblem
│   ├── IndexMissing       there is no index there yet
│   ├── IndexDamaged       a file of the index is not what was written
│   ├── IndexOutdated      another version of columnbot made it
│   ├── IndexBusy          another build is writing this index
│   ├── IndexUnavailable   the engine that holds the index does not answer
│   └── IndexUnwritable    the disk is full, or the folder may not be written
├── ModelProblem
│   ├── ModelUnavailable   the embedding model cannot be loaded
│   └── ModelMismatch      the index was made with another model
├── WorkersFailed          the workers of a Ray cluster cannot be reached, or cannot embed
├── WriterFailed           the language model gave no answer that can be used
├── QuestionError          the question is empty or far too long
├── FilterError            a filter names what the archive does not have, or no time at all
├── UnknownArticle         no article of that path is in the index
├── FeedbackProblem        what readers think cannot be written or read
└── ChatError              the chat cannot be served (port in use, host unknown)
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ColumnbotError(Exception):
    """Something the user can mend; its text is one line that says how."""


class SettingsError(ColumnbotError):
    """A setting has a value that cannot be used."""


class ArchiveError(ColumnbotError):
    """The folder of articles is missing or holds nothing readable."""


class IndexProblem(ColumnbotError):
    """Base of what can be wrong with an index."""


class IndexMissing(IndexProblem):
    """There is no index at that place yet."""


class IndexDamaged(IndexProblem):
    """A file of the index is not what was written."""


class IndexOutdated(IndexProblem):
    """The index has the format of another version of columnbot.

    `archive` is the folder of its articles, if it says so; `holds` the path of one of them; `model`,
    `passage_words`, `pages` and `exact` are those it was made with, the last two if it says so.
    """

    def __init__(
        self,
        message: str,
        *,
        archive: "Path | None",
        holds: str,
        model: str,
        passage_words: int,
        pages: bool | None = None,
        exact: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.archive, self.holds, self.model, self.passage_words = archive, holds, model, passage_words
        self.pages, self.exact = pages, exact


class IndexBusy(IndexProblem):
    """Another build is writing this index."""


class IndexUnavailable(IndexProblem):
    """The engine that holds the index does not answer."""


class IndexUnwritable(IndexProblem):
    """The index cannot be written: a full disk, or no permission."""


class ModelProblem(ColumnbotError):
    """Base of what can be wrong with an embedding model."""


class ModelUnavailable(ModelProblem):
    """The embedding model cannot be loaded."""


class ModelMismatch(ModelProblem):
    """The index was made with another model than the one asked for."""


class WorkersFailed(ColumnbotError):
    """The workers of a Ray cluster cannot be reached, or cannot embed."""


class WriterFailed(ColumnbotError):
    """The language model gave no answer that can be used; `reason` names the line in `messages` that tells why."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"The language model failed: {reason}{f' ({detail})' if detail else ''}.")
        self.reason = reason
        self.detail = detail


class QuestionError(ColumnbotError):
    """The question is empty or far too long."""


class FilterError(ColumnbotError):
    """A filter names an author or tag that the archive does not have, or ends before it begins."""


class UnknownArticle(ColumnbotError):
    """No article of that path is in the index."""


class FeedbackProblem(ColumnbotError):
    """What readers think of answers cannot be written or read."""


class ChatError(ColumnbotError):
    """The chat cannot be served."""


def unloadable(what: str, name: str, error: Exception, *, kind: str, flag: str) -> ModelUnavailable:
    """A model that a library could not load, in one line: the reason, and what to do."""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return ModelUnavailable(
        f"The {what} {name!r} cannot be loaded ({reason}). Give a folder with a {kind} "
        f"or a name that this machine can download, or leave {flag} out."
    )
