"""What one embedding model is worth beside another: the same archive and questions, an index of each.

    python -m benchmarks.models ARTICLES [--models bundled static] [--questions FILE] [--keep FOLDER]

A question of the file has as "places" the columns that answer it; without any, the archive does not know. With
`--keep` the indexes stay in FOLDER, and those that are there already are not built again.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from benchmarks.costs import megabytes
from benchmarks.performance.measure import Plan, run

from columnbot import ColumnBot

COLUMNS = 60  # passages that are looked at for ten columns


def ndcg(ranked: Sequence[str], gold: set[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain, every answering column counting alike."""
    gain = sum(1 / np.log2(rank + 1) for rank, path in enumerate(ranked[:k], start=1) if path in gold)
    return float(gain / sum(1 / np.log2(rank + 1) for rank in range(1, min(len(gold), k) + 1)))


def asked(bot: ColumnBot, questions: Sequence[dict[str, Any]]) -> list[str]:
    """How many are found, answered out of a right column, refused where there is no answer; and processor ms."""
    there = {article.path for article in bot.articles()}
    gains, found, right, refused, taken = [], [], [], [], []
    for question in questions:
        gold = {path for path, *_ in question["places"]} & there
        started = process_time()
        answer = bot.ask(question["question"])
        taken.append(process_time() - started)
        if not question["places"]:
            refused.append(not answer.found)
        elif gold:
            hits = bot.search(question["question"], COLUMNS)
            ranked = list(dict.fromkeys(hit.passage.article.path for hit in hits))
            gains.append(ndcg(ranked, gold))
            found.append(len(gold & {*ranked[:5]}) / len(gold))
            right.append(answer.found and answer.citations[0].article.path in gold)
    figures = [f"{np.mean(values):.3f}" for values in (gains, found, right, refused)]
    return [*figures, f"{statistics.median(taken) * 1000:.1f}"]


def main() -> None:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--models", nargs="+", default=["bundled", "static"])
    parser.add_argument("--questions", type=Path, default=Path("benchmarks/questions.jsonl"))
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    questions = [json.loads(line) for line in given.questions.read_text(encoding="utf-8").splitlines()]
    heads = ("", "build, processor s", "disk, MB", "nDCG@10", "recall@5", "first quote right", "refused", "ask, ms")
    print(f"| {' | '.join(heads)} |\n|---|{'--:|' * (len(heads) - 1)}")
    with tempfile.TemporaryDirectory() as scratch:
        plan = Plan(given.articles, Path(scratch), passages=0, rounds=1, threads=1, scale=None)
        for model in given.models:
            index = (given.keep or Path(scratch)) / Path(model).name
            built = ""
            if not index.exists():
                command = (sys.executable, "-m", "columnbot", "index", str(given.articles), "--index", str(index))
                built = f"{run(plan, *command, '--model', model).processor:.0f}"
            bot = ColumnBot.open(index)
            cells = [model, built, f"{megabytes(bot.index.folder):.0f}", *asked(bot, questions)]
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
