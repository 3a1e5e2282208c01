"""What an archive of very many passages costs to build, to open and to ask.

    python -m benchmarks.scale TEXTS.jsonl.gz [--passages 100000 1000000] [--keep FOLDER] [--milvus]

TEXTS has a JSON object with a "text" a line; where more are needed than it has, they come again with an eighth of
their words replaced. The vectors are random ones of words, 384 numbers each, so that the figures are those of
everything but the model. With --milvus the index is in a file of Milvus Lite. Each step runs in a process of its own,
which tells the most memory that it had.
"""

import argparse
import gzip
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

DIMENSION, KNOWN_WORDS = 384, 30_000
TEXTS_AN_ARTICLE = 10
REPLACED = 0.12
QUESTIONS = 40


def varied(texts: list[str], count: int) -> Iterator[str]:
    """The texts, as often as it takes, each time in other words."""
    generator = np.random.default_rng(0)
    vocabulary = np.array([word for text in texts[::20] for word in text.split()])
    for number in range(count):
        text = texts[number % len(texts)]
        if number >= len(texts):
            words = np.array(text.split(), object)
            places = np.flatnonzero(generator.random(len(words)) < REPLACED)
            words[places] = generator.choice(vocabulary, len(places))
            text = " ".join(words)
        yield text


def write_archive(folder: Path, texts: list[str], count: int) -> None:
    """One file of JSON lines, ten texts an article."""
    folder.mkdir()
    stream = varied(texts, count)
    with (folder / "columns.jsonl").open("w", encoding="utf-8") as file:
        for number in range(-(-count // TEXTS_AN_ARTICLE)):
            text = "\n\n".join(islice(stream, TEXTS_AN_ARTICLE))
            row = {
                "id": f"{number:07}", "title": f"Stuk {number}", "author": f"Schrijver {number % 50}", "text": text,
                "date": f"{1990 + number % 35}-0{1 + number % 9}-1{number % 10}",
            }  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def make_model(folder: Path, texts: list[str]) -> None:
    """A text's vector is the mean of its words', which are random."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    counts = Counter(word for text in texts[::10] for word in text.lower().split())
    words = ["[UNK]", *(word for word, _ in counts.most_common(KNOWN_WORDS))]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.random.default_rng(7).normal(size=(len(words), DIMENSION)).astype(np.float32)
    modules = [StaticEmbedding(tokenizer, embedding_weights=weights), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder))


def build(archive: Path, index: Path, model: Path) -> dict[str, float]:
    """Seconds, and the most memory beside the loaded model."""
    from columnbot import Settings, build_index
    from columnbot.embedding import open_embedder

    open_embedder(str(model)).embedder.embed_questions(["warm"])
    Path("/proc/self/clear_refs").write_text("5")  # what was needed to load it does not count
    before, started = peak(), time.perf_counter()
    report = build_index(archive, index, settings=Settings(model=str(model)))
    return {
        "passages": report.passages, "articles": report.articles, "build, s": time.perf_counter() - started,
        "build, MB beside the model": peak() - before,
        "index, MB": sum(file.stat().st_size for file in index.rglob("*") if file.is_file()) / 1e6,
    }  # fmt: skip


def ask(archive: Path, index: Path, model: Path) -> dict[str, float]:
    """Seconds to open, memory to serve, and milliseconds a question; the reader is a part of the model."""
    from columnbot import ColumnBot
    from columnbot.embedding import PassageInput, open_embedder, open_reader

    embedder, reader = open_embedder(str(model)).embedder, open_reader()
    embedder.embed_questions(["warm"])
    if reader:
        reader.read("warm", [PassageInput("Warm.", ((0, 5),))])
    questions = questions_of(archive)
    before, started = status(), time.perf_counter()
    bot = ColumnBot.open(index)
    opened = time.perf_counter() - started
    for question in questions[:5]:
        bot.ask(question)
    served = status()
    quick = ColumnBot.open(index, quick=True)
    vector = embedder.embed_questions(questions[:1])[0]
    nearest = timed(lambda _: bot.index.passage_vectors.nearest(vector, 200), questions)
    bare = timed(lambda question: embedder.embed_questions([question]), questions)
    return {
        "open, s": opened, "serve, MB beside the model": served["RssAnon"] - before["RssAnon"],
        "serve, MB of files mapped": served["RssFile"] - before["RssFile"],
        "search, ms": timed(bot.search, questions), "ask, ms": timed(bot.ask, questions),
        "ask --quick, ms": timed(quick.ask, questions),
        "ask, processor ms": timed(bot.ask, questions, time.process_time),
        "ask --quick, processor ms": timed(quick.ask, questions, time.process_time),
        "nearest 200, ms": nearest, "embed a question, ms": bare,
    }  # fmt: skip


def questions_of(archive: Path) -> list[str]:
    """Each of eight words of an article."""
    with (archive / "columns.jsonl").open(encoding="utf-8") as lines:
        return [
            "Wat staat er over " + " ".join(json.loads(line)["text"].split()[20:28]) + "?"
            for line in islice(lines, 0, 40 * QUESTIONS, 40)
        ]


def timed(call: Callable[[str], object], questions: list[str], clock: Callable[[], float] = time.perf_counter) -> float:
    """The median, in milliseconds."""
    taken = []
    for question in questions:
        started = clock()
        call(question)
        taken.append((clock() - started) * 1000)
    return statistics.median(taken)


def peak() -> float:
    """The most memory that this process has had, with what it mapped of files, MB."""
    return status()["VmHWM"]


def status() -> dict[str, float]:
    """What the kernel says of this process's memory, MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) / 1000 for line in lines if line.endswith(" kB")}


def in_process(step: Callable[..., Any], *arguments: Any) -> Any:
    """What the step returns, out of a process that has done nothing before."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(step, arguments)


def main() -> None:
    """Prints a line a figure, a column a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--passages", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--keep", type=Path, help="where to leave the indexes")
    parser.add_argument("--milvus", action="store_true", help="an index in Milvus Lite")
    given = parser.parse_args()
    with gzip.open(given.texts, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        place = given.keep or Path(folder)
        place.mkdir(exist_ok=True)
        make_model(place / "model", texts)
        for count in given.passages:
            archive, index = place / f"archive-{count}", place / f"index-{count}{'.db' if given.milvus else ''}"
            write_archive(archive, texts, count)
            figures = {"texts": count} | in_process(build, archive, index, place / "model")
            print(*(f"{name}: {value:,.1f}" for name, value in figures.items()), sep="\n", flush=True)
            figures = in_process(ask, archive, index, place / "model")
            print(*(f"{name}: {value:,.1f}" for name, value in figures.items()), sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
