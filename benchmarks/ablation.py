"""What each part of retrieval is worth, by leaving it out, and what it costs.

    python benchmarks/ablation.py --questions INDEX FILE --titles ARTICLES INDEX [--write docs/retrieval.md]

`--questions` may be given more than once. INDEX after `--titles` is the one without titles that
`benchmarks/retrieval.py --titles --untitled-index` leaves.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

import numpy as np
from threadpoolctl import threadpool_limits

from columnbot import retrieval
from columnbot.embedding import Embedder, open_embedder
from columnbot.index import Index, LocalIndex, open_index
from columnbot.interaction import embed
from columnbot.language import ngrams_of
from columnbot.questions import Archive, subject_of, understand
from columnbot.retrieval import READ_CLOSER, query_terms, retrieve
from retrieval import Query, ndcg, once, read_queries, title_queries, untaught, write
from titles import write_untitled

MARKS = ("<!-- figures: benchmarks/ablation.py -->", "<!-- end of ablation -->")
UNTAUGHT = "what the model has learnt of questions"
ROUNDS = 40  # questions that a part is timed with


@contextmanager
def without(**changes: object) -> Iterator[None]:
    """Other constants in the module for as long as this lasts."""
    with patch.multiple(retrieval, **(changes or {"WEIGHTS": retrieval.WEIGHTS})):
        yield


def weightless(*names: str) -> Callable[[], object]:
    """Retrieval in which these signals weigh nothing."""
    weights = {
        kind: {name: 0.0 if name in names else weight for name, weight in getattr(retrieval, kind).items()}
        for kind in ("WEIGHTS", "TOPIC_WEIGHTS")
    }
    return lambda: without(**weights)


PARTS: dict[str, Callable[[], object]] = {
    "everything": lambda: without(),
    "the passage's vector": weightless("passage"),
    "its best sentence's vector": weightless("sentence"),
    "stems of words (BM25)": weightless("words"),
    "5-grams of letters (BM25)": weightless("grams", "column_grams"),
    "those of all of its column's passages together": weightless("column_grams"),
    "how its column opens": weightless("lead"),
    "words of the passage near in meaning": weightless("meaning"),
    "words of its column near in meaning": weightless("column", "length"),
    "late interaction altogether": weightless("meaning", "column", "length"),
    "the years and authors a question names": weightless("favour"),
    "mending the spelling": lambda: without(mended=lambda text, index: text),
    "weights of their own for topics": lambda: without(TOPIC_WEIGHTS=retrieval.WEIGHTS),
}


def found(index: Index, embedder: Embedder, queries: Sequence[Query], archive: Archive) -> float:
    """Mean nDCG@10 over the queries."""
    gains = []
    for query in queries:
        retrieved = retrieve(index, embedder, understand(query.text, archive))
        paths = (index.articles[index.passages.places[candidate.number, 0]].path for candidate in retrieved.candidates)
        gains.append(ndcg(once(paths), query.gold))
    return float(np.mean(gains))


def costs(index: LocalIndex, embedder: Embedder, queries: Sequence[Query]) -> dict[str, float]:
    """Median milliseconds that each part takes of a search, all in memory."""
    took: dict[str, list[float]] = {}

    def clock(part: str, work: Callable[..., object], *given: object) -> None:
        start = perf_counter()
        work(*given)
        took.setdefault(part, []).append((perf_counter() - start) * 1000)

    owners = index.passages.places[:, 0]
    for query in queries[:ROUNDS]:
        question = understand(query.text, index.archive)
        asked = retrieve(index, embedder, question).asked
        numbers, _ = index.passage_vectors.nearest(asked.vector, retrieval.SENTENCED)
        close = numbers[:READ_CLOSER]
        columns = np.stack([np.searchsorted(owners, owners[close], side=side) for side in ("left", "right")], axis=1)
        clock("everything", retrieve, index, embedder, question)
        clock("embedding the question", embed, index, embedder, question)
        clock("the passage's vector", index.passage_vectors.nearest, asked.vector, retrieval.CANDIDATES)
        clock("its best sentence's vector", retrieval._best_sentence, index, asked.vector, numbers)
        clock("stems of words (BM25)", index.words.scores, query_terms(index, question, question.text))
        clock("5-grams of letters (BM25)", index.grams.scores, [*{*ngrams_of(subject_of(question.text))}])
        clock("late interaction altogether", retrieval._read_closer, index, asked, close, columns)
    return {part: statistics.median(times) for part, times in took.items()}


def table(sets: Sequence[tuple[str, LocalIndex, list[Query]]], embedder: Embedder, untaught: Embedder) -> str:
    """A row for each part left out: nDCG@10 on each set, the loss, and the milliseconds it costs."""
    spent = costs(sets[0][1], embedder, sets[0][2])
    archives: dict[str, Callable[[Index], Archive]] = {
        **dict.fromkeys(PARTS, lambda index: index.archive),
        "that the columnist's name says nothing": lambda index: Archive(index.archive.authors, index.archive.tags),
        UNTAUGHT: lambda index: index.archive,
    }
    parts = PARTS | {"that the columnist's name says nothing": without, UNTAUGHT: without}
    lines = [f"| left out | {' | '.join(name for name, _, _ in sets)} | ms |", f"|---|{'--:|' * (len(sets) + 1)}"]
    whole: list[float] = []
    for part, change in parts.items():
        with change():  # type: ignore[attr-defined]
            asking = untaught if part == UNTAUGHT else embedder
            figures = [found(index, asking, queries, archives[part](index)) for _, index, queries in sets]
        whole = whole or figures
        cells = [
            f"{one:.3f}" if part == "everything" else f"{one:.3f} ({one - best:+.3f})"
            for one, best in zip(figures, whole, strict=True)
        ]
        cost = f"{spent[part]:.1f}" if part in spent else ""
        lines.append(f"| {'**nothing**' if part == 'everything' else part} | {' | '.join(cells)} | {cost} |")
        print(lines[-1], flush=True)
    lines += ["", f"Embedding the question takes {spent['embedding the question']:.1f} ms of a search."]
    return "\n".join(lines)


def main() -> None:
    """Print the table, and write it to a page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, nargs=2, action="append", metavar=("INDEX", "FILE"), required=True)
    parser.add_argument("--titles", type=Path, nargs=2, metavar=("ARTICLES", "INDEX"))
    parser.add_argument("--write", type=Path, metavar="PAGE")
    args = parser.parse_args()
    sets = []
    for folder, file in args.questions:
        index = open_index(folder)
        queries = read_queries(file, index)
        sets.append((f"`{file.name}` ({len(queries)})", index, queries))
    if args.titles:
        with tempfile.TemporaryDirectory() as scratch:
            titles = write_untitled(args.titles[0], Path(scratch) / "untitled")
        index = open_index(args.titles[1])
        queries = title_queries(titles, index)
        sets.append((f"titles ({len(queries)})", index, queries))
    with threadpool_limits(1):
        figures = table(sets, open_embedder("bundled").embedder, untaught())
    print(figures)
    if args.write:
        write(args.write, figures, MARKS)


if __name__ == "__main__":
    main()
