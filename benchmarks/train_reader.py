"""Teaches the reader (`columnbot/embedding/reader.py`), and writes what it learnt.

    python benchmarks/train_reader.py LESSONS.npz --layers 12 --whole --write teacher.pt      # some, of other seeds
    python benchmarks/train_reader.py LESSONS.npz --teachers teacher*.pt --write src/columnbot/embedding/reader.npz

LESSONS.npz comes out of `gather_lessons.py`. Teachers learn with every layer and all of its weights; the reader, of
fewer layers and with matrices of low rank alone, learns from the lessons and from what the teachers together make of
them where they are right (Hinton et al. 2015). What is printed at the end is of the questions that were left out. The
reader that comes with columnbot had three teachers, of seeds 1 to 3, and `--rounds 0.35 0.2 0.05`: four minutes on an
H100, after five for the three at once. When there were questions about more archives it went on, with itself as it was
for a teacher, so that it forgot little, in half an hour on two cores:

    python benchmarks/train_reader.py LESSONS.npz --start reader.npz --teachers reader.npz --believed 0.6 --rounds 0 \
        --pace 0.5 --batch 32 --near 2 --known questions more_questions government weblogs --write reader.npz

And once more, with `more_weblogs columns strange leads` among the known: forty minutes, and 20 GB of memory.

Needs the extra `[bench]`.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from bundled_model import build_bert
from columnbot.embedding.weights import bundled_file, read_weights
from lessons import CLAIMS, OTHERS, QUOTES, Lesson, Numbers, Text, read_lessons
from low_rank import NAMES, adapt, half, learnt_by

FIRST_ADAPTED = 2  # the lowest layers stay as they are
AGAIN = 1 / 3  # how many of the questions that it has learnt from before are enough when it goes on
HURRIED, TRANSLATED, MISSED = 0.2, 0.35, 0.5  # how often a question is as typed in a hurry; its passage a translation;
# and another's question is put to a passage that does not answer
LONGEST, WARMING = 384, 100
RATES = {"whole": 1.2e-4, "adapted": 1e-3, "head": 2e-3}


class Pupil(nn.Module):
    """The bundled model with a head for sentences, as it learns: `rank` of what is learnt, 0 for all of the weights."""

    def __init__(self, bert: Any, layers: int, rank: int) -> None:
        super().__init__()
        bert.requires_grad_(False)
        bert.encoder.layer = bert.encoder.layer[:layers]
        for layer in bert.encoder.layer[FIRST_ADAPTED:]:
            if rank == 0:
                layer.requires_grad_(True)
                continue
            adapt(layer, rank)
        for module in bert.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0 if rank else 0.1
        size = bert.config.hidden_size
        self.bert, self.rank = bert, rank
        self.head = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 1))
        self.null = nn.Linear(size, 1)
        nn.init.normal_(self.null.weight, std=0.02)
        nn.init.zeros_(self.null.bias)

    def forward(self, batch: "Batch") -> Tensor:
        """Scores (b, 1 + sentences): that nothing answers, and that each sentence does; -10,000 where there is none."""
        with torch.autocast(batch.ids.device.type, dtype=torch.bfloat16):
            states = self.bert(input_ids=batch.ids, attention_mask=batch.there).last_hidden_state
        states = states.float()
        of_sentence = nn.functional.one_hot(batch.owners + 1, batch.right.shape[1])[..., 1:].transpose(1, 2).float()
        counts = of_sentence.sum(-1, keepdim=True)
        scores = self.head(of_sentence @ states / counts.clamp(min=1)).squeeze(-1)
        return torch.cat([self.null(states[:, 0]), scores.masked_fill(counts[..., 0] == 0, -1e4)], dim=1)

    def start_from(self, learnt: Mapping[str, np.ndarray]) -> None:
        """Take over what `learnt` gave, of the same layers and rank."""
        state = {}
        for number in range(len(self.bert.encoder.layer)):
            for name, short in NAMES.items():
                if (key := f"l{number}.{short}.w") + ".up" in learnt:
                    state[f"bert.encoder.layer.{number}.{name}.up"] = torch.tensor(learnt[f"{key}.up"]) / 2
                    state[f"bert.encoder.layer.{number}.{name}.down"] = torch.tensor(learnt[f"{key}.down"])
        state |= {name: torch.tensor(learnt[name]) for name in learnt if name.startswith(("head", "null"))}
        self.load_state_dict(state, strict=False)

    def learnt(self) -> dict[str, np.ndarray]:
        """Under the names that `columnbot.embedding.reader` knows."""
        found = {"layers": np.array(len(self.bert.encoder.layer))} | learnt_by(self.bert)
        heads = [*self.head.named_parameters(prefix="head"), *self.null.named_parameters(prefix="null")]
        return found | {name: half(values) for name, values in heads}


@dataclass(frozen=True)
class Batch:
    """Token numbers (b, t), where there are any, their sentences, -1 for none, and what is right (b, 1 + sentences)."""

    ids: Tensor
    there: Tensor
    owners: Tensor
    right: Tensor


Reading = tuple[Numbers, Numbers, frozenset[int]]  # tokens, the sentence of each, and the sentences that answer


def put_together(asked: Numbers, text: Text, right: frozenset[int]) -> Reading:
    """A question and a text as the reader has them; of a long text the part with the answer."""
    room = LONGEST - len(asked) - 1
    answering = np.flatnonzero(np.isin(text.owners, list(right)))
    first = max(0, answering[-1] - room + 20) if len(answering) and answering[-1] >= room else 0
    ids = [asked, text.tokens[first : first + room], asked[-1:]]  # which closes a text too
    owners = text.owners[first : first + room]
    return (
        np.concatenate(ids),
        np.concatenate([np.full(len(asked), -1, np.int32), owners, [-1]]),
        right & set(owners.tolist()),
    )


def a_round(
    lessons: Sequence[Lesson], texts: Sequence[Text], share_of_others: float, known: Sequence[str], near: int
) -> list[Reading]:
    """Of each question of ours two passages that answer, at most, and `near` that do not; of others' fewer.

    Where none answers there are two more. Of the sources that are `known` a part is enough.
    """
    readings = []
    for lesson in lessons:
        share = share_of_others if lesson.source == OTHERS else AGAIN if lesson.source in known else 1.0
        if lesson.left_out or random.random() > share:
            continue
        right, wrong = lesson.right, lesson.wrong
        if lesson.source in (CLAIMS, QUOTES, OTHERS):
            chosen = [random.choice(right) if random.random() < TRANSLATED else right[0]] if right else wrong[:1]
            if right and wrong and random.random() < MISSED:
                chosen.append(random.choice(wrong))
        else:
            chosen = right[:2] + random.sample(wrong, min(near if right else near + 2, len(wrong)))
        for number, sentences in chosen:
            asked = lesson.asked[random.random() < HURRIED]
            readings.append(put_together(asked, texts[number], sentences))
    return readings


def batches(readings: Sequence[Reading], size: int, padding: int, device: str) -> Iterator[Batch]:
    """Batches of about one length, in random order within a window."""
    for start in range(0, len(readings), 16 * size):
        window = sorted(readings[start : start + 16 * size], key=lambda reading: len(reading[0]))
        parts = [window[n : n + size] for n in range(0, len(window), size)]
        random.shuffle(parts)
        for part in parts:
            yield batch_of(part, padding, device)


def batch_of(part: Sequence[Reading], padding: int, device: str) -> Batch:
    """Some readings side by side."""
    longest = max(len(ids) for ids, _, _ in part)
    ids = np.full((len(part), longest), padding, np.int64)
    owners = np.full((len(part), longest), -1, np.int64)
    right = np.zeros((len(part), 2 + max(int(of.max()) for _, of, _ in part)), np.bool_)
    for row, (tokens, of, answers) in enumerate(part):
        ids[row, : len(tokens)] = tokens
        owners[row, : len(tokens)] = of
        right[row, [1 + n for n in answers]] = True
        right[row, 0] = not answers
    there = (ids != padding).astype(np.int64)
    arrays = [torch.from_numpy(array).to(device, non_blocking=True) for array in (ids, there, owners, right)]
    return Batch(*arrays)


def teach(
    pupil: Pupil,
    readings: Sequence[Reading],
    teachers: Sequence[Pupil],
    *,
    size: int,
    pace: float,
    believed: float,
    padding: int,
    device: str,
) -> None:
    """One pass, in their order, `size` at a time, at so much of the usual pace.

    `believed` is how much of what is learnt is what the teachers make of it, where they are right.
    """
    heads = [*pupil.head.parameters(), *pupil.null.parameters()]
    within = [p for p in pupil.bert.parameters() if p.requires_grad]
    rates = [RATES["adapted" if pupil.rank else "whole"], RATES["head"]]
    optimiser = torch.optim.AdamW([{"params": within}, {"params": heads}], weight_decay=0.01)
    steps, lost = -(-len(readings) // size), []
    for step, batch in enumerate(batches(readings, size, padding, device)):
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = pace * rate * min(1.0, (step + 1) / WARMING) * max(0.02, 1 - step / steps)
        scores = pupil(batch)
        losses = scores.logsumexp(1) - scores.masked_fill(~batch.right, -1e4).logsumexp(1)
        lost.append(losses.detach().mean())
        if teachers:
            with torch.no_grad():
                chances = torch.stack([teacher(batch).softmax(1) for teacher in teachers]).mean(0)
            of_teachers = -(chances * scores.log_softmax(1).clamp(min=-50)).sum(1)
            heeded = believed * batch.right.gather(1, chances.argmax(1, keepdim=True)).squeeze(1)
            losses = (1 - heeded) * losses + heeded * of_teachers
        loss = losses.mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*within, *heads], 1.0)
        optimiser.step()
        if step % 200 == 0:
            print(f"{step} of {steps}: loss {torch.stack(lost[-200:]).mean().item():.3f}", flush=True)


@torch.no_grad()
def measure(pupil: Pupil, lessons: Sequence[Lesson], texts: Sequence[Text], *, padding: int, device: str) -> None:
    """Print, of what was left out, how often the sentence thought best answers, or one of the best three does."""
    pupil.eval()
    marks = defaultdict(list)
    for lesson in lessons:
        if lesson.left_out:
            readings = [put_together(lesson.asked[0], texts[number], right) for number, right in lesson.texts]
            batch = batch_of(readings, padding, device)
            scores = pupil(batch)
            odds = (scores[:, 1:] - scores[:, :1]).flatten()
            best = odds.topk(min(3, len(odds)))
            right = batch.right[:, 1:].flatten()[best.indices]
            marks[lesson.source].append(
                (bool(lesson.right), best.values[0].item(), right[0].item(), right.any().item())
            )
    asked = [source for source in marks if source not in (CLAIMS, QUOTES)]
    marks["all questions"] = [mark for source in asked for mark in marks[source]]
    for source, of_source in marks.items():
        there, odds, first, among = np.array(of_source, np.float64).T
        known = f"{roc_auc_score(there, odds):.3f}" if 0 < there.sum() < len(there) else "unknown"
        if there.any():
            print(
                f"{source}: of {there.sum():.0f} with an answer in what was found {first.sum() / there.sum():.3f}"
                f" have it first, {among.sum() / there.sum():.3f} in the best three; AUROC of one being there {known}",
                flush=True,
            )


def main() -> None:
    """Teach, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", type=Path)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--rank", type=int, default=16, help="of the matrices learnt")
    parser.add_argument("--whole", action="store_true", help="learn all weights of the layers: a teacher")
    parser.add_argument("--teachers", type=Path, nargs="*", default=[], help="written with --whole; or a reader, .npz")
    parser.add_argument("--believed", type=float, default=0.7, help="how much weighs what the teachers say, 0 to 1")
    parser.add_argument("--rounds", type=float, nargs="+", default=[0.5, 0.3, 0.1], help="share of others' in each")
    parser.add_argument("--near", type=int, default=3, help="passages of a question that do not answer it")
    parser.add_argument("--start", type=Path, help="go on from what was learnt before, of the same layers and rank")
    parser.add_argument("--known", nargs="*", default=[], help="files it learnt from before: a third is enough")
    parser.add_argument("--pace", type=float, default=1.0, help="how fast it learns")
    parser.add_argument("--batch", type=int, default=64, help="readings at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, required=True)
    args = parser.parse_args()
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    file = bundled_file()
    if file is None:
        raise SystemExit("The bundled model has no package for this kind of machine.")
    weights = read_weights(file)

    def new(layers: int, rank: int) -> Pupil:
        bert = build_bert(weights)
        if device == "cpu":
            bert.set_attn_implementation("eager")  # PyTorch's own takes three times as long there to learn
        return Pupil(bert, layers, rank).to(device)

    pupil = new(args.layers, 0 if args.whole else args.rank)
    if args.start:
        pupil.start_from(np.load(args.start))
    teachers = []
    for stored in args.teachers:
        if stored.suffix == ".npz":
            teacher = new(args.layers, args.rank)
            teacher.start_from(np.load(stored))
        else:
            teacher = new(12, 0)
            teacher.load_state_dict(torch.load(stored, map_location=device), strict=False)
        teachers.append(teacher.eval())
    lessons, texts = read_lessons(args.lessons)
    readings = []
    for share in args.rounds:
        of_round = a_round(lessons, texts, share, args.known, args.near)
        random.shuffle(of_round)
        readings += of_round
    print(f"{len(readings)} readings", flush=True)
    padding = weights.special["pad"]
    pupil.train()
    teach(
        pupil,
        readings,
        teachers,
        size=args.batch,
        pace=args.pace,
        believed=args.believed,
        padding=padding,
        device=device,
    )
    if args.whole:
        torch.save({name: p.detach().cpu() for name, p in pupil.named_parameters() if p.requires_grad}, args.write)
    else:
        np.savez(args.write, **pupil.learnt())
    measure(pupil, lessons, texts, padding=padding, device=device)


if __name__ == "__main__":
    main()
