"""The measurements, a part each; every step in a process of its own, the systems turn about, round after round."""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.costs import megabytes, peak_megabytes
from benchmarks.performance.systems import ONLY_ASKED, SYSTEMS
from benchmarks.scale import in_process

from columnbot.articles import Article
from columnbot.build import embedding_input
from columnbot.embedding.weights import bundled_file, read_weights
from columnbot.passages import split_article
from columnbot.readers import read_archive

QUESTIONS = 40
# Words and vectors both; LlamaIndex takes no model of word vectors.
GROWING = ("columnbot", "columnbot, quick", "langchain", "txtai")
PEERS_UP_TO = 150_000  # passages; beyond that they take hours, or more memory than there is
COLUMNBOT = (sys.executable, "-m", "columnbot")
ASKED = "Wat vond de columnist van klanten?"
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that ended well: its seconds, those of the processor, its peak memory in MB, and its output."""

    seconds: float
    processor: float
    peak: float
    output: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What every part is told. `work` is as `systems.py` wants it, `scale` holds what `benchmarks.scale` keeps.

    There are about so many `passages` in the work; 0 stands for all of the archive's.
    """

    articles: Path
    work: Path
    passages: int
    rounds: int
    threads: int
    scale: Path | None
    systems: tuple[str, ...] = tuple(SYSTEMS)


def run(plan: Plan, *command: str) -> Ran:
    """Runs a command to its end."""
    threads = {name: str(plan.threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    environment = os.environ | threads | {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment) as process,
    ):
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}:\n{errors.read()[-2000:]}")
    return Ran(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, peak_megabytes(usage), output)


def step(plan: Plan, name: str, what: str) -> Ran:
    """One step of one system."""
    return run(plan, sys.executable, "-m", "benchmarks.performance.systems", name, what, str(plan.work))


def prepare(plan: Plan) -> None:
    """Lays out the work: as many columns, out of all parts of the archive, as have about so many passages."""
    from benchmarks.bundled_model import build_sentence_transformer

    articles = read_archive(plan.articles).articles
    cut = [(article, [embedding_input(passage).text for passage in split_article(article)]) for article in articles]
    every = max(1, round(sum(len(texts) for _, texts in cut) / plan.passages)) if plan.passages else 1
    chosen = cut[::every]
    (plan.work / "articles").mkdir(parents=True)
    with (plan.work / "articles" / "columns.jsonl").open("w", encoding="utf-8") as file:
        for article, _ in chosen:
            file.write(json.dumps(row_of(article), ensure_ascii=False) + "\n")
    build_sentence_transformer(read_weights(_weights())).save(str(plan.work / "model"))
    _write(plan.work / "passages.json", [text for _, texts in chosen for text in texts])
    titled = [article.title for article, _ in chosen if len(article.title.split()) >= 3]
    picked = titled[:: max(1, len(titled) // QUESTIONS)][:QUESTIONS]
    _write(plan.work / "questions.json", [f"Wat schreef de columnist over {title.rstrip('?.!')}?" for title in picked])


def row_of(article: Article) -> Figures:
    """An article as a line that columnbot reads."""
    row = {"id": article.path, "title": article.title, "author": article.author, "text": article.text}
    return row | ({"date": article.date.isoformat()} if article.date else {})


def _weights() -> Path:
    file = bundled_file()
    if file is None:
        raise SystemExit("There is no bundled model for this kind of machine; the comparison needs it.")
    return file


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def build(plan: Plan) -> Iterator[Figures]:
    """Every system's build, from nothing to what it stores."""
    passages = len(json.loads((plan.work / "passages.json").read_text(encoding="utf-8")))
    for turn in range(plan.rounds):
        for name in turned([name for name in plan.systems if name not in ONLY_ASKED], turn):
            shutil.rmtree(plan.work / name, ignore_errors=True)
            ran = step(plan, name, "build")
            taken = json.loads(ran.output.splitlines()[-1])
            yield {
                "system": name, "round": turn, "passages": passages, "seconds": taken["seconds"][0],
                "processor": taken["processor"][0], "whole": ran.seconds, "whole processor": ran.processor,
                "peak": ran.peak, "disk": megabytes(plan.work / name), "load": load(),
            }  # fmt: skip


def ask(plan: Plan) -> Iterator[Figures]:
    """Every system's answers, with all loaded; it needs what `build` left."""
    for turn in range(plan.rounds):
        for name in turned(list(plan.systems), turn):
            ran = step(plan, name, "ask")
            taken = json.loads(ran.output.splitlines()[-1])
            yield {"system": name, "round": turn, "peak": ran.peak, "load": load()} | taken


def cold(plan: Plan) -> Iterator[Figures]:
    """From the command line, the start of Python included; it needs what `build` left."""
    index = str(plan.work / "columnbot")
    one = plan.work / "one"
    one.mkdir(exist_ok=True)
    for name in ("articles", "passages.json", "model", "langchain"):
        if not (one / name).exists():
            (one / name).symlink_to((plan.work / name).absolute())
    _write(one / "questions.json", [ASKED])
    commands = {
        "columnbot ask": (*COLUMNBOT, "ask", ASKED, "--index", index),
        "LangChain's script": (sys.executable, "-m", "benchmarks.performance.systems", "langchain", "ask", str(one)),
        "columnbot --help": (*COLUMNBOT, "--help"),
        "import torch": (sys.executable, "-c", "import torch"),
    }
    for turn in range(plan.rounds):
        for name in turned(list(commands), turn):
            ran = run(plan, *commands[name])
            yield {
                "command": name, "round": turn, "seconds": ran.seconds, "processor": ran.processor, "peak": ran.peak,
                "load": load(),
            }  # fmt: skip


def rebuild(plan: Plan) -> Iterator[Figures]:
    """A first build of the whole archive, and then one column changed after another."""
    with tempfile.TemporaryDirectory() as scratch:
        articles, index = shutil.copytree(plan.articles, Path(scratch) / "articles"), Path(scratch) / "index"
        posts = sorted(file for file in articles.rglob("*") if file.suffix in (".md", ".markdown", ".txt"))
        for turn in range(plan.rounds + 1):
            if turn:
                with posts[len(posts) * turn // (plan.rounds + 2)].open("a", encoding="utf-8") as post:
                    post.write(f"\n\nEn dit is er voor de {turn}e keer bij geschreven.\n")
            ran = run(plan, *COLUMNBOT, "index", str(articles), "--index", str(index), "--json")
            report = json.loads(ran.output)
            yield {
                "round": turn, "passages": report["passages"], "embedded": report["embedded"],
                "seconds": report["seconds"], "processor": ran.processor, "peak": ran.peak, "load": load(),
            }  # fmt: skip


def search(plan: Plan) -> Iterator[Figures]:
    """The nearest of a million vectors, beside reading the same codes once; vectors as those of the work's index."""
    from benchmarks.vectors import QUESTIONS, K, break_ground, built

    from columnbot.index import open_index
    from columnbot.index.passage_vectors import ApproximateVectors, ExactVectors

    real = np.asarray(open_index(plan.work / "columnbot").sentence_vectors.rows[:])
    with tempfile.TemporaryDirectory() as folder:
        ground = break_ground(real, 1_000_000, Path(folder))
        for kind in ("SQfp16", "RaBitQ"):
            index = built(kind, ground)
            vectors = ExactVectors(index) if kind == "SQfp16" else ApproximateVectors(index, ground.rows)
            codes = np.zeros(index.code_size * len(ground.rows) // 8, np.uint64) + np.uint64(1)
            found, seconds, reading = 0, [], []
            for question, truth in zip(ground.questions, ground.truth, strict=True):
                started = time.perf_counter()
                numbers, _ = vectors.nearest(question, K)
                seconds.append(time.perf_counter() - started)
                found += len({*numbers.tolist()} & {*truth.tolist()})
                started = time.perf_counter()
                codes.max()
                reading.append(time.perf_counter() - started)
            yield {
                "kind": kind, "recall": found / (K * QUESTIONS), "seconds": statistics.median(seconds),
                "reading": statistics.median(reading), "megabytes": codes.nbytes / 1e6, "load": load(),
            }  # fmt: skip


def scale(plan: Plan) -> Iterator[Figures]:
    """What asking costs as the archive grows: every archive that `python -m benchmarks.scale --keep` left."""
    from benchmarks.scale import ask as ask_at

    if plan.scale is None:
        raise SystemExit("The part scale needs --scale FOLDER, as python -m benchmarks.scale --keep FOLDER leaves it.")
    sizes = sorted(int(folder.name.removeprefix("index-")) for folder in plan.scale.glob("index-*"))
    for turn in range(plan.rounds):
        for size in turned(sizes, turn):
            index = plan.scale / f"index-{size}"
            report = json.loads((index / "report.json").read_text(encoding="utf-8"))
            figures = in_process(ask_at, plan.scale / f"archive-{size}", index, plan.scale / "model")
            built = {"passages": report["passages"], "build, s": report["seconds"], "index, MB": megabytes(index)}
            yield built | figures | {"round": turn, "load": load()}


def grow(plan: Plan) -> Iterator[Figures]:
    """The peers too, on these archives, with the same model of random word vectors."""
    if plan.scale is None:
        raise SystemExit("The part grow needs --scale FOLDER, as python -m benchmarks.scale --keep FOLDER leaves it.")
    sizes = sorted(int(folder.name.removeprefix("index-")) for folder in plan.scale.glob("index-*"))
    for size in (size for size in sizes if size <= PEERS_UP_TO):
        here = replace(plan, work=plan.scale / f"peers-{size}")
        if not (here.work / "questions.json").exists():
            in_process(prepare_scaled, plan.scale, size)
        passages = json.loads((plan.scale / f"index-{size}" / "report.json").read_text(encoding="utf-8"))["passages"]
        for name in GROWING:
            taken: Figures = {"system": name, "passages": passages}
            if name not in ("columnbot", *ONLY_ASKED) and not (here.work / name).exists():
                taken["build"] = json.loads(step(here, name, "build").output.splitlines()[-1])["seconds"][0]
            ran = step(here, name, "ask")
            yield taken | {"peak": ran.peak, "load": load()} | json.loads(ran.output.splitlines()[-1])


def prepare_scaled(folder: Path, size: int) -> None:
    """Lays out the work of an archive that `benchmarks.scale` left, columnbot's index of it included."""
    from benchmarks.scale import questions_of
    from sentence_transformers import SentenceTransformer

    archive, work = folder / f"archive-{size}", folder / f"peers-{size}"
    work.mkdir(exist_ok=True)
    (work / "columnbot").symlink_to((folder / f"index-{size}").absolute())
    SentenceTransformer(str(folder / "model")).save(str(work / "model"))
    articles = read_archive(archive).articles
    texts = [embedding_input(passage).text for article in articles for passage in split_article(article)]
    _write(work / "passages.json", texts)
    _write(work / "questions.json", questions_of(archive))


PARTS: dict[str, Callable[[Plan], Iterator[Figures]]] = {
    "build": build, "ask": ask, "cold": cold, "rebuild": rebuild, "search": search, "scale": scale, "grow": grow,
}  # fmt: skip


def turned(names: list[Any], turn: int) -> list[Any]:
    """Each round begins with another."""
    return names[turn % len(names) :] + names[: turn % len(names)]


def load() -> float:
    """How many processes want a core, over the last minute."""
    return round(os.getloadavg()[0], 1)


def machine(plan: Plan) -> Figures:
    """What it ran on."""
    cpu = Path("/proc/cpuinfo")
    models = [line.split(":")[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(), "cores": os.cpu_count(), "threads": plan.threads,
        "python": platform.python_version(), "rounds": plan.rounds, "date": time.strftime("%Y-%m-%d"),
    }  # fmt: skip
