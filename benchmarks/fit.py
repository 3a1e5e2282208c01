"""Fits the weights in `columnbot.evidence` on questions of our own, and shows how well they do on questions left out.

    python benchmarks/fit.py --questions INDEX benchmarks/questions.jsonl \
        --questions INDEX benchmarks/more_questions.jsonl \
        --questions INDEX benchmarks/strange.jsonl \
        --questions ANOTHER_INDEX benchmarks/government.jsonl \
        --some A_THIRD_INDEX benchmarks/columns.jsonl 3 --some A_FOURTH_INDEX benchmarks/weblogs.jsonl 5 \
        --some A_FOURTH_INDEX benchmarks/more_weblogs.jsonl 2 --some A_FIFTH_INDEX benchmarks/more_columns.jsonl 3 \
        [--quick]

The questions are of ours, about digging-the-digital, a Dutch weblog of a thousand posts, about answers of the
Dutch government, and about eighteen sites more (docs/answers.md). Each says where its answer stands (character offsets
into the articles, with a hash of the text there, but without the text), with short answers that count as right; some
are answered nowhere. Only the quarter of them counts that nothing was learnt from; `--quick` fits what is used without
the reader. The weights of sentences are fitted on `--questions` alone: who wrote the others was told to choose other
words than the column. The weights of `columnbot.retrieval` are `fit_retrieval.py`'s.

At the end stands what an archive could win by a confidence of its own: how well weights do that were fitted on its own
questions, and how well those of the other archives.
"""

import argparse
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from columnbot import Answer, ColumnBot
from columnbot.answering import answer_from
from columnbot.bounds import within_bounds
from columnbot.embedding import Reader, open_embedder, open_reader
from columnbot.evidence import QUICK, READ, Evidence, Weighing, confidence_features, weigh_sentences, weighed
from columnbot.passages import Passage, Sentence
from columnbot.questions import understand
from columnbot.retrieval import Retrieved, retrieve

FOLDS = 8
PENALTY = 5.0
WORTHS = (0.001, 0.0012, 0.0016, 0.0020, 0.0024, 0.0032)  # how much a further quote has to be worth, as it might be


@dataclass(frozen=True)
class Example:
    """A question with what was found for it; `places` are (path, start, end) of the answer, none if there is none."""

    id: str
    bot: ColumnBot
    places: tuple[tuple[str, int, int], ...]
    answers: tuple[str, ...]
    retrieved: Retrieved
    evidence: tuple[Evidence, ...]
    reworded: bool = False  # in other words than the answer has, on purpose

    def answers_it(self, item: Evidence) -> bool:
        """Whether that sentence is the answer, or most of it."""
        return self.answered_by(item.passage, item.sentence)

    def answered_by(self, passage: Passage, sentence: Sentence) -> bool:
        """Whether that sentence of a passage is the answer, or most of it."""
        text = passage.article.text[sentence.start : sentence.end]
        return self._holds(passage.article.path, sentence.start, sentence.end, text)

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


def examples(
    bot: ColumnBot, questions: Path, reader: Reader | None = None, *, left_out: bool = False, every: int = 1
) -> list[Example]:
    """The questions that still fit the text of the archive: all, or what was left out of teaching; one in `every`."""
    embedder = open_embedder(bot.index.manifest.model).embedder
    items = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    found = []
    for item in [item for item in items if not left_out or was_left_out(item)][::every]:
        texts = [bot.article(path).text[start:end] for path, start, end in item["places"]]
        if [hash_of(text) for text in texts] != item["hashes"]:
            print(f"left out: the text that answers {item['id']} has changed")
            continue
        retrieved = retrieve(bot.index, embedder, understand(item["question"], bot.index.archive))
        retrieved = within_bounds(bot.index, retrieved)
        places = tuple((path, start, end) for path, start, end in item["places"])
        weighed = tuple(weigh_sentences(bot.index, retrieved, reader))
        found.append(Example(item["id"], bot, places, tuple(item["answers"]), retrieved, weighed))
    return found


def hash_of(text: str) -> str:
    """What the files know a text of an archive by."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def was_left_out(item: Mapping[str, Any]) -> bool:
    """Whether neither `train_reader.py` nor `train_questions.py` teaches that question.

    That is so of a quarter of the columns, and of the questions that none answers.
    """
    key = item["places"][0][0] if item["places"] else item["id"]
    return zlib.crc32(key.encode()) % 4 == 0


Pairs = Sequence[tuple[NDArray[np.float32], NDArray[np.bool_]]]  # of a question: features (n, f), and which answer


def of_sentences(training: Sequence[Example]) -> Pairs:
    """The features of the sentences weighed, and which of them answer."""
    return [
        (np.array([e.features for e in x.evidence]), np.array([x.answers_it(e) for e in x.evidence])) for x in training
    ]


def fit_softmax(pairs: Pairs, penalty: float) -> NDArray[np.float32]:
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


def left_out(data: Sequence[Example], weighing: Weighing) -> tuple[list[Answer], NDArray[np.float64]]:
    """For each example what is answered were nothing refused, and the confidence, with weights fitted on the others."""
    order = np.random.default_rng(0).permutation(len(data))
    answers, sure = answered(data, weighing), np.zeros(len(data))
    for fold in range(FOLDS):
        test, training = order[fold::FOLDS], np.concatenate([order[f::FOLDS] for f in range(FOLDS) if f != fold])
        fitted = fit([data[i] for i in training], weighing)
        for i, answer in zip(test, answered([data[i] for i in test], fitted), strict=True):
            answers[i] = answer
        sure[test] = confidences([data[i] for i in test], fitted)
    return answers, sure


def fit(data: Sequence[Example], weighing: Weighing) -> Weighing:
    """That weighing, with the weights that these examples ask for, of which something was found."""
    data = [x for x in data if x.evidence]
    plain = [x for x in data if x.places and not x.reworded]
    fitted = replace(weighing, sentence=fit_softmax(of_sentences(plain), PENALTY))
    right = np.array([x.is_right(answer) for x, answer in zip(data, answered(data, fitted), strict=True)])
    known = np.array([bool(x.places) for x in data])
    return replace(fitted, confidence=fit_confidence(of_confidence(data, fitted), known, right))


def answered(data: Sequence[Example], weighing: Weighing) -> list[Answer]:
    """What is answered were nothing refused."""
    anything = replace(weighing, sure_enough=0.0, sure_enough_to_go_on=0.0)
    return [answer_from(x.bot.index, x.retrieved, weighed(x.evidence, weighing), anything) for x in data]


def of_confidence(data: Sequence[Example], weighing: Weighing) -> NDArray[np.float32]:
    """What the confidence is made of, a row an example of which something was found."""
    return np.array([confidence_features(x.bot.index, x.retrieved, weighed(x.evidence, weighing)) for x in data])


def confidences(data: Sequence[Example], weighing: Weighing) -> NDArray[np.float64]:
    """How sure each answer is; not at all where nothing was found."""
    sure, found = np.zeros(len(data)), np.array([bool(x.evidence) for x in data])
    features = of_confidence([x for x in data if x.evidence], weighing)
    sure[found] = 1 / (1 + np.exp(-(features @ weighing.confidence)))
    return sure


def show_archives(data: Sequence[Example], weighing: Weighing, archives: Mapping[str, ColumnBot]) -> None:
    """Print how well a confidence that was fitted on an archive's own questions does there, and one that was not."""
    data = [x for x in data if x.evidence]
    features, answers = of_confidence(data, weighing), answered(data, weighing)
    right = np.array([x.is_right(answer) for x, answer in zip(data, answers, strict=True)])
    known = np.array([bool(x.places) for x in data])
    for name, bot in archives.items() if len(archives) > 1 else ():
        here = np.array([x.bot is bot for x in data])
        rows, own = np.flatnonzero(here), np.zeros(here.sum())
        for fold in range(FOLDS):
            training = rows[np.arange(len(rows)) % FOLDS != fold]
            fitted = fit_confidence(features[training], known[training], right[training])
            own[fold::FOLDS] = features[rows[fold::FOLDS]] @ fitted
        others = features[rows] @ fit_confidence(features[~here], known[~here], right[~here])
        print(f"{name}: whether each of {len(rows)} questions is answered right", end=", by how sure columnbot is:")
        for title, odds in (("its own weights", own), ("those of the other archives", others)):
            loss = log_loss(right[rows], 1 / (1 + np.exp(-odds)))
            print(f" {title} AUROC {roc_auc_score(right[rows], odds):.3f}, log loss {loss:.3f};", end="")
        print()


def main() -> None:
    """Print the weights fitted on all questions, and the figures on questions left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, nargs=2, action="append", metavar=("INDEX", "FILE"), required=True)
    parser.add_argument("--some", nargs=3, action="append", metavar=("INDEX", "FILE", "EVERY"), default=[])
    parser.add_argument("--quick", action="store_true", help="without the reader")
    args = parser.parse_args()
    reader, weighing = (None, QUICK) if args.quick else (open_reader(), READ)
    opened = {place: ColumnBot.open(Path(place)) for place, *_ in (*args.questions, *args.some)}
    data = [x for place, file in args.questions for x in examples(opened[place], Path(file), reader, left_out=True)]
    for place, file, every in args.some:
        more = examples(opened[place], Path(file), reader, left_out=True, every=int(every))
        data += [replace(x, reworded=True) for x in more]
    known = np.array([bool(x.places) for x in data])
    print(f"{known.sum()} questions with an answer, {(~known).sum()} without")

    fitted = fit(data, weighing)
    print(f"sentence   {np.round(fitted.sentence.astype(float), 2).tolist()}")
    print(f"confidence {np.round(fitted.confidence.astype(float), 2).tolist()}")
    sure = confidences(data, fitted)
    print(f"one in ten of those with an answer lie below {np.quantile(sure[known], 0.1):.2f}")

    for worth in WORTHS:
        answers, sure = left_out(data, replace(weighing, worth_reading=worth))
        right = np.array([x.is_right(answer) for x, answer in zip(data, answers, strict=True)])
        words = np.mean([len(answer.text.split()) for answer, there in zip(answers, known, strict=True) if there])
        print(
            f"left out, worth_reading {worth:.4f}: {right[known].mean():.3f} right in {words:.0f} words were all",
            end=" ",
        )
        print(f"answered; AUROC of an answer being there {roc_auc_score(known, sure):.3f}")
    enough = weighing.sure_enough
    print(f"refused below {enough}: {(sure[known] < enough).mean():.2f} of those with an answer,", end=" ")
    print(f"{(sure[~known] < enough).mean():.2f} of those without")
    show_archives(data, fitted, opened)


if __name__ == "__main__":
    main()
