"""Fits the weights in `columnbot.evidence` on questions of our own, and shows how well they do on questions left out.

    python benchmarks/fit.py --questions INDEX benchmarks/questions.jsonl \
        --questions INDEX benchmarks/more_questions.jsonl \
        --questions ANOTHER_INDEX benchmarks/government.jsonl

The questions are of ours, about digging-the-digital, a Dutch weblog of a thousand posts, and about answers of the
Dutch government. Each says where its answer stands (character offsets into the articles, with a hash of the text
there, but without the text), with short answers that count as right; some are answered nowhere. The weights of
`columnbot.retrieval` are shown as the same fit would have them.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from columnbot import Answer, ColumnBot, evidence
from columnbot.answering import SURE_ENOUGH, answer_by_quoting
from columnbot.embedding import open_embedder
from columnbot.evidence import Evidence, confidence_features, weigh_sentences
from columnbot.questions import understand
from columnbot.retrieval import WEIGHTS, Retrieved, retrieve

FOLDS = 8
PENALTY = 5.0


@dataclass(frozen=True)
class Example:
    """A question with what was found for it; `places` are (path, start, end) of the answer, none if there is none."""

    bot: ColumnBot
    places: tuple[tuple[str, int, int], ...]
    answers: tuple[str, ...]
    retrieved: Retrieved
    evidence: tuple[Evidence, ...]

    def answers_it(self, item: Evidence) -> bool:
        """Whether that sentence is the answer, or most of it."""
        return self._holds(item.passage.article.path, item.sentence.start, item.sentence.end, item.text)

    def holds_it(self, number: int) -> bool:
        """Whether the passage of that number is the one that answers."""
        passage = self.bot.index.passages[number]
        return self._holds(passage.article.path, passage.start, passage.end, "")

    def is_right(self, answer: Answer) -> bool:
        """Whether a citation shows the answer."""
        return any(self._holds(c.article.path, c.start, c.end, c.quote) for c in answer.citations)

    def _holds(self, path: str, start: int, end: int, text: str) -> bool:
        for gold, first, last in self.places:
            if gold == path:
                covered = min(end, last) - max(start, first)
                if covered >= 0.7 * (last - first) or any(short.lower() in text.lower() for short in self.answers):
                    return True
        return False


def examples(bot: ColumnBot, questions: Path) -> list[Example]:
    """The questions that still fit the text of the archive."""
    embedder = open_embedder(bot.index.manifest.model).embedder
    found = []
    for line in questions.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        texts = [bot.article(path).text[start:end] for path, start, end in item["places"]]
        if [hashlib.sha256(text.encode()).hexdigest()[:12] for text in texts] != item["hashes"]:
            print(f"left out: the text that answers {item['id']} has changed")
            continue
        retrieved = retrieve(bot.index, embedder, understand(item["question"], bot.index.archive))
        places = tuple((path, start, end) for path, start, end in item["places"])
        weighed = tuple(weigh_sentences(bot.index, retrieved))
        found.append(Example(bot, places, tuple(item["answers"]), retrieved, weighed))
    return found


Pairs = Sequence[tuple[NDArray[np.float32], NDArray[np.bool_]]]  # of a question: features (n, f), and which answer


def of_sentences(training: Sequence[Example]) -> Pairs:
    """The features of the sentences weighed, and which of them answer."""
    return [
        (np.array([e.features for e in x.evidence]), np.array([x.answers_it(e) for e in x.evidence])) for x in training
    ]


def of_passages(training: Sequence[Example]) -> Pairs:
    """The signals of the passages found, and which of them answer."""
    return [
        (
            np.array([[c.signals.get(name, 0.0) for name in WEIGHTS] for c in x.retrieved.candidates], np.float32),
            np.array([x.holds_it(c.number) for c in x.retrieved.candidates]),
        )
        for x in training
    ]


def fit_softmax(pairs: Pairs, penalty: float = 10.0) -> NDArray[np.float32]:
    """Weights that make what answers likely in a softmax over all that was found for its question."""
    data = [(features, right) for features, right in pairs if right.any()]
    scale = np.concatenate([features for features, _ in data]).std(axis=0) + 1e-9

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = penalty * weights @ weights / 2, penalty * weights
        for features, right in data:
            scores = features / scale @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            wanted = np.where(right, chances, 0) / chances[right].sum()
            total -= np.log(chances[right].sum())
            gradient = gradient - (features / scale).T @ (wanted - chances)
        return total, gradient

    fitted = minimize(loss, np.zeros(len(scale)), jac=True, method="L-BFGS-B").x
    return np.asarray(fitted / scale, np.float32)


def fit_confidence(
    features: NDArray[np.float32], known: NDArray[np.bool_], right: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """A logistic regression of "the archive answers this", scaled so that its figure is the share that is right."""
    scale = features[:, :-1].std(axis=0) + 1e-9
    model = LogisticRegression(C=0.1, max_iter=2000).fit(features[:, :-1] / scale, known)
    weights = np.append(model.coef_[0] / scale, model.intercept_)
    scaling = LogisticRegression(C=100).fit((features @ weights)[:, None], right)
    weights *= scaling.coef_[0, 0]
    weights[-1] += scaling.intercept_[0]
    return np.asarray(weights, np.float32)


def left_out(data: Sequence[Example]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """For each example whether it is answered right, and the confidence, with weights fitted on the others."""
    order = np.random.default_rng(0).permutation(len(data))
    right, sure = np.zeros(len(data), bool), np.zeros(len(data))
    features = confidences(data)
    for fold in range(FOLDS):
        test, training = order[fold::FOLDS], np.concatenate([order[f::FOLDS] for f in range(FOLDS) if f != fold])
        evidence.SENTENCE_WEIGHTS = fit_softmax(of_sentences([data[i] for i in training if data[i].places]), PENALTY)
        shown = right_now(data)
        weights = fit_confidence(
            features[training], np.array([bool(data[i].places) for i in training]), shown[training]
        )
        right[test] = shown[test]
        sure[test] = 1 / (1 + np.exp(-(features[test] @ weights)))
    return right, sure


def confidences(data: Sequence[Example]) -> NDArray[np.float32]:
    """What the confidence is made of, a row an example."""
    return np.array([confidence_features(x.bot.index, x.retrieved, x.evidence) for x in data])


def right_now(data: Sequence[Example]) -> NDArray[np.bool_]:
    """Which examples are answered right by the sentence weights in force, were nothing refused."""
    evidence.CONFIDENCE_WEIGHTS = np.append(np.zeros(len(evidence.CONFIDENCE_WEIGHTS) - 1), 9).astype(np.float32)
    return np.array([x.is_right(answer_by_quoting(x.bot.index, x.retrieved)) for x in data])


def main() -> None:
    """Print the weights fitted on all questions, and the figures on questions left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, nargs=2, action="append", metavar=("INDEX", "FILE"), required=True)
    data = [x for index, file in parser.parse_args().questions for x in examples(ColumnBot.open(index), file)]
    known = np.array([bool(x.places) for x in data])
    print(f"{known.sum()} questions with an answer, {(~known).sum()} without")

    passages = fit_softmax(of_passages([x for x in data if x.places]), penalty=2.0)
    print("WEIGHTS            ", dict(zip(WEIGHTS, np.round(passages.astype(float), 2).tolist(), strict=True)))
    evidence.SENTENCE_WEIGHTS = fit_softmax(of_sentences([x for x in data if x.places]), PENALTY)
    right = right_now(data)
    weights = fit_confidence(confidences(data), known, right)
    sure = 1 / (1 + np.exp(-(confidences(data) @ weights)))
    print(f"SENTENCE_WEIGHTS   {np.round(evidence.SENTENCE_WEIGHTS.astype(float), 2).tolist()}")
    print(f"CONFIDENCE_WEIGHTS {np.round(weights.astype(float), 2).tolist()}")
    print(f"one in ten of those with an answer lie below {np.quantile(sure[known], 0.1):.2f}")

    right, sure = left_out(data)
    print(f"left out: {right[known].mean():.3f} right were all answered; AUROC of an answer being there", end=" ")
    print(
        f"{roc_auc_score(known, sure):.3f}; refused below {SURE_ENOUGH}: {(sure[known] < SURE_ENOUGH).mean():.2f} of",
        end=" ",
    )
    print(f"those with an answer, {(sure[~known] < SURE_ENOUGH).mean():.2f} of those without")
    for low, high in ((0, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 1)):
        there = (sure >= low) & (sure < high)
        share = f"{right[there].mean():.2f} right" if there.any() else ""
        print(f"  confidence {low:.1f} to {high:.1f}: {there.sum():3} answers, {share}")


if __name__ == "__main__":
    main()
