"""columnbot's search beside other retrievers: the same passages, the same model, in one run.

    pip install -c constraints.txt -e ".[bench]"
    python benchmarks/retrieval.py ARTICLES --questions benchmarks/questions.jsonl --titles [--write docs/retrieval.md]

A file of questions has a JSON object a line: a "question", and as "gold" the paths of the columns that answer it;
or "places", as in `questions.jsonl`. With `--titles` the title of each column is the question, asked of an index
in which every column has the same neutral title; its own column is the answer. `--speed` shows what a search
costs beyond embedding its question.
"""

import argparse
import json
import platform
import random
import re
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from columnbot import ColumnBot, build_index
from columnbot.embedding import Embedder
from columnbot.embedding.bundled import BundledEmbedder
from columnbot.embedding.weights import bundled_file
from columnbot.index import Index, embedded_text
from fit import was_left_out
from peers import DEPTH, PACKAGES, PEERS, Corpus, Retriever
from titles import telling_titles, write_untitled

MOST_TITLES = 300
SEED = 20
WARM_UP = 3
RESAMPLES = 10_000
MARKS = ("<!-- figures: benchmarks/retrieval.py -->", "<!-- end of figures -->")


@dataclass(frozen=True)
class Query:
    """A question and the paths of the columns that answer it."""

    text: str
    gold: frozenset[str]


@dataclass(frozen=True)
class Result:
    """What one retriever made of the queries, in their order: nDCG@10 and recall@5 (n,), and seconds (n,)."""

    name: str
    ndcg: NDArray[np.float64]
    recall: NDArray[np.float64]
    seconds: NDArray[np.float64]


def read_queries(file: Path, index: Index) -> list[Query]:
    """The questions that columns of the index answer; a column that is not there is nobody's to find.

    Of files that columnbot learnt from ("places") only what was left out of that.
    """
    there = {article.path for article in index.articles}
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        if "places" in item and not was_left_out(item):
            continue
        gold = item["gold"] if "gold" in item else [path for path, _, _ in item["places"]]
        if known := there & {*gold}:
            found.append(Query(item["question"], frozenset(known)))
        elif gold:
            print(f"left out, for its columns are not in this archive: {item['question']}")
    return found


def title_queries(titles: dict[str, str], index: Index) -> list[Query]:
    """A sample of the telling titles."""
    usable = [Query(title, frozenset({path})) for path, title in telling_titles(titles, index).items()]
    return random.Random(SEED).sample(usable, min(MOST_TITLES, len(usable)))


def untaught() -> BundledEmbedder:
    """The bundled model as everybody has it; what it has learnt of questions is columnbot's own."""
    file = bundled_file()
    if file is None:
        raise SystemExit("The bundled model has no package for this kind of machine.")
    return BundledEmbedder(file, taught=False)


def retrievers(bot: ColumnBot, embedder: Embedder) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """First columnbot, then its peers; each gives the paths of the columns it finds, best first."""
    index = bot.index
    paths = [index.articles[owner].path for owner in index.passages.places[:, 0]]
    yield "columnbot", lambda question: once(hit.passage.article.path for hit in bot.search(question, DEPTH))
    corpus = Corpus(
        tuple(embedded_text(index.passages[number]) for number in range(len(index))),
        index.passage_vectors.of(np.arange(len(index))),
        lambda question: embedder.embed_questions([question])[0],
    )
    for name, make in PEERS.items():
        yield name, columns_by(make(corpus), paths)


def columns_by(peer: Retriever, paths: Sequence[str]) -> Callable[[str], list[str]]:
    """A peer that gives the columns of its passages."""
    return lambda question: once(paths[number] for number in peer(question))


def once(paths: Iterator[str]) -> list[str]:
    """Each path where it stands first."""
    return list(dict.fromkeys(paths))


def ndcg(ranked: Sequence[str], gold: frozenset[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain, every answering column counting alike."""
    gain = sum(1 / np.log2(rank + 1) for rank, path in enumerate(ranked[:k], start=1) if path in gold)
    return float(gain / sum(1 / np.log2(rank + 1) for rank in range(1, min(len(gold), k) + 1)))


def recall(ranked: Sequence[str], gold: frozenset[str], k: int = 5) -> float:
    """The share of the answering columns that are among the first k."""
    return len(gold & {*ranked[:k]}) / len(gold)


def measure(bot: ColumnBot, embedder: Embedder, queries: Sequence[Query]) -> list[Result]:
    """Every retriever on every query, turn about, so that a machine that gets busy slows all."""
    sides = list(retrievers(bot, embedder))
    for query in queries[:WARM_UP]:
        for _, side in sides:
            side(query.text)
    figures = np.zeros((len(sides), len(queries), 3))
    for row, query in enumerate(queries):
        for turn in range(len(sides)):
            number = (row + turn) % len(sides)
            start = perf_counter()
            ranked = sides[number][1](query.text)
            took = perf_counter() - start
            figures[number, row] = ndcg(ranked, query.gold), recall(ranked, query.gold), took
    return [Result(name, *of.T) for (name, _), of in zip(sides, figures, strict=True)]


def lead(ours: Result, theirs: Result) -> str:
    """How far our nDCG@10 is above theirs, with a 95 % interval over questions drawn anew."""
    ahead = ours.ndcg - theirs.ndcg
    drawn = np.random.default_rng(SEED).integers(len(ahead), size=(RESAMPLES, len(ahead)))
    low, high = np.quantile(ahead[drawn].mean(axis=1), (0.025, 0.975))
    return f"{ahead.mean():+.3f} ({low:+.3f} to {high:+.3f})"


def table(heading: str, bot: ColumnBot, embedder: Embedder, queries: Sequence[Query]) -> str:
    """The figures of all on one set of queries, as Markdown."""
    ours, *peers = measure(bot, embedder, queries)
    size = f"{len(queries)} questions, {len(bot.index):,} passages of {len(bot.index.articles):,} columns"
    lines = [f"**{heading}** ({size})", ""]
    lines += ["| | nDCG@10 | columnbot's lead | recall@5 | ms a question |", "|---|--:|--:|--:|--:|"]
    for result in (ours, *peers):
        bold = "**" if result is ours else ""
        cells = (
            f"{bold}{result.name}{bold}",
            f"{bold}{result.ndcg.mean():.3f}{bold}",
            "" if result is ours else lead(ours, result),
            f"{bold}{result.recall.mean():.3f}{bold}",
            f"{statistics.median(result.seconds) * 1000:.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def speed(bot: ColumnBot, embedder: Embedder, questions: Sequence[str], rounds: int = 3) -> str:
    """What a search takes, and embedding its question alone, turn about."""
    took: dict[str, list[float]] = {"embed": [], "search": []}
    work: dict[str, Callable[[str], object]] = {
        "embed": lambda question: embedder.embed_questions([question]),
        "search": bot.search,
    }
    for turn in range(rounds + 1):
        for row, question in enumerate(questions):
            for name in sorted(work, reverse=bool((row + turn) % 2)):
                start = perf_counter()
                work[name](question)
                if turn:  # the first round only warms up
                    took[name].append(perf_counter() - start)
    alone, whole = (statistics.median(took[name]) * 1000 for name in ("embed", "search"))
    ratio = statistics.median(np.divide(took["search"], took["embed"]))
    return (
        f"A search takes {whole:.1f} ms, of which embedding the question {alone:.1f} ms: {ratio:.2f} times as long "
        f"(medians over {len(questions)} questions, {rounds} times each, {len(bot.index):,} passages)."
    )


def write(page: Path, figures: str, marks: tuple[str, str] = MARKS) -> None:
    """Puts the figures between two marks of a page."""
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(f"(?<={re.escape(marks[0])}\n).*(?={re.escape(marks[1])})", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{page} has no lines {' and '.join(marks)} to write between")
    page.write_text(pattern.sub(lambda _: f"\n{figures}\n\n", text), encoding="utf-8")


def query_sets(args: argparse.Namespace, scratch: Path) -> Iterator[tuple[str, ColumnBot, list[Query]]]:
    """Each set of queries that the flags ask for: its name, a bot on the index that it is asked of, and the queries."""
    index = args.index or scratch / "index"
    if args.questions and not args.index:
        build_index(args.articles, index)
    for file in args.questions:
        bot = ColumnBot.open(index)
        yield f"`{file.name}`", bot, read_queries(file, bot.index)
    if args.titles:
        titles = write_untitled(args.articles, scratch / "untitled")
        index = args.untitled_index or scratch / "untitled-index"
        build_index(scratch / "untitled", index)
        bot = ColumnBot.open(index)
        yield "A title as the question, titles left out of the index", bot, title_queries(titles, bot.index)


def main() -> None:
    """Print the tables that the flags ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--index", type=Path, help="their index; without it one is built and thrown away")
    parser.add_argument("--questions", type=Path, nargs="+", default=[], metavar="FILE")
    parser.add_argument("--titles", action="store_true")
    parser.add_argument("--untitled-index", type=Path, help="where to keep the index without titles")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    args = parser.parse_args()
    if not (args.questions or args.titles):
        parser.error("name at least one of --questions and --titles")

    parts = []

    def say(part: str) -> None:
        parts.append(part)
        print(part, end="\n\n", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        for heading, bot, queries in query_sets(args, Path(scratch)):
            if not queries:
                print(f"left out: {heading} has no question that a column of this archive answers")
                continue
            embedder = untaught()
            # On one thread: on a machine that others use too, more of them wait for each other.
            with threadpool_limits(1):
                say(table(heading, bot, embedder, queries))
                if args.speed:
                    say(speed(bot, embedder, [query.text for query in queries]))
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    say(f"One thread of {platform.machine()}, Python {platform.python_version()}; {packages}.")
    if args.write:
        write(args.write, "\n\n".join(parts))


if __name__ == "__main__":
    main()
