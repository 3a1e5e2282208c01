"""What an archive in Milvus would take, worked out from what a passage of a smaller one takes.

    python -m benchmarks.capacity INDEX QUESTIONS.jsonl [--rate 15]

INDEX is an index in Milvus, QUESTIONS has an object with a "question" a line. Of the index it counts what its passages
hold, and of the questions what they ask of the engine. --rate is how many passages a core embeds in a second
(`benchmarks.ray_rate`). What is worked out stands in the second table, with the sums that give it.
"""

import argparse
import json
import statistics
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from columnbot import ColumnBot
from columnbot.articles import article_to_json
from columnbot.index.milvus import MilvusIndex
from columnbot.index.milvus.engine import Collections

HNSW_LINKS = 2 * 32 * 4 * 1.1  # bytes a vector: M 32, twice as many on the lowest level, and the few above
POSTING = 8  # bytes: a number and a weight
PAPER = 4 / 3  # bytes of a row for a byte, as text
SIZES = (1_000_000, 10_000_000, 100_000_000)


def main() -> None:
    """Print what was counted, and what that comes to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--rate", type=float, default=15.0)
    args = parser.parse_args()
    bot = ColumnBot.open(args.index)
    index = bot.index
    if not isinstance(index, MilvusIndex):
        parser.error("that index is in a folder")
    with args.questions.open(encoding="utf-8") as lines:
        questions = [json.loads(line)["question"] for line in islice(lines, 40)]
    counted = of_a_passage(index) | of_a_question(bot, questions)
    print(*(f"{name}: {value:,.1f}" for name, value in counted.items()), sep="\n")
    print("\n| | " + " | ".join(f"{size / 1e6:,.0f} million passages" for size in SIZES) + " |")
    print("|---|" + "---|" * len(SIZES))
    for name, values in table(counted, args.rate).items():
        print(f"| {name} | " + " | ".join(values) + " |")


def of_a_passage(index: MilvusIndex) -> dict[str, float]:
    """Bytes and numbers, a passage, on average; of the whole archive or a sample."""
    numbers = np.linspace(0, len(index) - 1, min(len(index), 1000)).astype(np.int64)
    texts = sum(len(json.dumps(article_to_json(article), ensure_ascii=False).encode()) for article in index.articles)
    return {
        "passages": len(index),
        "columns": index.manifest.articles,
        "stems a passage": len(index.stems.sample.documents) / index.stems.sample.size,
        "5-grams a passage": len(index.grams.sample.documents) / index.grams.sample.size,
        "sentences a passage": float(index.sentence_vectors.counts(numbers).mean()),
        "words with a vector a passage": float(index.word_vectors.counts(numbers).mean()),
        "bytes of text a passage": texts / len(index),
        "different stems": len(index.words.terms),
        "vector, bytes": index.manifest.dimension * 4,
        "papers, bytes a passage": float(
            (1 + index.sentence_vectors.counts(numbers).mean()) * index.manifest.dimension * 2
            + index.word_vectors.counts(numbers).mean() * index.word_axes.axes.shape[1]
        ),
    }


def of_a_question(bot: ColumnBot, questions: list[str]) -> dict[str, float]:
    """Requests and bytes that a question takes of the engine, after what earlier ones left in memory, and its time."""
    requests: Counter[str] = Counter()
    fetched = 0
    ask = Collections._ask

    def counting(self: Collections, request: str, name: str, **given: Any) -> Any:
        nonlocal fetched
        requests[request] += 1
        rows = ask(self, request, name, **given)
        if request == "query":
            fetched += sum(len(str(value)) for row in rows for value in row.values())
        return rows

    taken = []
    Collections._ask = counting  # type: ignore[method-assign]
    for question in questions:
        started = time.perf_counter()
        bot.ask(question)
        taken.append((time.perf_counter() - started) * 1000)
    Collections._ask = ask  # type: ignore[method-assign]
    return {
        "searches a question": requests["search"] / len(questions),
        "fetches a question": requests["query"] / len(questions),
        "kB fetched a question": fetched / len(questions) / 1000,
        "ms an answer, median": statistics.median(taken),
    }


def table(counted: dict[str, float], rate: float) -> dict[str, list[str]]:
    """The rows of the second table."""
    postings = (counted["stems a passage"] + counted["5-grams a passage"]) * POSTING
    vector = counted["vector, bytes"] + HNSW_LINKS
    papers = (counted["papers, bytes a passage"] + counted["bytes of text a passage"]) * PAPER

    def gigabytes(a_passage: float) -> list[str]:
        return [f"{size * a_passage / 1e9:,.0f} GB" for size in SIZES]

    return {
        "vectors with their graph, in memory": gigabytes(vector),
        "postings of stems and 5-grams, in memory": gigabytes(postings),
        "query nodes of 64 GB, three quarters full": [
            f"{int(np.ceil(size * (vector + postings) / 48e9)):,}" for size in SIZES
        ],
        "papers (sentences, words, texts), on disk": gigabytes(papers),
        "all of it in the object store, two generations": gigabytes(2 * (vector + postings + papers)),
        "to embed, hours of one core": [f"{size / rate / 3600:,.0f}" for size in SIZES],
        "the same with 64 cores, hours": [f"{size / rate / 3600 / 64:,.1f}" for size in SIZES],
    }


if __name__ == "__main__":
    main()
