"""Whether an index in Milvus answers as one in a folder does, and how long either takes.

    python -m benchmarks.two_kinds FOLDER MILVUS QUESTIONS.jsonl

Both are of the same archive; QUESTIONS has an object with a "question" a line. They are asked turn about, so that a
machine that gets busy slows both.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from columnbot import ColumnBot, Hit


def main() -> None:
    """Print how many searches and answers are the same, how far scores are apart, and the medians of the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("milvus", type=Path)
    parser.add_argument("questions", type=Path)
    args = parser.parse_args()
    bots = (ColumnBot.open(args.folder), ColumnBot.open(args.milvus))
    with args.questions.open(encoding="utf-8") as lines:
        questions = [json.loads(line)["question"] for line in lines]
    same, answers, apart = 0, 0, 0.0
    times: tuple[list[float], list[float]] = ([], [])
    for question in questions:
        one, other = (timed(bot.search, question, taken) for bot, taken in zip(bots, times, strict=True))
        same += [place(hit) for hit in one] == [place(hit) for hit in other]
        apart = max(apart, *(abs(a.score - b.score) for a, b in zip(one, other, strict=True)))
        answers += bots[0].ask(question).text == bots[1].ask(question).text
    print(f"{len(questions)} questions: {same} with the same ten passages, order and ranks; {answers} the same answers")
    print(f"scores at most {apart:.6f} apart")
    print(f"a search, ms: folder {statistics.median(times[0]):.0f}, Milvus {statistics.median(times[1]):.0f}")


def timed(search: Callable[[str], Any], question: str, taken: list[float]) -> Any:
    """What is found; how long it took is noted."""
    started = time.perf_counter()
    found = search(question)
    taken.append((time.perf_counter() - started) * 1000)
    return found


def place(hit: Hit) -> tuple[str, int, int | None, int | None]:
    """Which passage it is, and where each side had it."""
    return hit.passage.article.path, hit.passage.start, hit.vector_rank, hit.term_rank


if __name__ == "__main__":
    main()
