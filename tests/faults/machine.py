"""A keeper and a reader at random, against a dictionary and numpy.

The dictionary holds the columns in the folder; what an index should hold is the dictionary as it was at the last build
that came through. What is nearest to a question numpy knows, from every passage's vector.
"""

import shutil
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from columnbot import Article, ColumnBot, build_index
from columnbot.embedding import Embedder, open_embedder
from columnbot.errors import ArchiveError, IndexMissing
from columnbot.index import embedded_text, open_index
from columnbot.passages import split_article
from tests.faults.builds import Fault, build
from tests.faults.editions import DOES, WHAT, WHEN, WHERE, WHO, settings_for

NAMES = tuple(f"{folder}{name}.md" for folder in ("", "oud/") for name in ("a", "b", "c", "d"))
Columns = dict[str, tuple[str, int]]  # path: text, day of the month

_sentences = st.builds("De {} {} {} een {} bij de {}.".format, *map(st.sampled_from, (WHO, DOES, WHEN, WHAT, WHERE)))
_texts = st.lists(_sentences, min_size=1, max_size=9).map(" ".join)
_days = st.integers(1, 28)


class KeeperAndReader(RuleBasedStateMachine):
    """`model` and `embedder` are set on a subclass, by `machine`."""

    model: Path
    embedder: Embedder
    seen: Counter[str]

    @initialize(text=_texts)
    def start(self, text: str) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="faults-"))
        self.archive, self.index = self.root / "columns", self.root / "index"
        self.archive.mkdir()
        self.columns: Columns = {}
        self.indexed: Columns | None = None
        self._write("a.md", text, 1)

    def teardown(self) -> None:
        if hasattr(self, "root"):
            shutil.rmtree(self.root)

    def _write(self, name: str, text: str, day: int) -> None:
        file = self.archive / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"---\ntitle: Een column\nauthor: Jo\ndate: 2020-01-{day:02}\n---\n{text}\n", encoding="utf-8")
        self.columns[name] = (text, day)
        self.seen["write"] += 1

    @rule(name=st.sampled_from(NAMES), text=_texts, day=_days)
    def add_or_change(self, name: str, text: str, day: int) -> None:
        self._write(name, text, day)

    @precondition(lambda self: self.columns)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.columns)))
        (self.archive / name).unlink()
        del self.columns[name]
        self.seen["remove"] += 1

    @precondition(lambda self: 0 < len(self.columns) < len(NAMES))
    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        """To a name that is free."""
        old = data.draw(st.sampled_from(sorted(self.columns)))
        new = data.draw(st.sampled_from(sorted(set(NAMES) - set(self.columns))))
        text, day = self.columns[old]
        (self.archive / old).unlink()
        del self.columns[old]
        self._write(new, text, day)
        self.seen["rename"] += 1

    @rule()
    def build(self) -> None:
        self.seen["build"] += 1
        if not self.columns:
            try:
                build_index(self.archive, self.index, settings=settings_for(self.model))
            except ArchiveError:
                return
            raise AssertionError("an empty archive was indexed")
        report = build_index(self.archive, self.index, settings=settings_for(self.model))
        assert report.unchanged == (self.indexed == self.columns)
        assert report.articles == len(self.columns)
        self.indexed = dict(self.columns)

    @rule(name=st.sampled_from(NAMES), text=_texts, day=_days, at=st.integers(0, 200))
    def change_build_and_kill(self, name: str, text: str, day: int, at: int) -> None:
        self._write(name, text, day)
        outcome = build(self.archive, self.index, self.model, Fault(at=at))
        assert outcome.error is None
        before, after = self.indexed, dict(self.columns)
        if not outcome.killed:
            self.indexed = after
        else:
            try:
                found = open_index(self.index).articles
            except IndexMissing:
                assert before is None
            else:
                assert found in [_articles(columns) for columns in (before, after) if columns]
                self.indexed = after if found == _articles(after) else before
        self.seen["killed" if outcome.killed else "built in a child"] += 1

    @rule(sentence=_sentences)
    def search(self, sentence: str) -> None:
        """Every passage is a hit (there are fewer than are looked at); the order by vector is numpy's."""
        if self.indexed is None:
            return
        hits = ColumnBot.open(self.index).search(sentence, 1000)
        passages = [p for article in _articles(self.indexed) for p in split_article(article, words=30)]
        texts = [embedded_text(passage) for passage in passages]
        vectors, question = self.embedder.embed_questions(texts), self.embedder.embed_questions([sentence])[0]
        cosines = dict(zip(passages, (vectors @ question).tolist(), strict=True))

        assert {hit.passage for hit in hits} == set(passages)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        by_vector = sorted(hits, key=lambda hit: hit.vector_rank or 0)
        assert [hit.vector_rank for hit in by_vector] == list(range(1, len(passages) + 1))
        found = np.array([cosines[hit.passage] for hit in by_vector])
        assert np.abs(found - np.sort(found)[::-1]).max() < 2e-3  # half precision
        self.seen["search"] += 1

    @rule(sentence=_sentences)
    def ask(self, sentence: str) -> None:
        """Whatever is quoted stands in the dictionary, at that place."""
        if self.indexed is None:
            return
        answer = ColumnBot.open(self.index, quick=True).ask(sentence.replace("De ", "Welke ", 1).replace(".", "?"))
        assert answer.found == bool(answer.citations)
        for citation in answer.citations:
            text, _ = self.indexed[citation.article.path]
            assert text[citation.start : citation.end] == citation.quote
        self.seen["answer" if answer.found else "no answer"] += 1

    @invariant()
    def the_index_holds_what_the_last_build_read(self) -> None:
        if not hasattr(self, "root"):
            return
        try:
            found: tuple[Article, ...] | None = open_index(self.index).articles
        except IndexMissing:
            found = None
        assert found == (None if self.indexed is None else _articles(self.indexed))


def _articles(columns: Columns) -> tuple[Article, ...]:
    articles = [
        Article(name, "Een column", text, author="Jo", date=date(2020, 1, day)) for name, (text, day) in columns.items()
    ]
    return tuple(sorted(articles, key=lambda article: (article.date or date.max, article.path)))


def machine(model: Path, counted: Counter[str]) -> type[KeeperAndReader]:
    """The state machine with that model; what it does is counted by kind."""
    parts = {"model": model, "embedder": open_embedder(str(model)).embedder, "seen": counted}
    return type("KeeperAndReader", (KeeperAndReader,), parts)
