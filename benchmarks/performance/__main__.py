"""columnbot beside its peers: the same passages, weights and machine, turn about in one run.

    pip install -c constraints.txt -e ".[bench]"
    python -m benchmarks.performance [ARTICLES] [--parts build ask cold rebuild search scale grow] [--write]

Each part keeps its figures in docs/performance.json, so that one that ran while the machine had other work can be
measured again by itself, a build of each size apart; `--write` makes the tables and plots of docs/performance.md out
of that. `--threads 1` gives every system one thread: what to take on a machine that others use too, where threads wait
for each other. The parts scale and grow ask archives that `python -m benchmarks.scale TEXTS --keep FOLDER` has left:
`--scale FOLDER`.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

from benchmarks.performance.measure import PARTS, Plan, machine, prepare
from benchmarks.performance.page import write_page
from benchmarks.performance.systems import SYSTEMS
from benchmarks.scale import in_process


def main() -> None:
    """Measures the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="?", default=Path("articles"))
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=["build", "ask", "cold", "rebuild", "search"])
    parser.add_argument(
        "--passages", type=int, nargs="+", default=[200, 1000], help="about how many are built of; the last is asked"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--systems", nargs="*", choices=SYSTEMS, default=[*SYSTEMS], help="who builds and is asked")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--work", type=Path, help="a folder to leave what was made in, for parts measured later")
    parser.add_argument("--scale", type=Path, metavar="FOLDER")
    parser.add_argument("--figures", type=Path, default=Path("docs/performance.json"))
    parser.add_argument("--write", action="store_true", help="the page and plots beside the figures")
    given = parser.parse_args()
    figures = json.loads(given.figures.read_text(encoding="utf-8")) if given.figures.exists() else {}
    with tempfile.TemporaryDirectory() as scratch:
        work = given.work or Path(scratch)
        plans = [
            Plan(given.articles, work / str(size), size, given.rounds, given.threads, given.scale, (*given.systems,))
            for size in sorted(given.passages)
        ]
        if {"build", "ask", "cold", "search"} & {*given.parts}:
            for plan in plans:
                if not (plan.work / "questions.json").exists():
                    # In a process of its own: Linux counts what a process has at its peak as its children's too.
                    in_process(prepare, plan)
        for part in given.parts:
            rows = []
            for plan in plans if part == "build" else plans[-1:]:
                for row in PARTS[part](plan):
                    rows.append(row)
                    print(part, json.dumps({name: value for name, value in row.items() if not isinstance(value, list)}))
            if part == "build" and part in figures:
                sizes = {row["passages"] for row in rows}
                rows += [row for row in figures[part]["rows"] if row["passages"] not in sizes]
            figures[part] = {"machine": machine(plans[-1]), "rows": rows}
            given.figures.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if given.write:
        write_page(figures, given.figures.with_suffix(".md"))


if __name__ == "__main__":
    main()
