"""Teaches the reader (`columnbot/embedding/reader.py`), and writes what it learnt.

    python benchmarks/train_reader.py --questions INDEX benchmarks/questions.jsonl \
        --questions INDEX benchmarks/more_questions.jsonl \
        --questions ANOTHER_INDEX benchmarks/government.jsonl \
        --squad SQuAD_it-test.json xquad.de.json xquad.en.json xquad.es.json xquad.ro.json \
        --selqa SelQA-ass-dev.json SelQA-ass-test.json --wikiqa WikiQA.tsv \
        --write src/columnbot/embedding/reader.npz

It learns from questions of others about Wikipedia, in English, German, Italian, Romanian and Spanish, and then from
three quarters of our own (`fit.py`, which fits and measures on the fourth). Others' are SQuAD-it (Croce et al. 2018),
XQuAD (Artetxe et al. 2020), SelQA (Jurczyk et al. 2016) and WikiQA (Yang et al. 2015); none is in this repository.
Each question goes with the passage that answers and with others that come near and do not: of those it has to say so.
Forty minutes on two cores with bfloat16. Needs the extra `[bench]`.
"""

import argparse
import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from columnbot import ColumnBot
from columnbot.embedding import PassageInput
from columnbot.embedding.bundled import build_sentence_transformer
from columnbot.embedding.reader import LONGEST_QUESTION, PASSAGE, QUESTION
from columnbot.embedding.weights import bundled_file, read_weights
from columnbot.evidence import PASSAGES_READ, to_read
from columnbot.language import sentence_spans
from fit import examples, left_out_of_reader

LAYERS, FIRST_ADAPTED, RANK = 8, 2, 16
OTHERS, OWN_ROUNDS, NEAR = 9000, 1.6, 3  # lessons of others, how often each of ours, near passages beside an answer
MIXED = 0.3  # of ours among those of others, before ours alone
SWAPPED, MISSED = 0.35, 0.5  # how often a parallel passage in another language is read, and one that does not answer
LONGEST, BATCH, RATE, HEAD_RATE, WARMING = 384, 16, 6e-4, 2e-3, 60
NAMES = {
    "attention.self.query": "q", "attention.self.key": "k", "attention.self.value": "v",
    "attention.output.dense": "ao", "intermediate.dense": "fi", "output.dense": "fo",
}  # fmt: skip


@dataclass(frozen=True)
class Lesson:
    """A question, a passage, and the numbers of its sentences that answer; none if nothing there does."""

    question: str
    passage: PassageInput
    right: frozenset[int]


def of_squad(files: Sequence[Path]) -> Iterator[Lesson]:
    """SQuAD's format; a parallel text (XQuAD) is read in another of its languages now and then."""
    texts = {file: list(_paragraphs(file)) for file in files}
    parallel = [file for file in files if len(texts[file]) == 240]
    for file in files:
        for number, (title, passage, questions) in enumerate(texts[file]):
            beside = [read for other, read, _ in texts[file] if other == title and read is not passage]
            for question, start in questions:
                right = frozenset(n for n, (a, b) in enumerate(passage.sentences) if a <= start < b)
                read = passage
                if file in parallel and random.random() < SWAPPED:
                    other = texts[random.choice(parallel)][number][1]
                    read = other if len(other.sentences) == len(passage.sentences) else passage
                if right:
                    yield Lesson(question, read, right)
                if beside and random.random() < MISSED:
                    yield Lesson(question, _near(question, beside), frozenset())


def _paragraphs(file: Path) -> Iterator[tuple[str, PassageInput, list[tuple[str, int]]]]:
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            questions = [(q["question"], q["answers"][0]["answer_start"]) for q in paragraph["qas"] if q["answers"]]
            yield article["title"], PassageInput(text, tuple(sentence_spans(text, "en"))), questions


def of_selqa(files: Iterable[Path]) -> Iterator[Lesson]:
    """SelQA: a section of an article, and which of its sentences answer."""
    items = [item for file in files for item in json.loads(file.read_text(encoding="utf-8"))]
    sections = defaultdict(dict)
    for item in items:
        sections[item["article"]][tuple(item["candidates"])] = _joined(item["candidates"])
    for item in items:
        own = tuple(item["candidates"])
        if item["answers"]:
            yield Lesson(item["question"], sections[item["article"]][own], frozenset(item["answers"]))
        beside = [passage for key, passage in sections[item["article"]].items() if key != own]
        if beside and random.random() < MISSED:
            yield Lesson(item["question"], _near(item["question"], beside), frozenset())


def of_wikiqa(file: Path) -> Iterator[Lesson]:
    """WikiQA: the first section of an article, and which of its sentences answer."""
    sections: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            sections[row["Question"], row["DocumentTitle"]].append((row["Sentence"], row["Label"]))
    for (question, _), sentences in sections.items():
        right = frozenset(n for n, (_, label) in enumerate(sentences) if label == "1")
        if right:
            yield Lesson(question, _joined([sentence for sentence, _ in sentences]), right)


def _joined(sentences: Sequence[str]) -> PassageInput:
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences]).tolist()
    spans = [(end - 1 - len(sentence), end - 1) for end, sentence in zip(ends, sentences, strict=True)]
    return PassageInput(" ".join(sentences), tuple(spans))


def _near(question: str, passages: Sequence[PassageInput]) -> PassageInput:
    """One of the three passages that share most words with the question."""
    asked = set(question.lower().split())
    by_words = sorted(passages, key=lambda passage: -len(asked & set(passage.text.lower().split())))
    return random.choice(by_words[:3])


def of_ours(asked: Sequence[tuple[Path, Path]]) -> list[list[Lesson]]:
    """Of each question that the reader may learn from: those with an answer first, then the others that were found."""
    lessons = []
    for place, file in asked:
        bot = ColumnBot.open(place, quick=True)
        taught = {
            item["id"]
            for line in file.read_text(encoding="utf-8").splitlines()
            if not left_out_of_reader(item := json.loads(line))
        }
        for example in examples(bot, file):
            if example.id not in taught:
                continue
            found = example.retrieved.candidates
            read = [c.number for c in found[:PASSAGES_READ]] + [c.number for c in found if example.holds_it(c.number)]
            of_question = []
            for number in dict.fromkeys(read):
                passage = bot.index.passages[number]
                right = frozenset(
                    n for n, sentence in enumerate(passage.sentences) if example.answered_by(passage, sentence)
                )
                of_question.append(Lesson(example.retrieved.searched.focus, to_read(passage), right))
            lessons.append(sorted(of_question, key=lambda lesson: not lesson.right))
    return lessons


def a_round(ours: Sequence[Sequence[Lesson]]) -> list[Lesson]:
    """Of each question two passages that answer, at most, and some that do not."""
    lessons = []
    for of_question in ours:
        right = [lesson for lesson in of_question if lesson.right]
        wrong = [lesson for lesson in of_question if not lesson.right]
        lessons += right[:2] + random.sample(wrong, min(NEAR, len(wrong)))
    return lessons


class Adapted(nn.Module):
    """A linear layer that stays as it is, with a matrix of low rank beside it (LoRA, Hu et al. 2021)."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(RANK, linear.in_features) / linear.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(linear.out_features, RANK))

    def forward(self, x: Tensor) -> Tensor:
        """The layer's own, and what was learnt."""
        return self.linear(x) + 2 * (x @ self.down.T.to(x.dtype)) @ self.up.T.to(x.dtype)


class Pupil(nn.Module):
    """The reader as it learns."""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        bert.requires_grad_(False)
        bert.set_attn_implementation("eager")
        bert.encoder.layer = bert.encoder.layer[:LAYERS]
        for layer in bert.encoder.layer[FIRST_ADAPTED:]:
            for name in NAMES:
                *path, last = name.split(".")
                owner = layer.get_submodule(".".join(path))
                setattr(owner, last, Adapted(getattr(owner, last)))
        for module in bert.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        size = bert.config.hidden_size
        self.bert = bert
        self.head = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 1))
        self.null = nn.Linear(size, 1)
        nn.init.normal_(self.null.weight, std=0.02)
        nn.init.zeros_(self.null.bias)

    def forward(self, ids: Tensor, there: Tensor, owners: Tensor) -> Tensor:
        """Of tokens (b, t) and their sentences' numbers: scores, (b, 1 + sentences), the first that nothing answers."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.bert(input_ids=ids, attention_mask=there).last_hidden_state
        states = states.float()
        of_sentence = nn.functional.one_hot(owners + 1)[..., 1:].transpose(1, 2).float()  # (b, sentences, t)
        counts = of_sentence.sum(-1, keepdim=True)
        scores = (
            self.head(of_sentence @ states / counts.clamp(min=1)).squeeze(-1).masked_fill(counts[..., 0] == 0, -1e4)
        )
        return torch.cat([self.null(states[:, 0]), scores], dim=1)

    def learnt(self) -> dict[str, np.ndarray]:
        """Under the names that `columnbot.embedding.reader` knows."""
        found = {"layers": np.array(LAYERS)}
        for number, layer in enumerate(self.bert.encoder.layer):
            for name, short in NAMES.items():
                if isinstance(adapted := layer.get_submodule(name), Adapted):
                    found[f"l{number}.{short}.w.up"] = (2 * adapted.up).detach().numpy().astype(np.float16)
                    found[f"l{number}.{short}.w.down"] = adapted.down.detach().numpy().astype(np.float16)
        heads = [*self.head.named_parameters(prefix="head"), *self.null.named_parameters(prefix="null")]
        return found | {name: values.detach().numpy().astype(np.float16) for name, values in heads}


def in_tokens(lesson: Lesson, tokenizer: Any) -> tuple[list[int], list[int]]:
    """The tokens as the reader has them, and of each the number of its sentence, -1 if it is in none."""
    asked = tokenizer(QUESTION + lesson.question, truncation=True, max_length=LONGEST_QUESTION)["input_ids"]
    text = tokenizer(PASSAGE + lesson.passage.text, add_special_tokens=False, return_offsets_mapping=True)
    last = np.array(text["offset_mapping"]).reshape(-1, 2)[:, 1] - len(PASSAGE) - 1
    starts, ends = np.array(lesson.passage.sentences).reshape(-1, 2).T
    owners = np.searchsorted(starts, last, side="right") - 1
    owners[(owners >= 0) & (last >= ends[owners])] = -1
    room = LONGEST - len(asked) - 1
    answering = np.flatnonzero(np.isin(owners, list(lesson.right)))
    first = max(0, answering[-1] - room + 20) if len(answering) and answering[-1] >= room else 0
    ids = [*asked, *text["input_ids"][first : first + room], tokenizer.eos_token_id]
    return ids, [*[-1] * len(asked), *owners[first : first + room].tolist(), -1]


def batches(lessons: Sequence[Lesson], tokenizer: Any) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Batches of about one length: tokens, where there are any, their sentences, and which scores are right."""
    for start in range(0, len(lessons), 16 * BATCH):
        window = [(*in_tokens(lesson, tokenizer), lesson.right) for lesson in lessons[start : start + 16 * BATCH]]
        window.sort(key=lambda item: len(item[0]))
        parts = [window[n : n + BATCH] for n in range(0, len(window), BATCH)]
        random.shuffle(parts)
        for part in parts:
            longest = max(len(ids) for ids, _, _ in part)
            ids = torch.full((len(part), longest), tokenizer.pad_token_id)
            owners = torch.full((len(part), longest), -1)
            right = torch.zeros(len(part), 2 + max(max(of) for _, of, _ in part), dtype=torch.bool)
            for row, (tokens, of, answers) in enumerate(part):
                ids[row, : len(tokens)] = torch.tensor(tokens)
                owners[row, : len(tokens)] = torch.tensor(of)
                right[row, [1 + n for n in answers if n in of]] = True
                right[row, 0] = not right[row].any()
            yield ids, (ids != tokenizer.pad_token_id).long(), owners, right


def teach(pupil: Pupil, lessons: Sequence[Lesson], tokenizer: Any) -> None:
    """One pass over the lessons, in their order."""
    heads = [*pupil.head.parameters(), *pupil.null.parameters()]
    adapted = [p for p in pupil.bert.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW([{"params": adapted}, {"params": heads}], weight_decay=0.01)
    steps, lost = len(lessons) // BATCH, []
    for step, (ids, there, owners, right) in enumerate(batches(lessons, tokenizer)):
        share = min(1.0, (step + 1) / WARMING) * max(0.02, 1 - step / steps)
        for group, rate in zip(optimiser.param_groups, (RATE, HEAD_RATE), strict=True):
            group["lr"] = rate * share
        scores = pupil(ids, there, owners)
        loss = (scores.logsumexp(1) - scores.masked_fill(~right, -1e4).logsumexp(1)).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*adapted, *heads], 1.0)
        optimiser.step()
        lost.append(loss.item())
        if step % 50 == 0:
            print(f"{step} of {steps}: loss {np.mean(lost[-50:]):.3f}", flush=True)


def main() -> None:
    """Gather the lessons, teach, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, nargs=2, action="append", metavar=("INDEX", "FILE"), required=True)
    parser.add_argument("--squad", type=Path, nargs="+", required=True)
    parser.add_argument("--selqa", type=Path, nargs="+", required=True)
    parser.add_argument("--wikiqa", type=Path, required=True)
    parser.add_argument("--write", type=Path, required=True)
    args = parser.parse_args()
    random.seed(1)
    torch.manual_seed(1)
    others = [*of_squad(args.squad), *of_selqa(args.selqa), *of_wikiqa(args.wikiqa)]
    random.shuffle(others)
    ours = of_ours(args.questions)
    own = [*a_round(ours), *a_round(ours)]
    own = random.sample(own, int(len(own) * OWN_ROUNDS / 2))
    mixed = others[:OTHERS] + own[: int(MIXED * len(own))]
    random.shuffle(mixed)
    lessons = mixed + own[int(MIXED * len(own)) :]
    print(f"{len(lessons)} lessons, {len(own)} of them ours")
    file = bundled_file()
    if file is None:
        raise SystemExit("The bundled model has no package for this kind of machine.")
    model = build_sentence_transformer(read_weights(file))
    pupil = Pupil(model[0].model)
    teach(pupil, lessons, model.tokenizer)
    np.savez_compressed(args.write, **pupil.learnt())


if __name__ == "__main__":
    main()
