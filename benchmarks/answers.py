"""How right answers are, how much their confidence says, and what simpler ways of answering make of the same.

    python benchmarks/answers.py --questions INDEX benchmarks/questions.jsonl \
        --questions INDEX benchmarks/more_questions.jsonl \
        --questions ANOTHER_INDEX benchmarks/government.jsonl \
        --conversations INDEX benchmarks/conversations.jsonl [--write docs/answers.md]

Every figure is of questions left out: of the quarter that the reader did not learn from, an eighth at a time is
answered with weights fitted on the rest (`fit.py`).
With `--write` the tables go into the page, and the two plots beside it. Needs the extra `[bench]`.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib import pyplot
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from columnbot import Answer, Citation, ColumnBot
from columnbot.embedding import open_reader
from columnbot.evidence import QUICK, READ, weigh_sentences
from columnbot.index import embedded_text
from fit import Example, examples, left_out
from retrieval import write

MARKS = ("<!-- figures: benchmarks/answers.py -->", "<!-- end of figures -->")
REFUSED = 0.1  # of the questions that have an answer, to compare ways of refusing at
BINS = (0.0, 0.2, 0.3, 0.4, 0.5, 1.0)
PASSAGES = 3


def shows(example: Example, passages: int) -> bool:
    """Whether one of the best passages, shown whole, holds the answer."""
    return any(example.holds_it(candidate.number) for candidate in example.retrieved.candidates[:passages])


def words(example: Example, passages: int) -> int:
    """The words of the best passages, their titles included."""
    index = example.bot.index
    best = example.retrieved.candidates[:passages]
    return sum(len(embedded_text(index.passages[candidate.number]).split()) for candidate in best)


def ways_of_answering(data: Sequence[Example], answers: Sequence[Answer], quick: Sequence[Answer]) -> str:
    """What is shown, and how often it holds the answer; nothing is refused here."""
    asked = [x for x in data if x.places]
    lines = ["| nothing refused | the answer is shown | words shown |", "|---|--:|--:|"]
    for name, given in (("**columnbot**", answers), ("`--quick`, without the reader", quick)):
        those = [(x, answer) for x, answer in zip(data, given, strict=True) if x.places]
        shown = np.mean([x.is_right(answer) for x, answer in those])
        lines.append(f"| {name} | {shown:.3f} | {np.mean([len(answer.text.split()) for _, answer in those]):.0f} |")
    for name, passages in (("the best passage as the answer", 1), ("whole passages as the source, three", PASSAGES)):
        shown = np.mean([shows(x, passages) for x in asked])
        lines.append(f"| {name} | {shown:.3f} | {np.mean([words(x, passages) for x in asked]):.0f} |")
    return "\n".join(lines)


def ways_of_refusing(data: Sequence[Example], sure: NDArray[np.float64], quick: NDArray[np.float64]) -> str:
    """How well each tells what has an answer from what has none."""
    known = np.array([bool(x.places) for x in data])
    cosines = np.array([max((c.cosine for c in x.retrieved.candidates[:10]), default=0.0) for x in data])
    lines = [f"| one in ten of those with an answer refused | AUROC | refused of the {(~known).sum()} without |"]
    lines.append("|---|--:|--:|")
    ways = {"**columnbot's confidence**": sure, "`--quick`": quick, "the cosine of the best passage": cosines}
    for name, figures in ways.items():
        threshold = np.quantile(figures[known], REFUSED)
        refused = (figures[~known] < threshold).mean()
        lines.append(f"| {name} | {roc_auc_score(known, figures):.3f} | {refused:.2f} |")
    return "\n".join(lines)


def calibration(right: NDArray[np.bool_], sure: NDArray[np.float64]) -> str:
    """What the confidence says, and what became of it."""
    lines = ["| confidence | questions | said on average | right |", "|---|--:|--:|--:|"]
    for low, high in zip(BINS, BINS[1:], strict=False):
        there = (sure >= low) & (sure < high)
        if there.any():
            cells = f"{there.sum()} | {sure[there].mean():.2f} | {right[there].mean():.2f}"
            lines.append(f"| {low:.1f} to {high:.1f} | {cells} |")
    return "\n".join(lines)


def follow_ups(bot: ColumnBot, conversations: Path) -> str:
    """How many questions are answered right that cannot be understood without those before them."""
    right = found = asked = 0
    for line in conversations.read_text(encoding="utf-8").splitlines():
        talk = bot.conversation()
        for number, turn in enumerate(json.loads(line)["turns"]):
            answer = talk.ask(turn["question"])
            if number == 0 or turn["new_subject"]:
                continue
            asked += 1
            found += answer.found
            right += answer.found and any(_answers(turn, citation) for citation in answer.citations)
    return f"Of {asked} follow-ups in conversations {found / asked:.2f} are answered, and {right / asked:.2f} right."


def _answers(turn: dict[str, Any], citation: Citation) -> bool:
    return any(
        path == citation.article.path
        and (
            min(citation.end, end) - max(citation.start, start) >= 0.7 * (end - start)
            or any(short.lower() in citation.quote.lower() for short in turn["answers"])
        )
        for path, start, end in turn["places"]
    )


def plot_calibration(right: NDArray[np.bool_], sure: NDArray[np.float64], file: Path) -> None:
    """The share right against what was said, in ten groups of a size."""
    groups = np.array_split(np.argsort(sure), 10)
    figure, axes = pyplot.subplots(figsize=(4.5, 4))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot([sure[g].mean() for g in groups], [right[g].mean() for g in groups], marker="o")
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
    _save(figure, file)


def plot_risk(right: NDArray[np.bool_], sure: NDArray[np.float64], file: Path) -> None:
    """Of the surest so many, the share that is wrong (risk–coverage: El-Yaniv & Wiener 2010)."""
    order = np.argsort(-sure, kind="stable")
    risk = 1 - np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    figure, axes = pyplot.subplots(figsize=(4.5, 4))
    axes.plot(np.arange(1, len(order) + 1) / len(order), risk)
    axes.axvline((sure >= READ.sure_enough).mean(), color="0.7", linewidth=1)
    axes.set(xlabel="share of all questions answered", ylabel="share of these wrong", xlim=(0, 1), ylim=(0, 1))
    _save(figure, file)


def _save(figure: pyplot.Figure, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})  # the same figures give the same file
    pyplot.close(figure)


def main() -> None:
    """Print the tables, and write page and plots."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, nargs=2, action="append", metavar=("INDEX", "FILE"), required=True)
    parser.add_argument("--conversations", type=Path, nargs=2, metavar=("INDEX", "FILE"))
    parser.add_argument("--write", type=Path, metavar="PAGE")
    args = parser.parse_args()
    talks = [follow_ups(ColumnBot.open(args.conversations[0]), args.conversations[1])] if args.conversations else []
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "columnbot"
    reader = open_reader()
    data = [x for index, file in args.questions for x in examples(ColumnBot.open(index), file, reader, left_out=True)]
    answers, sure = left_out(data, READ)
    right = np.array([x.is_right(answer) for x, answer in zip(data, answers, strict=True)])
    unread = [replace(x, evidence=tuple(weigh_sentences(x.bot.index, x.retrieved))) for x in data]
    quick, quick_sure = left_out(unread, QUICK)
    known = np.array([bool(x.places) for x in data])
    answered = sure >= READ.sure_enough
    figures = "\n\n".join(
        (
            f"{known.sum()} questions with an answer and {(~known).sum()} without, of two archives. As it is set, "
            f"columnbot refuses {(~answered[known]).mean():.2f} of the first and {(~answered[~known]).mean():.2f} of "
            f"the others; of what it answers, {right[answered & known].mean():.2f} of the first is right.",
            ways_of_answering(data, answers, quick),
            ways_of_refusing(data, sure, quick_sure),
            calibration(right, sure),
            *talks,
        )
    )
    print(figures)
    if args.write:
        plot_calibration(right, sure, args.write.with_name("calibration.svg"))
        plot_risk(right, sure, args.write.with_name("risk-coverage.svg"))
        write(args.write, figures, MARKS)


if __name__ == "__main__":
    main()
