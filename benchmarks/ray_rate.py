"""How fast two workers of Ray embed, as a ratio against one process, and whether their vectors are the same.

    python -m benchmarks.ray_rate ARTICLES [--passages 640] [--workers 2] [--rounds 2]

Both sides embed the same passages, turn about; the workers' time is with and without that of starting them.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

import numpy as np

from columnbot.build import embedding_input
from columnbot.embedding import open_embedder
from columnbot.index.vectors import VectorBlock, joined
from columnbot.index.word_vectors import fit_axes
from columnbot.passages import split_article
from columnbot.readers import read_archive
from columnbot.workers import LOCAL, Done, embed_here, embed_on_ray


def main() -> None:
    """Print the passages a second of both sides, the ratios, and the least cosine between their vectors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--passages", type=int, default=640)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    passages = [passage for article in read_archive(args.articles).articles for passage in split_article(article)]
    inputs = [embedding_input(passage) for passage in passages[: args.passages]]
    items = [(number.to_bytes(16, "big"), passage) for number, passage in enumerate(inputs)]
    embedder = open_embedder("bundled").embedder
    (first,) = embedder.embed_passages(inputs[:60])  # loads torch before the clock starts
    axes = fit_axes(first.words)
    ray.init(num_cpus=args.workers, include_dashboard=False, log_to_driver=False)

    ratios, whole = [], []
    for turn in range(args.rounds):
        start = time.perf_counter()
        alone = list(embed_here(items, embedder, axes))
        here = time.perf_counter() - start
        start = time.perf_counter()
        arrived, times = [], []
        for part in embed_on_ray(items, "bundled", embedder.fingerprint, axes, LOCAL):
            arrived.append(part)
            times.append(time.perf_counter())
        there = times[-1] - start
        # From the first window on, by which time every worker has loaded the model.
        going = (len(items) - len(arrived[0][0])) / (times[-1] - times[0])
        ratios.append(going / (len(items) / here))
        whole.append(here / there)
        print(
            f"round {turn + 1}: one process {len(items) / here:.1f} passages a second, "
            f"{args.workers} workers {going:.1f} once started; ratio {ratios[-1]:.2f}, with starting {whole[-1]:.2f}"
        )
        print(f"least cosine {least_cosine(in_order(alone), in_order(arrived)):.6f}")
    print(f"median ratio {statistics.median(ratios):.2f}, with starting {statistics.median(whole):.2f}")


def in_order(done: list[Done]) -> VectorBlock:
    """The vectors in the order of their keys."""
    return joined([block for _, block in sorted(done, key=lambda part: part[0])])


def least_cosine(one: VectorBlock, other: VectorBlock) -> float:
    """Of all vectors of passages, sentences and words."""
    cosines = []
    for a, b in ((one.passages, other.passages), (one.sentences, other.sentences), (one.words, other.words)):
        x, y = a.astype(np.float64), b.astype(np.float64)
        cosines.append(float(((x * y).sum(axis=1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)).min()))
    return min(cosines)


if __name__ == "__main__":
    main()
