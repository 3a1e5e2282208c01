"""Which FAISS index, at which size: recall, time a question and memory of each, beside an exact scan.

    python -m benchmarks.vectors index/gen-*/sentence_vectors.npy [--vectors 1000000] [--kinds "SQfp16" "IVF,RaBitQ"]

The vectors are those of a real index; where more are needed than it has, each comes again mixed with another. A
question is one of them that is held out. A kind is a string of `faiss.index_factory`; IVF has 2√n parts, HNSW 32
neighbours. "again" is that the best 120 are put in order by vectors in half precision, mapped from disk.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

QUESTIONS, K, AGAIN = 300, 10, 120
KINDS = ("SQfp16", "SQ8", "RaBitQ", "IVF,SQ8", "IVF,RaBitQ", "HNSW32,SQ8")


@dataclass(frozen=True, slots=True)
class Ground:
    """Vectors (n, d) on disk, questions (q, d), and the numbers of the true nearest of each (q, K)."""

    rows: NDArray[np.float16]
    questions: NDArray[np.float32]
    truth: NDArray[np.int64]


def break_ground(real: NDArray[np.float16], count: int, folder: Path) -> Ground:
    """Of the real vectors some are held out as questions; the rest, varied where they do not suffice, are stored."""
    generator = np.random.default_rng(0)
    order = generator.permutation(len(real))
    questions = real[np.sort(order[:QUESTIONS])].astype(np.float32)
    base = real[np.sort(order[QUESTIONS : QUESTIONS + count])]
    rows = np.lib.format.open_memmap(folder / "rows.npy", "w+", np.float16, (count, real.shape[1]))
    for start in range(0, count, len(base)):
        some = base[: count - start].astype(np.float32)
        if start:
            some = 0.8 * some + 0.2 * base[generator.permutation(len(base))[: len(some)]].astype(np.float32)
            some /= np.linalg.norm(some, axis=1, keepdims=True)
        rows[start : start + len(some)] = some
    rows.flush()
    best, numbers = np.full((QUESTIONS, K), -2.0), np.full((QUESTIONS, K), -1)
    for start in range(0, count, 50_000):
        products = questions @ rows[start : start + 50_000].astype(np.float32).T
        products = np.concatenate([best, products], axis=1)
        candidates = np.concatenate(
            [numbers, np.tile(np.arange(start, start + products.shape[1] - K), (QUESTIONS, 1))], axis=1
        )
        top = np.argsort(-products, axis=1)[:, :K]
        best, numbers = np.take_along_axis(products, top, axis=1), np.take_along_axis(candidates, top, axis=1)
    return Ground(rows, questions, numbers)


def built(kind: str, ground: Ground) -> Any:
    """The index, trained on forty vectors a part."""
    count, dimension = ground.rows.shape
    parts = int(2 * count**0.5)
    index = faiss.index_factory(dimension, kind.replace("IVF", f"IVF{parts}"), faiss.METRIC_INNER_PRODUCT)
    sample = np.linspace(0, count - 1, min(count, 40 * parts)).astype(np.int64)
    index.train(ground.rows[sample].astype(np.float32))
    for start in range(0, count, 65_536):
        index.add(ground.rows[start : start + 65_536].astype(np.float32))
    return index


def settings_of(index: Any) -> Iterator[tuple[str, Any]]:
    """What the search can be told, from quick to thorough."""
    if isinstance(index, faiss.IndexIVF):
        for share in (0.05, 0.1, 0.25, 0.5):
            kind = (
                faiss.IVFRaBitQSearchParameters
                if isinstance(index, faiss.IndexIVFRaBitQ)
                else faiss.SearchParametersIVF
            )
            yield f"{share:.0%} of the parts", kind(nprobe=int(share * index.nlist))
    elif isinstance(index, faiss.IndexHNSW):
        for width in (128, 256, 512):
            yield f"ef {width}", faiss.SearchParametersHNSW(efSearch=width)
    else:
        yield "all", None


def line(ground: Ground, index: Any, parameters: Any, again: bool) -> str:
    """Recall@10, and milliseconds a question, one at a time on one thread."""
    hits, taken = 0, []
    for question, nearest in zip(ground.questions, ground.truth, strict=True):
        started = time.perf_counter()
        _, found = index.search(question[None, :], AGAIN if again else K, params=parameters)
        numbers = found[0][found[0] >= 0]
        if again:
            numbers = np.sort(numbers)
            numbers = numbers[np.argsort(-(ground.rows[numbers].astype(np.float32) @ question))[:K]]
        taken.append(time.perf_counter() - started)
        hits += len({*numbers.tolist()} & {*nearest.tolist()})
    return f"{hits / ground.truth.size:.3f} | {statistics.median(taken) * 1000:.1f}"


def main() -> None:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="a .npy of unit vectors in half precision")
    parser.add_argument("--vectors", type=int)
    parser.add_argument("--kinds", nargs="+", default=KINDS)
    given = parser.parse_args()
    real = np.load(given.file, mmap_mode="r")
    count = given.vectors or len(real) - QUESTIONS
    with tempfile.TemporaryDirectory() as folder:
        ground = break_ground(real, count, Path(folder))
        print(f"{count:,} vectors, {min(count, len(real) - QUESTIONS):,} of them real\n")
        print(
            "| kind | looked at | again | recall@10 | ms | bytes a vector | build, s |\n|---|---|---|---|---|---|---|"
        )
        for kind in given.kinds:
            started = time.perf_counter()
            index = built(kind, ground)
            seconds = time.perf_counter() - started
            size = len(faiss.serialize_index(index)) / count
            faiss.omp_set_num_threads(1)
            for name, parameters in settings_of(index):
                for again in (False, True) if kind != "SQfp16" else (False,):
                    figures = line(ground, index, parameters, again)
                    print(
                        f"| {kind} | {name} | {'again' if again else ''} | {figures} | {size:.0f} | {seconds:.0f} |",
                        flush=True,
                    )
            faiss.omp_set_num_threads(0)


if __name__ == "__main__":
    main()
