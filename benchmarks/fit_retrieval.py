"""Fits the weights in `columnbot.retrieval`, and shows how well those of some archives order another's columns.

    python benchmarks/fit_retrieval.py --questions INDEX benchmarks/columns.jsonl \
        --questions ANOTHER_INDEX benchmarks/weblogs.jsonl --questions ANOTHER_INDEX benchmarks/more_weblogs.jsonl \
        --questions A_THIRD_INDEX benchmarks/more_questions.jsonl \
        --titles ARTICLES UNTITLED_INDEX --titles MORE_ARTICLES ANOTHER_UNTITLED_INDEX

Of questions only those count that nothing was learnt from, of titles all that name one column, asked of an index
without them, which is built where there is none. A column is as good as the best of its passages; the weights
are those that prefer the columns that answer in a softmax over all columns found. Questions and topics have weights of
their own. Each set stands there with the weights of `columnbot.retrieval`, with those fitted on all sets, and with
those fitted on the others.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from columnbot import build_index
from columnbot.embedding import open_embedder
from columnbot.index import open_index
from columnbot.questions import understand
from columnbot.retrieval import TOPIC_WEIGHTS, WEIGHTS, retrieve
from retrieval import Query, ndcg, read_queries
from titles import telling_titles, write_untitled

PENALTY, ROUNDS, PACE, BATCH = 3e-3, 8, 0.03, 32
NOWHERE = -1e9


@dataclass(frozen=True)
class Found:
    """What a query found: of each passage its signals (n, f) and the place of its column among `paths`."""

    query: Query
    signals: Tensor
    column_of: Tensor
    paths: tuple[str, ...]
    is_topic: bool

    @property
    def right(self) -> list[int]:
        """The columns found that answer."""
        return [place for place, path in enumerate(self.paths) if path in self.query.gold]

    def columns(self, weights: Tensor) -> Tensor:
        """What each column comes to, (c,)."""
        return torch.full((len(self.paths),), NOWHERE).scatter_reduce(0, self.column_of, self.signals @ weights, "amax")

    def ndcg(self, weights: Tensor) -> float:
        """With the columns in that order."""
        order = torch.argsort(-self.columns(weights), stable=True).tolist()
        return ndcg([self.paths[place] for place in order], self.query.gold)


def search(index_folder: Path, queries: Sequence[Query]) -> list[Found]:
    """Every query that finds something, as retrieval sees what it found."""
    index, embedder = open_index(index_folder), open_embedder("bundled").embedder
    found = []
    for query in queries:
        retrieved = retrieve(index, embedder, understand(query.text, index.archive))
        rows = [[candidate.signals.get(name, 0.0) for name in WEIGHTS] for candidate in retrieved.candidates]
        columns = [index.passages[candidate.number].article.path for candidate in retrieved.candidates]
        paths = tuple(dict.fromkeys(columns))
        if rows:
            column_of = torch.tensor([paths.index(path) for path in columns])
            signals = torch.tensor(np.nan_to_num(np.array(rows, np.float32)))
            found.append(Found(query, signals, column_of, paths, retrieved.question.is_topic))
    return found


def fit(training: Sequence[Found]) -> Tensor:
    """The weights (f,) that those queries ask for; of one that nothing answers they learn nothing."""
    answered = [found for found in training if found.right]
    scale = torch.cat([found.signals for found in answered]).std(dim=0) + 1e-9
    weights = torch.zeros(len(scale), requires_grad=True)
    optimiser = torch.optim.Adam([weights], lr=PACE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, ROUNDS)
    shuffled = torch.Generator().manual_seed(0)
    for _ in range(ROUNDS):
        for batch in torch.randperm(len(answered), generator=shuffled).split(BATCH):
            loss = PENALTY * (weights**2).sum()
            for found in (answered[int(number)] for number in batch):
                columns = found.columns(weights / scale)
                loss = loss + (columns.logsumexp(0) - columns[found.right].logsumexp(0)) / len(batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        schedule.step()
    return (weights / scale).detach()


def show(sets: dict[str, list[Found]], present: dict[str, float]) -> None:
    """Print the weights that all sets ask for, and the nDCG@10 of each set by several weights.

    Only their proportion matters: they are shown so that the sentence's vector counts for what it does at `present`.
    """
    fitted = fit([found for queries in sets.values() for found in queries])
    sentence = [*WEIGHTS].index("sentence")
    rounded = (fitted * present["sentence"] / fitted[sentence]).numpy().astype(float).round(2)
    print("fitted:", dict(zip(WEIGHTS, rounded.tolist(), strict=True)))
    for name, queries in sets.items():
        others = [found for other, those in sets.items() if other != name for found in those]
        ways: dict[str, Tensor] = {
            "as they are": torch.tensor([present[signal] for signal in WEIGHTS]),
            "fitted": fitted,
        }
        if others:
            ways["on the others"] = fit(others)
        figures = {way: mean(queries, weights) for way, weights in ways.items()}
        print(
            f"{name} ({len(queries)}):", ", ".join(f"{way} {figure:.4f}" for way, figure in figures.items()), flush=True
        )


def mean(queries: Sequence[Found], weights: Tensor) -> float:
    """The mean nDCG@10."""
    gains: NDArray[np.float64] = np.array([found.ndcg(weights) for found in queries])
    return float(gains.mean())


def main() -> None:
    """Print both kinds of weights and what they do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, nargs=2, action="append", metavar=("INDEX", "FILE"), default=[])
    parser.add_argument("--titles", type=Path, nargs=2, action="append", metavar=("ARTICLES", "INDEX"), default=[])
    args = parser.parse_args()
    torch.set_num_threads(1)
    sets = {file.name: search(folder, read_queries(file, open_index(folder))) for folder, file in args.questions}
    for articles, folder in args.titles:
        with tempfile.TemporaryDirectory() as scratch:
            titles = write_untitled(articles, Path(scratch) / "untitled")
            build_index(Path(scratch) / "untitled", folder)
        telling = telling_titles(titles, open_index(folder))
        queries = [Query(title, frozenset({path})) for path, title in telling.items()]
        sets[f"titles of {articles.name}"] = search(folder, queries)
    for is_topic, present in ((False, WEIGHTS), (True, TOPIC_WEIGHTS)):
        those = {name: [found for found in queries if found.is_topic == is_topic] for name, queries in sets.items()}
        there = {name: queries for name, queries in those.items() if len(queries) >= BATCH}
        if there:
            print("topics" if is_topic else "questions")
            show(there, present)


if __name__ == "__main__":
    main()
