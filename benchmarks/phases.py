"""Where the time of an answer goes, and that of bringing an index up to date after one column changed.

    python -m benchmarks.phases INDEX [--quick] [--questions FILE]    an answer, beside embedding its question
    python -m benchmarks.phases INDEX --rebuild ARTICLES              works on copies of both

What stands below a phase is part of it.
"""

import argparse
import functools
import json
import shutil
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot import ColumnBot, build_index
from columnbot.embedding import open_embedder, open_reader
from columnbot.embedding.encoder import Layers
from columnbot.embedding.learnt import read_learnt
from columnbot.embedding.reader import LEARNT
from columnbot.embedding.weights import bundled_file, read_weights
from columnbot.readers import read_archive

ROUNDS = 5
ANSWER = (
    ("columnbot.bot", "retrieve", "what is found"),
    ("columnbot.retrieval", "embed", "  the question embedded"),
    ("columnbot.retrieval", "mended", "  its spelling"),
    ("columnbot.index.local", "LocalIndex.find", "  candidates by vectors, stems, 5-grams"),
    ("columnbot.retrieval", "_best_sentence", "  their sentences"),
    ("columnbot.retrieval", "_read_closer", "  the words of the best and their columns"),
    ("columnbot.bot", "answer_by_quoting", "what is quoted"),
    ("columnbot.answering", "weigh_sentences", "  the sentences of ten passages weighed"),
    ("columnbot.embedding.reader", "Reader.read", "    the passages read with the question"),
    ("columnbot.answering", "confidence_of", "  the confidence"),
    ("columnbot.answering", "_choose", "  runs of sentences chosen"),
)
REBUILD = (
    ("columnbot.build", "_usable_index", "the old index opened and checked"),
    ("columnbot.build", "read_archive", "files compared with what they gave, the changed one read, copies"),
    ("columnbot.build", "split_articles", "sentences of the changed column, the rules compiled for it"),
    ("columnbot.build", "keys_of", "what each passage is known by"),
    ("columnbot.build", "_embed_missing", "its passages embedded, the model's weights read for it"),
    ("columnbot.build", "write_readings", "what files gave, written"),
    ("columnbot.build", "write_index", "the new generation written"),
    ("columnbot.build", "publish", "and checked, and put in force"),
)


def timed(phases: tuple[tuple[str, str, str], ...], taken: dict[str, float]) -> None:
    """From now on the seconds that these take are added up."""
    for module, name, label in phases:
        *owner, last = name.split(".")
        place: Any = attrgetter(*owner)(import_module(module)) if owner else import_module(module)
        setattr(place, last, _timing(getattr(place, last), label, taken))


def _timing(function: Callable[..., Any], label: str, taken: dict[str, float]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        started = perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            taken[label] += perf_counter() - started

    return call


def show(phases: tuple[tuple[str, str, str], ...], taken: dict[str, float], whole: float, times: int) -> None:
    """A line a phase, in milliseconds."""
    for label in ("all of it", *(label for _, _, label in phases)):
        seconds = whole if label == "all of it" else taken[label]
        print(f"{seconds / times * 1000:8.2f} ms  {label}")


def answers(index: Path, questions: Path, *, quick: bool) -> None:
    """An answer, warm; and its median beside that of embedding the question, in turns."""
    bot = ColumnBot.open(index, quick=quick)
    embedder = open_embedder(bot.index.manifest.model).embedder
    asked = [json.loads(line)["question"] for line in questions.read_text(encoding="utf-8").splitlines()][:200]
    for question in asked[:20]:
        bot.ask(question)
    pairs = []
    for question in asked:
        started = perf_counter()
        bot.ask(question)
        answered = perf_counter()
        embedder.embed_questions([question])
        pairs.append((answered - started, perf_counter() - answered))
    whole, alone = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    print(f"{whole * 1000:.1f} ms, {whole / alone:.2f} times the {alone * 1000:.1f} ms of embedding the question alone")
    taken: dict[str, float] = defaultdict(float)
    timed(ANSWER, taken)
    lengths = [] if quick else noted_lengths()
    started = perf_counter()
    for question in asked:
        bot.ask(question)
    show(ANSWER, taken, perf_counter() - started, len(asked))
    if lengths:
        floor, operations = products(lengths)
        print(
            f"{floor / len(asked) * 1000:8.2f} ms  the matrix products of that reading by themselves: "
            f"{len(lengths) / len(asked):.1f} passages, {sum(lengths) / len(asked):.0f} tokens, "
            f"{operations / len(asked) / 1e9:.0f} GFLOP an answer, {operations / floor / 1e9:.0f} GFLOP/s"
        )


def noted_lengths() -> list[int]:
    """From now on the tokens of each question and passage that are read together are noted in it."""
    lengths: list[int] = []
    reader, states = open_reader(), Layers.states
    if reader is None:
        raise SystemExit("the bundled model has no package here, and nothing is read without it: --quick")

    def noting(layers: Layers, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        if layers is reader._layers:
            lengths.append(len(ids))
        return states(layers, ids)

    setattr(Layers, "states", noting)  # noqa: B010
    return lengths


def products(lengths: Sequence[int]) -> tuple[float, float]:
    """Seconds for the products of states and weights alone that reading so long texts takes, and their operations."""
    weights, layers = read_weights(bundled_file()), int(read_learnt(LEARNT)["layers"])
    h, i = weights.hidden, weights.intermediate
    shapes = ((h, 3 * h), (h, h), (h, i), (i, h))
    matrices = [[np.ones(shape, np.float32) for shape in shapes] for _ in range(layers)]
    seconds = 0.0
    for length in lengths:
        states = [np.ones((length, inputs), np.float32) for inputs, _ in shapes]
        started = perf_counter()
        for layer in matrices:
            for x, matrix in zip(states, layer, strict=True):
                x @ matrix
        seconds += perf_counter() - started
    return seconds, 2.0 * layers * sum(lengths) * sum(a * b for a, b in shapes)


def rebuilds(index: Path, articles: Path) -> None:
    """One column changed after another, in one process."""
    taken: dict[str, float] = defaultdict(float)
    timed(REBUILD, taken)
    whole = 0.0
    with tempfile.TemporaryDirectory() as scratch:
        copy, ours = shutil.copytree(articles, Path(scratch) / "articles"), Path(scratch) / "index"
        shutil.copytree(index, ours)
        paths = [article.path for article in read_archive(copy).articles if (copy / article.path).is_file()]
        for turn in range(ROUNDS + 1):
            with (copy / paths[len(paths) * turn // (ROUNDS + 1)]).open("a", encoding="utf-8") as file:
                file.write(f"\n\nEr kwam een zin bij, de {turn + 1}e.\n")
            if turn == 1:  # the first one may have more to do, where the index is of an earlier version
                taken.clear()
                whole = 0.0
            started = perf_counter()
            build_index(copy, ours)
            whole += perf_counter() - started
    show(REBUILD, taken, whole, ROUNDS)


def main() -> None:
    """Prints the phases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--questions", type=Path, default=Path("benchmarks/questions.jsonl"))
    parser.add_argument("--quick", action="store_true", help="without the reader")
    parser.add_argument("--rebuild", type=Path, metavar="ARTICLES")
    given = parser.parse_args()
    if given.rebuild:
        rebuilds(given.index, given.rebuild)
    else:
        answers(given.index, given.questions, quick=given.quick)


if __name__ == "__main__":
    main()
