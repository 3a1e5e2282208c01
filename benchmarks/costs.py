"""What columnbot costs on this machine: disk, memory, seconds.

    python benchmarks/costs.py [ARTICLES]

Each step runs as a process of its own, as a user would start it; its peak memory is the kernel's figure.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTIONS, CHANGES = 50, 5
ASK = f"""
import time
from columnbot import ColumnBot
bot = ColumnBot.open("{{index}}")
bot.ask("Wat is dit voor een archief?")
start = time.perf_counter()
for number in range({QUESTIONS}):
    bot.ask(f"Wat schreef de columnist in {{{{2000 + number}}}} over klanten?")
print((time.perf_counter() - start) / {QUESTIONS})
"""


def run(*command: str) -> tuple[float, float, str]:
    """Seconds, peak megabytes and output of a command."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}")
    return time.perf_counter() - start, peak_megabytes(usage), output


def peak_megabytes(usage: resource.struct_rusage) -> float:
    """Of a process; macOS counts bytes, Linux kilobytes."""
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def megabytes(folder: Path) -> float:
    """What the files below a folder take."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def main() -> None:
    """Print a line for each cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="?", default=Path("articles"))
    articles = parser.parse_args().articles
    columnbot = (sys.executable, "-m", "columnbot")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()} {platform.system()}")
    print(f"installed, with everything it needs: {megabytes(Path(sys.prefix)):,.0f} MB")
    with tempfile.TemporaryDirectory() as scratch:
        index = str(Path(scratch) / "index")
        articles = shutil.copytree(articles, Path(scratch) / "articles")
        took, peak, output = run(*columnbot, "index", str(articles), "--index", index, "--json")
        report = json.loads(output)
        size = f"{report['articles']:,} columns, {report['words']:,} words"
        print(
            f"index of {size}: {took:.0f} s, at most {peak:,.0f} MB of memory, {megabytes(Path(index)):.1f} MB of disk"
        )
        took, peak, _ = run(*columnbot, "index", str(articles), "--index", index)
        print(f"the same again, nothing changed: {took:.1f} s, {peak:,.0f} MB")
        posts = sorted(file for file in articles.rglob("*") if file.suffix in (".md", ".markdown", ".txt"))
        for number in range(CHANGES):
            with posts[len(posts) * (number + 1) // (CHANGES + 1)].open("a", encoding="utf-8") as post:
                post.write(f"\n\nEn dit is er voor de {number + 1}e keer bij geschreven.\n")
            took, peak, output = run(*columnbot, "index", str(articles), "--index", index, "--json")
            embedded, seconds = (json.loads(output)[name] for name in ("embedded", "seconds"))
            share = seconds / report["seconds"]
            print(
                f"one column changed: {took:.1f} s, {peak:,.0f} MB; {embedded} passages embedded; "
                f"without starting Python {seconds:.2f} s, {share:.1%} of the first build's {report['seconds']:.1f} s"
            )
        took, peak, _ = run(*columnbot, "ask", "Wat is dit voor een archief?", "--index", index)
        print(f"one question from the command line: {took:.1f} s, {peak:,.0f} MB")
        _, peak, output = run(sys.executable, "-c", ASK.format(index=index))
        print(f"a question to an open bot: {float(output) * 1000:.0f} ms, {peak:,.0f} MB")


if __name__ == "__main__":
    main()
