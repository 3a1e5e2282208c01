"""Fits the weights in `columnbot.checking` on written sentences, and shows how well they do on articles left out.

    python benchmarks/checking.py INDEX [--quick]

INDEX is an index of digging-the-digital, a Dutch weblog of a thousand posts. `checking.jsonl` holds sentences about
it, half of them not borne out by what they cite: in our own words ("text"), or quoted, whole, shortened or falsified
("quote": path, start, end and a hash of the text there, with "edits": start, end and what stands there instead).
"evidence" says where the cited passages stand, with hashes; "of", which article a sentence was written from. The reader
has learnt from none of them; `--quick` is without it.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve, roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from columnbot import ColumnBot
from columnbot.checking import QUICK, READ, REASONS, read
from columnbot.embedding import open_embedder, open_reader
from columnbot.index import Index
from columnbot.passages import Passage
from fit import hash_of

SENTENCES = Path(__file__).with_name("checking.jsonl")
FOLDS = 10
PRECISION = 0.95


def written(item: dict[str, Any], index: Index) -> str:
    """The sentence, put together out of the archive where it quotes. Raises `ValueError` when that has changed."""
    if "text" in item:
        return str(item["text"])
    path, at, end, known = item["quote"]
    text = index.article(path).text
    if hash_of(text[at:end]) != known:
        raise ValueError(path)
    pieces = []
    for first, last, instead in item["edits"]:
        pieces += [text[at:first], instead]
        at = last
    return "".join([*pieces, text[at:end]])


def cited(item: dict[str, Any], passages: dict[tuple[str, int, int], Passage]) -> list[Passage]:
    """The passages of the evidence. Raises `ValueError` when they have changed."""
    found = [passages.get((path, start, end)) for path, start, end, _ in item["evidence"]]
    right = [passage for passage in found if passage is not None]
    if [hash_of(passage.text) for passage in right] != [known for *_, known in item["evidence"]]:
        raise ValueError(item["of"])
    return right


def flagged(signals: NDArray[np.float32], false: NDArray[np.bool_], groups: Sequence[str]) -> NDArray[np.float64]:
    """How likely each sentence is not borne out, with weights fitted on the sentences about other articles."""
    folds = GroupKFold(FOLDS)
    return np.asarray(cross_val_predict(model(), signals, false, groups=groups, cv=folds, method="predict_proba")[:, 1])


def model() -> Any:
    """The logistic regression, on signals in proportion."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=1, max_iter=5000))


def show(chances: NDArray[np.float64], false: NDArray[np.bool_], kinds: NDArray[np.str_], sure_enough: float) -> None:
    """Print the figures of sentences left out: where precision is as wanted, and as the checker is set."""
    print(f"articles left out: AUROC {roc_auc_score(false, chances):.3f}", end="; ")
    precision, recall, limits = precision_recall_curve(false, chances)
    first = int(np.flatnonzero(precision[:-1] >= PRECISION)[0])
    print(f"recall of 'not borne out' at precision {PRECISION}: {recall[first]:.3f}", end="; ")
    print(f"that is below a chance of {1 - limits[first]:.2f} of being borne out")
    called = chances > 1 - sure_enough
    print(f"below {sure_enough}, as it is set: precision {false[called].mean():.3f}, recall {called[false].mean():.3f}")
    for truth, title in ((False, "borne out"), (True, "not borne out")):
        print(f"called 'not borne out', of those {title}:")
        for kind in sorted(set(kinds[false == truth])):
            there = (kinds == kind) & (false == truth)
            print(f"  {kind:14} {called[there].sum():3} of {there.sum()}")


def main() -> None:
    """Print the weights fitted on all sentences, and the figures on articles left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--quick", action="store_true", help="without the reader")
    args = parser.parse_args()
    index = ColumnBot.open(args.index).index
    embedder = open_embedder(index.manifest.model).embedder
    reader = None if args.quick else open_reader()
    all_passages = [index.passages[number] for number in range(len(index))]
    passages = {(passage.article.path, passage.start, passage.end): passage for passage in all_passages}
    items, signals, seconds = [], [], []
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        try:
            sentence, evidence = written(item, index), cited(item, passages)
        except ValueError:
            print(f"left out: the text that {item['id']} is about has changed")
            continue
        started = perf_counter()
        reading = read(sentence, evidence, embedder, index, reader)
        seconds.append(perf_counter() - started)
        signals.append(reading.signals)
        items.append(item)
    x, false = np.array(signals), ~np.array([item["true"] for item in items])
    print(
        f"{(~false).sum()} sentences that are borne out, {false.sum()} that are not; {1000 * np.median(seconds):.0f} ms"
    )

    fitted = model().fit(x, ~false)
    scaler, regression = fitted[0], fitted[1]
    weights = regression.coef_[0] / scaler.scale_
    for name, weight, usual in zip(REASONS, weights, x[~false].mean(axis=0), strict=False):
        print(f'    "{name}": ({weight:.2f}, {usual:.3f}),')
    print(f"    {regression.intercept_[0] - weights @ scaler.mean_:.2f},")
    chances = flagged(x, false, [item["of"] for item in items])
    scales = QUICK if args.quick else READ
    show(chances, false, np.array([item["kind"] for item in items]), scales.sure_enough)


if __name__ == "__main__":
    main()
