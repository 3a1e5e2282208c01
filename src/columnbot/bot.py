"""`ColumnBot` answers from an index; a `Conversation` remembers the turns before."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from columnbot.answering import Answer, answer_by_quoting, growing
from columnbot.articles import Article
from columnbot.embedding import Embedder, open_embedder
from columnbot.errors import ModelMismatch
from columnbot.index import Index, open_index
from columnbot.questions import Question, understand
from columnbot.retrieval import EVERYTHING, Explanation, Filter, Hit, explain, hits_of, retrieve


class ColumnBot:
    """Questions in, cited answers out. Safe to share between threads: it only reads.

    >>> bot = ColumnBot.open(Path("index"))
    >>> answer = bot.ask("Wie zijn de interne klanten van een bedrijf?")
    >>> answer.text, answer.citations[0].article.title
    """

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self.index = index
        self._embedder = embedder

    @classmethod
    def open(cls, index: Path, *, model: str | None = None) -> "ColumnBot":
        """Opens an index, with the model it was made with.

        Raises `IndexMissing`, `IndexDamaged`, `ModelUnavailable`, or `ModelMismatch` when `model` names
        another model, or the index's own has changed since.
        """
        opened = open_index(Path(index))
        made_with = opened.manifest.model
        again = f"build the index again with: columnbot index --index {index} --model {model or made_with}"
        if model is not None and model != made_with:
            raise ModelMismatch(
                f"{index} was made with the model {made_with!r}, not {model!r}; leave --model out, or {again}"
            )
        embedder = open_embedder(made_with).embedder
        if embedder.fingerprint != opened.manifest.fingerprint:
            raise ModelMismatch(f"The model {made_with!r} is not the one that {index} was made with; {again}")
        return cls(opened, embedder)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        author: str | None = None,
        since: date | None = None,
        until: date | None = None,
        tags: tuple[str, ...] = (),
    ) -> tuple[Hit, ...]:
        """The k best passages, best first, out of the columns that the filters allow. Raises `QuestionError`."""
        retrieved = retrieve(
            self.index, self._embedder, understand(question), Filter(author, since, until, tuple(tags))
        )
        return hits_of(self.index, retrieved, k)

    def explain(
        self,
        question: str,
        k: int = 10,
        *,
        author: str | None = None,
        since: date | None = None,
        until: date | None = None,
        tags: tuple[str, ...] = (),
    ) -> tuple[Explanation, ...]:
        """What `search` finds, with what brought each hit. Raises `QuestionError`."""
        where = Filter(author, since, until, tuple(tags))
        return explain(self.index, retrieve(self.index, self._embedder, understand(question), where), k)

    def ask(
        self,
        question: str,
        *,
        author: str | None = None,
        since: date | None = None,
        until: date | None = None,
        tags: tuple[str, ...] = (),
    ) -> Answer:
        """The answer, quoted with its citations, or `found=False`. Raises `QuestionError`."""
        return self._answer(understand(question), Filter(author, since, until, tuple(tags)))

    def stream(self, question: str) -> Iterator[Answer]:
        """The same answer as `ask` gives, a sentence longer each time."""
        return growing(self.ask(question))

    def conversation(self) -> "Conversation":
        """A conversation, in which a question may lean on the ones before."""
        return Conversation(self)

    def article(self, path: str) -> Article:
        """The article of that path. Raises `UnknownArticle`."""
        return self.index.article(path)

    def articles(self) -> tuple[Article, ...]:
        """All articles, oldest first; undated ones last."""
        return self.index.articles

    def _answer(self, question: Question, where: Filter) -> Answer:
        return answer_by_quoting(self.index, retrieve(self.index, self._embedder, question, where))


class Conversation:
    """Turns that know of each other; `Answer.question` shows how each was understood. For one thread at a time."""

    def __init__(self, bot: ColumnBot) -> None:
        self._bot = bot
        self._before: Question | None = None
        self._cited: frozenset[str] = frozenset()

    def ask(self, question: str) -> Answer:
        """The answer to a question or a follow-up. Raises `QuestionError`, which leaves the conversation as it was."""
        understood = understand(question, before=self._before, cited=self._cited)
        answer = self._bot._answer(understood, EVERYTHING)
        # What a run of follow-ups leans on stays the question that opened it, so that it cannot grow without end.
        self._before = self._before if self._before and understood.is_follow_up else understood
        self._cited = frozenset(citation.article.path for citation in answer.citations) or self._cited
        return answer

    def stream(self, question: str) -> Iterator[Answer]:
        """The same answer as `ask` gives, a sentence longer each time."""
        return growing(self.ask(question))
