"""`ColumnBot` answers from an index; a `Conversation` remembers the turns before."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock

from columnbot.answering import Answer, answer_by_quoting, growing
from columnbot.articles import Article
from columnbot.checking import Verdict, check_sentence, embed_written
from columnbot.embedding import Embedder, open_embedder, open_reader
from columnbot.errors import ColumnbotError, ModelMismatch
from columnbot.evidence import odds_of
from columnbot.explaining import Explanation, explain
from columnbot.filters import EVERYTHING, Filter
from columnbot.follow_up import Turn, spell_out
from columnbot.index import Index, Pointer, open_index, read_pointer, shown
from columnbot.judging import open_judge
from columnbot.language import language_of, terms_of
from columnbot.llm import LanguageModel
from columnbot.over_time import columns_a_year
from columnbot.passages import Passage
from columnbot.questions import Question, names_a_subject, understand
from columnbot.reranking import Reranker, rerank
from columnbot.retrieval import Hit, Retrieved, hits_of, retrieve
from columnbot.suggesting import suggestions
from columnbot.writing import write_answer

TURNS_KEPT = 3
NEAR = 30  # passages, whose columns suggest what to ask next

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Source:
    """A generation and the model it was made with: what one answer is drawn from."""

    index: Index
    embedder: Embedder


def _possible(where: Filter, source: _Source) -> Filter:
    """The filter, if the archive can have what it names: else "not found" would say something untrue of it."""
    where.require(source.index.archive.authors, source.index.archive.tags)
    return where


class ColumnBot:
    """Questions in, cited answers out. Safe to share between threads.

    When the index is built again, it moves over to the new generation between two questions; an
    answer comes from one generation throughout.

    >>> bot = ColumnBot.open(Path("index"))
    >>> answer = bot.ask("Wie zijn de interne klanten van een bedrijf?")
    >>> answer.text, answer.citations[0].article.title
    """

    def __init__(
        self,
        index: Path,
        *,
        model: str | None = None,
        reranker: str | None = None,
        quick: bool = False,
        writer: LanguageModel | None = None,
        checker: str | None = None,
    ) -> None:
        self._place = Path(index)
        self._model = model
        self._reranker = Reranker(reranker) if reranker else None
        self._reader = None if quick else open_reader()
        self.writer = writer
        self._judge = open_judge(checker) if checker else None
        self._moving = Lock()
        self._pointer = read_pointer(self._place)  # read before it is followed, so that no later change is missed
        self._source = self._open(None)

    @classmethod
    def open(
        cls,
        index: Path,
        *,
        model: str | None = None,
        reranker: str | None = None,
        quick: bool = False,
        writer: LanguageModel | None = None,
        checker: str | None = None,
    ) -> "ColumnBot":
        """Opens an index, with the model it was made with.

        A cross-encoder `reranker`, by name or folder, puts the best passages in its own order. A `quick` one answers
        without reading these together with the question: in a tenth of the time, and less often right. With a
        `writer` answers are written, and checked; also by a `checker`, an NLI cross-encoder, if one is named.

        Raises `IndexMissing`, `IndexDamaged`, `IndexOutdated`, `IndexUnavailable`, `ModelUnavailable`,
        `SettingsError` for an address of Milvus that is none, or `ModelMismatch` when `model` names another
        model, or the index's own has changed since.
        """
        return cls(index, model=model, reranker=reranker, quick=quick, writer=writer, checker=checker)

    @property
    def index(self) -> Index:
        """The generation that answers the next question. Take it once for all that has to agree."""
        return self._current().index

    def _current(self) -> _Source:
        """What is in force now; the newest that can be opened where that is not."""
        if read_pointer(self._place) != self._pointer:
            with self._moving:
                pointer = read_pointer(self._place)
                if pointer != self._pointer:  # and no other thread has moved meanwhile
                    self._move(pointer)
        return self._source

    def _move(self, pointer: Pointer) -> None:
        before = self._source.index
        try:
            source = self._open(self._source.embedder)
        except (ColumnbotError, OSError) as error:
            _log.warning("%s is still answered from: the new index cannot be opened. %s", before.name, error)
        else:
            if (source.index.name, source.index.manifest) != (before.name, before.manifest):
                self._source = source
                _log.info(
                    "Moved from %s to %s: %d columns in %d passages.",
                    before.name, source.index.name, len(source.index.articles), len(source.index),
                )  # fmt: skip
        self._pointer = pointer  # also where it leads nowhere: it is not followed again until it changes

    def _open(self, embedder: Embedder | None) -> _Source:
        """The index at its place, with the given model if that is the one it was made with."""
        opened = open_index(self._place)
        made_with = opened.manifest.model
        place = shown(self._place)
        again = f"build the index again with: columnbot index --index {place} --model {self._model or made_with}"
        if self._model not in (None, made_with):
            raise ModelMismatch(
                f"{place} was made with the model {made_with!r}, not {self._model!r}; leave --model out, or {again}"
            )
        if embedder is None or embedder.fingerprint != opened.manifest.fingerprint:
            embedder = open_embedder(made_with).embedder
        if embedder.fingerprint != opened.manifest.fingerprint:
            raise ModelMismatch(f"The model {made_with!r} is not the one that {place} was made with; {again}")
        return _Source(opened, embedder)

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
        """The k best passages, 100 at most, best first, out of the columns that the filters allow.

        Raises `QuestionError` or `FilterError`, and ValueError for a k below 1.
        """
        source = self._current()
        where = _possible(Filter(author, since, until, tags), source)
        understood = understand(question, source.index.archive)
        return hits_of(source.index, self._retrieve(source, understood, where), k)

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
        """What `search` finds, with what brought each hit. Raises what that does."""
        source = self._current()
        where = _possible(Filter(author, since, until, tags), source)
        understood = understand(question, source.index.archive)
        return explain(source.index, self._retrieve(source, understood, where), k)

    def ask(
        self,
        question: str,
        *,
        author: str | None = None,
        since: date | None = None,
        until: date | None = None,
        tags: tuple[str, ...] = (),
    ) -> Answer:
        """The answer with its citations, quoted or written, or `found=False`.

        Raises `QuestionError` or `FilterError`.
        """
        source = self._current()
        understood = understand(question, source.index.archive)
        where = _possible(Filter(author, since, until, tags), source)
        *_, answer = self._answers(source, understood, where)
        return answer

    def stream(self, question: str, where: Filter = EVERYTHING) -> Iterator[Answer]:
        """The same answer as `ask` gives, a sentence longer each time; the last one is whole.

        One that is being written may give way to a quoted one, with a `notice` of why. Raises what `ask` does.
        """
        source = self._current()
        return self._answers(source, understand(question, source.index.archive), _possible(where, source))

    def conversation(self) -> "Conversation":
        """A conversation, in which a question may lean on the ones before."""
        return Conversation(self)

    def suggest(self, answer: Answer, k: int = 3, where: Filter = EVERYTHING) -> tuple[str, ...]:
        """At most k questions to ask after that answer; that part answers each with something not yet shown."""
        source = self._current()
        understood = understand(answer.question, source.index.archive)
        retrieved = self._retrieve(source, understood, _possible(where, source))
        near = dict.fromkeys(hit.passage.article for hit in hits_of(source.index, retrieved, NEAR))
        return suggestions(answer, tuple(near), partial(self._quote, where=where), k)

    def columns_a_year(self, question: str) -> dict[int, int]:
        """Of each year, first to last, how many columns name what the question is about. Raises `QuestionError`."""
        index = self.index
        return columns_a_year(index, understand(question, index.archive))

    def article(self, path: str) -> Article:
        """The article of that path. Raises `UnknownArticle`."""
        return self.index.article(path)

    def articles(self) -> tuple[Article, ...]:
        """All articles, oldest first; undated ones last."""
        return self.index.articles

    def _answers(self, source: _Source, question: Question, where: Filter) -> Iterator[Answer]:
        retrieved = self._retrieve(source, question, where)
        quoted = answer_by_quoting(source.index, retrieved, self._reader)
        if self.writer is None:
            return growing(quoted)

        embedded = lru_cache(maxsize=1)(partial(embed_written, embedder=source.embedder, index=source.index))

        def check(written: str, passages: Sequence[Passage]) -> Verdict:
            return check_sentence(
                written, passages, source.embedder, source.index, self._judge, self._reader, embedded(written)
            )

        reading = partial(odds_of, self._reader, retrieved.searched.focus) if self._reader else None
        return write_answer(quoted, self.writer, check, reading)

    def _quote(self, question: str, where: Filter) -> Answer:
        """The quoted answer, also where there is a writer; a quick one, since eight are tried and few asked."""
        source = self._current()
        understood = understand(question, source.index.archive)
        return answer_by_quoting(source.index, retrieve(source.index, source.embedder, understood, where))

    def _retrieve(self, source: _Source, question: Question, where: Filter) -> Retrieved:
        retrieved = retrieve(source.index, source.embedder, question, where)
        return rerank(source.index, retrieved, self._reranker) if self._reranker else retrieved


class Conversation:
    """Turns that know of each other; `Answer.question` shows how each was understood. For one thread at a time.

    It goes on when the bot moves to a newer index.
    """

    def __init__(self, bot: ColumnBot) -> None:
        self._bot = bot
        self._opening: Question | None = None
        self._before: Question | None = None
        self._cited: frozenset[str] = frozenset()
        self._turns: tuple[Turn, ...] = ()

    def ask(self, question: str, where: Filter = EVERYTHING) -> Answer:
        """The answer to a question or a follow-up.

        Raises `QuestionError` or `FilterError`, which leave the conversation as it was.
        """
        *_, answer = self.stream(question, where)
        return answer

    def stream(self, question: str, where: Filter = EVERYTHING, *, alone: bool = False) -> Iterator[Answer]:
        """The same answer as `ask` gives, a sentence longer each time. It counts as a turn once it is whole.

        A question that is `alone` leans on nothing before it, whatever its words.
        """
        source = self._bot._current()
        _possible(where, source)
        before = None if alone else self._before
        understood = understand(question, source.index.archive, before=before, cited=self._cited)
        leans = understood.is_follow_up
        if leans:
            understood = self._spelled_out(understood)
        answer: Answer | None = None
        for answer in self._bot._answers(source, understood, where):
            yield answer
        assert answer is not None
        if not names_a_subject(understood):
            return  # thanks, say, after which the talk goes on as it was
        self._remember(understood)
        still = self._cited if leans else frozenset[str]()  # of a new subject nothing found so far is
        self._cited = frozenset(citation.article.path for citation in answer.citations) or still
        self._turns = (*self._turns, Turn(answer.question, answer.text if answer.found else ""))[-TURNS_KEPT:]

    def _remember(self, understood: Question) -> None:
        """What the next follow-up leans on: the question that opened, and the last follow-up that named something.

        No more of them, so that it cannot grow without end.
        """
        if self._opening is None or not understood.is_follow_up:
            self._before = self._opening = understood
        elif terms_of(understood.focus):
            self._before = replace(understood, text=f"{self._opening.text} {understood.focus}")

    def _spelled_out(self, understood: Question) -> Question:
        """The follow-up spelled out by the writer, where there is one that can; else as rules did it."""
        writer = self._bot.writer
        if writer is None:
            return understood
        spelled = spell_out(understood.focus, self._turns, writer, language_of(understood.focus))
        return replace(understood, text=spelled, focus=spelled) if spelled else understood
