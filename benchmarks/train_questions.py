"""Teaches the bundled model how to ask (`columnbot/embedding/questions.npz`), and writes what it learnt.

    python benchmarks/train_questions.py --questions INDEX benchmarks/questions.jsonl \
        --questions INDEX benchmarks/more_questions.jsonl --questions ANOTHER_INDEX benchmarks/government.jsonl \
        --questions A_THIRD_INDEX benchmarks/weblogs.jsonl --questions A_THIRD_INDEX benchmarks/more_weblogs.jsonl \
        --questions A_FOURTH_INDEX benchmarks/columns.jsonl --write src/columnbot/embedding/questions.npz

Only how a question is embedded is learnt; passages keep their vectors, so that no index has to be built again
(query-side fine-tuning: Lee et al. 2021, "Learning Dense Representations of Phrases at Scale"). A question learns to
put the passages that answer it before the others that are found for it, by all that `columnbot.retrieval` ranks them by
and with its weights; and, a little, before all of the archive by its vector alone. Of what was learnt a part is kept,
which holds better for archives it was not learnt from (Wortsman et al. 2022, "Robust Fine-Tuning of Zero-Shot Models").
What is printed is of the questions left out, the same as `train_reader.py` leaves out: how often the best passage found
answers, and one of the best five. A quarter of an hour on two cores. Needs the extra `[bench]`.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bundled_model import build_bert
from columnbot import ColumnBot
from columnbot.embedding import open_embedder
from columnbot.embedding.bundled import QUERY_PROMPT
from columnbot.embedding.weights import build_tokenizer, bundled_file, read_weights
from columnbot.index import Index
from columnbot.index.arrays import runs
from columnbot.questions import Question, telling_words, understand
from columnbot.retrieval import TOPIC_WEIGHTS, WEIGHTS, Retrieved, retrieve
from fit import hash_of, was_left_out
from low_rank import Adapted, adapt, learnt_by
from titles import telling_titles, write_untitled

KEPT = 0.7  # share of what was learnt that is written
BY_VECTOR, TEMPERATURE = 0.1, 0.03  # what the vector alone counts for, and the softmax over its cosines
CANDIDATES, MEASURED = 50, 100  # passages of a question that are told apart
HURRIED = 0.2  # how often a question is as typed in a hurry
LONGEST, WARMING = 64, 30  # tokens; steps
GIVEN = ("words", "grams", "column_grams", "favour", "length")  # the signals that the model has no part in


class Archive:
    """An index as torch sees it: the vectors of its passages, and where each one's column begins and ends."""

    def __init__(self, bot: ColumnBot) -> None:
        self.bot, self.index = bot, bot.index
        articles = [self.index.passages[number].article.path for number in range(len(self.index))]
        first = np.flatnonzero([n == 0 or path != articles[n - 1] for n, path in enumerate(articles)])
        ends = np.append(first[1:], len(articles))
        self.columns = np.repeat(np.column_stack([first, ends]), ends - first, axis=0)
        self.passages = tensor(self.index.passage_vectors.of(np.arange(len(self.index))))
        self.numbers: dict[str, list[int]] = defaultdict(list)
        for number, path in enumerate(articles):
            self.numbers[path].append(number)

    def holding(self, places: Sequence[tuple[str, int, int]]) -> NDArray[np.int64]:
        """The passages that most of one of these places stands in."""
        held = {
            number
            for path, start, end in places
            for number in self.numbers[path]
            if (passage := self.index.passages[number])
            and min(passage.end, end) - max(passage.start, start) >= 0.7 * (end - start)
        }
        return np.array(sorted(held), np.int64)


@dataclass(frozen=True)
class Asked:
    """A question, as it stands and as typed in a hurry: tokens, and those of each telling word, which has a weight.

    `right` are the passages that answer, among all; `found` those that were found, `given` their signals (n, 5) that
    stay, and `weights` what the signals count for.
    """

    archive: Archive
    forms: tuple[tuple[list[int], list[list[int]]], ...]
    rarities: Tensor
    right: NDArray[np.int64]
    found: NDArray[np.int64]
    given: Tensor
    weights: dict[str, float]
    source: str
    left_out: bool


def tensor(values: Any) -> Tensor:
    """NumPy's numbers as float32."""
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))


@dataclass
class Asking:
    """Puts questions to archives as columnbot does, and keeps what is needed to do so again with other vectors."""

    tokenizer: Any
    archives: dict[str, Archive] = field(default_factory=dict)

    def questions(self, index: str, file: Path) -> list[Asked]:
        """Those of a file that a passage answers."""
        if index not in self.archives:
            self.archives[index] = Archive(ColumnBot.open(Path(index), quick=True))
        archive = self.archives[index]
        embedder = open_embedder(archive.index.manifest.model).embedder
        asked = []
        for item in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            texts = [archive.bot.article(path).text[start:end] for path, start, end in item["places"]]
            right = archive.holding(item["places"])
            if [hash_of(text) for text in texts] != item["hashes"] or len(right) == 0:
                continue
            retrieved = retrieve(archive.index, embedder, understand(item["question"], archive.index.archive))
            asked.append(self._kept(archive, retrieved, right, file.stem, was_left_out(item)))
        return asked

    def titles(self, articles: str, index: str) -> list[Asked]:
        """The titles of an archive, asked of an index of it without them: each after any passage of its column."""
        with TemporaryDirectory() as scratch:
            titles = write_untitled(Path(articles), Path(scratch))
        archive = self.archives[index] = Archive(ColumnBot.open(Path(index), quick=True))
        embedder = open_embedder(archive.index.manifest.model).embedder
        asked = []
        for path, title in telling_titles(titles, archive.index).items():
            retrieved = retrieve(archive.index, embedder, understand(title, archive.index.archive))
            left_out = was_left_out({"places": [[path]]})
            asked.append(self._kept(archive, retrieved, np.array(archive.numbers[path]), "titles", left_out))
        return asked

    def _kept(
        self, archive: Archive, retrieved: Retrieved, right: NDArray[np.int64], source: str, left_out: bool
    ) -> Asked:
        question = retrieved.searched
        found = retrieved.candidates[:MEASURED]
        given = [[candidate.signals.get(name, 0.0) for name in GIVEN] for candidate in found]
        return Asked(
            archive,
            (self._tokens(question, question.text), self._tokens(question, question.text.lower().rstrip(" ?!."))),
            tensor(retrieved.asked.weights),
            right,
            np.array([candidate.number for candidate in found], np.int64),
            tensor(given).reshape(len(found), len(GIVEN)),
            TOPIC_WEIGHTS if retrieved.question.is_topic else WEIGHTS,
            source,
            left_out,
        )

    def _tokens(self, question: Question, typed: str) -> tuple[list[int], list[list[int]]]:
        encoded = self.tokenizer.encode(QUERY_PROMPT + typed)
        places = [(start - len(QUERY_PROMPT), end - len(QUERY_PROMPT)) for start, end in encoded.offsets[:LONGEST]]
        words = telling_words(question.text, question.aside)
        return encoded.ids[:LONGEST], [
            [n for n, (start, end) in enumerate(places) if start < end and start < last and end > first]
            for first, last in words
        ]


def states(bert: Any, forms: Sequence[tuple[list[int], list[list[int]]]], padding: int) -> list[Tensor]:
    """The states of the tokens of each question, (t, d)."""
    longest = max(len(ids) for ids, _ in forms)
    ids = torch.tensor([tokens + [padding] * (longest - len(tokens)) for tokens, _ in forms])
    found = bert(input_ids=ids, attention_mask=(ids != padding).long()).last_hidden_state
    return [found[n, : len(tokens)] for n, (tokens, _) in enumerate(forms)]


def unit(vectors: Tensor) -> Tensor:
    """Of length one."""
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp(min=1e-9)


def best_of(values: Tensor, counts: NDArray[np.int64]) -> Tensor:
    """The highest of successive runs of rows."""
    run = torch.repeat_interleave(torch.arange(len(counts)), torch.from_numpy(counts))
    shape = (len(counts), *values.shape[1:])
    run = run.reshape(-1, *[1] * (values.dim() - 1)).expand_as(values)
    return torch.zeros(shape).scatter_reduce(0, run, values, "amax", include_self=False)


def standing(spread: Any, vector: Tensor, cosines: Tensor) -> Tensor:
    """Inner products as z-scores, as `Spread.standardise` does."""
    mean, covariance = tensor(spread.mean), tensor(spread.covariance)
    return (cosines - vector @ mean) / (vector @ covariance @ vector).clamp(min=1e-12).sqrt()


def scores(asked: Asked, of_tokens: Tensor, words: Sequence[Sequence[int]], most: int) -> Tensor:
    """What `columnbot.retrieval` makes of the best so many passages found, (n,)."""
    index: Index = asked.archive.index
    vector, found = unit(of_tokens.mean(0)), asked.found[:most]
    sentences = tensor(index.sentence_vectors.of(found)) @ vector
    nearest = best_of(sentences, index.sentence_vectors.counts(found))
    leads = asked.archive.passages[asked.archive.columns[found, 0]] @ vector
    signals = {
        "passage": standing(index.passage_spread, vector, asked.archive.passages[found] @ vector),
        "lead": standing(index.passage_spread, vector, leads),
        "sentence": standing(index.sentence_spread, vector, nearest),
    }
    total = sum(asked.weights[name] * values for name, values in signals.items())
    total = total + asked.given[:most] @ torch.tensor([asked.weights[name] for name in GIVEN])
    if not words:
        return total
    means = torch.stack([of_tokens[list(word)].mean(0) if word else of_tokens.mean(0) for word in words])
    projected = unit((unit(means) - tensor(index.word_axes.mean)) @ tensor(index.word_axes.axes))
    columns, column_of = np.unique(asked.archive.columns[found], axis=0, return_inverse=True)
    lengths = columns[:, 1] - columns[:, 0]
    every = runs(columns[:, 0], lengths)
    near = tensor(index.word_vectors.of(every)) / 127 @ projected.T
    matches = best_of(near, index.word_vectors.counts(every))
    meaning = matches[np.searchsorted(every, found)] @ asked.rarities
    column = (best_of(matches, lengths) @ asked.rarities)[column_of.reshape(-1)]
    return total + asked.weights["meaning"] * meaning + asked.weights["column"] * column


def missed(values: Tensor, right: Any) -> Tensor:
    """How unlikely those that are right are in a softmax over all."""
    return values.logsumexp(0) - values[right].logsumexp(0)


def teach(bert: Any, questions: Sequence[Asked], *, rounds: float, pace: float, size: int, padding: int) -> None:
    """So many times all questions, in random order."""
    learnt = [values for values in bert.parameters() if values.requires_grad]
    optimiser = torch.optim.AdamW(learnt, weight_decay=0.01)
    steps, order, losses = int(rounds * len(questions) / size) + 1, [], []
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = pace * min(1.0, (step + 1) / WARMING) * max(0.02, 1 - step / steps)
        if len(order) < size:
            order = random.sample(range(len(questions)), len(questions))
        batch = [questions[order.pop()] for _ in range(min(size, len(order)))]
        forms = [asked.forms[random.random() < HURRIED] for asked in batch]
        loss = torch.zeros(())
        for asked, (_, words), of_tokens in zip(batch, forms, states(bert, forms, padding), strict=True):
            cosines = asked.archive.passages @ unit(of_tokens.mean(0))
            loss = loss + BY_VECTOR * missed(cosines / TEMPERATURE, asked.right)
            right = np.isin(asked.found[:CANDIDATES], asked.right)
            if right.any():
                loss = loss + (1 - BY_VECTOR) * missed(scores(asked, of_tokens, words, CANDIDATES), right)
        optimiser.zero_grad()
        (loss / len(batch)).backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        losses.append(loss.item() / len(batch))
        if step % 50 == 0:
            print(f"{step} of {steps}: loss {np.mean(losses[-50:]):.3f}", flush=True)


@torch.no_grad()
def measure(bert: Any, questions: Sequence[Asked], padding: int, when: str) -> None:
    """Print how often the best of the passages found answers, and one of the best five."""
    marks = defaultdict(list)
    for asked in questions:
        form = asked.forms[0]
        (of_tokens,) = states(bert, [form], padding)
        order = scores(asked, of_tokens, form[1], MEASURED).argsort(descending=True, stable=True).numpy()
        right = np.isin(asked.found[order], asked.right)
        marks[asked.source].append((right[:1].any(), right[:5].any()))
    for source, of_source in marks.items():
        first, five = np.mean(of_source, axis=0)
        print(
            f"{when}, {source}: {len(of_source)} questions, {first:.3f} first, {five:.3f} in the first five", flush=True
        )


def main() -> None:
    """Teach, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", nargs=2, action="append", metavar=("INDEX", "FILE"), required=True)
    parser.add_argument("--titles", nargs=2, action="append", metavar=("ARTICLES", "UNTITLED_INDEX"), default=[])
    parser.add_argument("--rank", type=int, default=16, help="of the matrices learnt")
    parser.add_argument("--rounds", type=float, default=1.0, help="how often each question comes")
    parser.add_argument("--pace", type=float, default=1e-3, help="how fast it learns")
    parser.add_argument("--batch", type=int, default=32, help="questions at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unseen", nargs="*", default=[], metavar="NAME", help="files that are left out whole")
    parser.add_argument("--write", type=Path, required=True)
    args = parser.parse_args()
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    file = bundled_file()
    if file is None:
        raise SystemExit("The bundled model has no package for this kind of machine.")
    weights = read_weights(file)
    padding = weights.special["pad"]
    bert = build_bert(weights)
    bert.requires_grad_(False)
    for layer in bert.encoder.layer:
        adapt(layer, args.rank)
    for module in bert.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    asking = Asking(build_tokenizer(weights))
    questions = [asked for index, name in args.questions for asked in asking.questions(index, Path(name))]
    questions += [asked for articles, index in args.titles for asked in asking.titles(articles, index)]
    taught = [asked for asked in questions if not asked.left_out and asked.source not in args.unseen]
    left_out = [asked for asked in questions if asked.left_out or asked.source in args.unseen]
    print(f"{len(taught)} questions to learn from", flush=True)
    measure(bert, left_out, padding, "before")
    teach(bert, taught, rounds=args.rounds, pace=args.pace, size=args.batch, padding=padding)
    for module in bert.modules():
        if isinstance(module, Adapted):
            module.up.data *= KEPT
    measure(bert, left_out, padding, "after")
    np.savez(args.write, **learnt_by(bert))  # as it is: to unpack it takes longer than to read it


if __name__ == "__main__":
    main()
