"""Gathers what the reader (`columnbot/embedding/reader.py`) learns from; `train_reader.py` then teaches it.

    python benchmarks/gather_lessons.py LESSONS.npz \
        --questions INDEX benchmarks/questions.jsonl --questions INDEX benchmarks/more_questions.jsonl \
        --questions ANOTHER_INDEX benchmarks/government.jsonl --questions A_THIRD_INDEX benchmarks/weblogs.jsonl \
        --questions A_THIRD_INDEX benchmarks/more_weblogs.jsonl --questions A_THIRD_INDEX benchmarks/leads.jsonl \
        --questions A_FOURTH_INDEX benchmarks/columns.jsonl --questions A_FIFTH_INDEX benchmarks/more_columns.jsonl \
        --questions INDEX benchmarks/strange.jsonl --claims A_THIRD_INDEX benchmarks/claims.jsonl \
        --claims A_FOURTH_INDEX benchmarks/claims_columns.jsonl \
        --claims A_FIFTH_INDEX benchmarks/claims_more_columns.jsonl \
        --quotes A_THIRD_INDEX 450 --quotes A_FOURTH_INDEX 450 --quotes A_FIFTH_INDEX 450 \
        --squad SQuAD_it-test.json dev-v1.1-es_small.json dev-v2.0.json xquad.de.json … \
        --selqa SelQA-ass-dev.json SelQA-ass-test.json --multispan MultiSpanQA/valid.json

Our own questions, sentences of ours that a passage bears out or does not, quotes as they stand and as a weak model gets
them wrong, and others' questions about Wikipedia, in
English, German, Italian, Portuguese, Romanian and Spanish: what is like SQuAD (Rajpurkar et al. 2016, 2018), its
translations SQuAD-it (Croce et al. 2018), SQuAD-es (Carrino et al. 2020) and XQuAD (Artetxe et al. 2020); SelQA
(Jurczyk et al. 2016); MultiSpanQA (Li et al. 2022). Nothing of others is in this repository. Each question goes with
the passage that answers and with others that come near and do not: of those the reader has to say so. Needs the extra
`[bench]`.
"""

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from columnbot import ColumnBot
from columnbot.embedding import PassageInput, open_embedder
from columnbot.embedding.reader import CLAIM, LONGEST_QUESTION, PASSAGE, QUESTION
from columnbot.embedding.weights import build_tokenizer, bundled_file, read_weights
from columnbot.evidence import PASSAGES_READ, to_read
from columnbot.language import sentence_spans
from columnbot.passages import Passage
from fit import examples, hash_of, was_left_out
from garbling import alike, garbled, shortened
from lessons import CLAIMS, OTHERS, QUOTES, Lesson, Numbers, Text, write_lessons

NEAR = 3  # passages of the same article that a question of others goes with
TRANSLATIONS = 3  # of the passage that answers, where there are
CHUNK = 900  # characters of a long text that are one passage


@dataclass
class Shelf:
    """The texts, each once."""

    tokenizer: Tokenizer
    texts: list[Text] = field(default_factory=list)
    numbers: dict[PassageInput, int] = field(default_factory=dict)

    def number(self, passage: PassageInput) -> int:
        """Where that passage stands; it is put there if it is new."""
        if passage not in self.numbers:
            self.numbers[passage] = len(self.texts)
            self.texts.append(in_tokens(passage, self.tokenizer))
        return self.numbers[passage]

    def asked(self, question: str) -> tuple[Numbers, Numbers]:
        """A question as it stands, and as one in a hurry types it."""
        return self.tokens(QUESTION + question), self.tokens(QUESTION + question.lower().rstrip(" ?!."))

    def tokens(self, text: str) -> Numbers:
        """What is put to a passage, as the reader has it."""
        return np.array(self.tokenizer.encode(text).ids[:LONGEST_QUESTION], np.int32)


def in_tokens(passage: PassageInput, tokenizer: Tokenizer) -> Text:
    """The tokens as the reader has them after the question."""
    encoded = tokenizer.encode(PASSAGE + passage.text, add_special_tokens=False)
    last = np.array(encoded.offsets).reshape(-1, 2)[:, 1] - len(PASSAGE) - 1
    starts, ends = np.array(passage.sentences).reshape(-1, 2).T
    owners = np.searchsorted(starts, last, side="right") - 1
    owners[(owners >= 0) & (last >= ends[owners])] = -1
    return Text(np.array(encoded.ids, np.int32), owners.astype(np.int32))


@dataclass(frozen=True)
class Asked:
    """A question of others: the article and its passage that it was asked of, and the sentences there that answer."""

    id: str  # the same for its translations
    question: str
    article: Sequence[PassageInput]
    passage: PassageInput
    right: frozenset[int]


def of_squad(file: Path) -> Iterator[Asked]:
    """SQuAD's format. What version 2.0 says is not answered in its passage comes without an answer."""
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        parts = [(n, part) for n, p in enumerate(article["paragraphs"]) for part in chunks(p["context"])]
        passages = [PassageInput(text, tuple(spans)) for _, (_, text, spans) in parts]
        for (paragraph, (shift, text, spans)), passage in zip(parts, passages, strict=True):
            for item in article["paragraphs"][paragraph]["qas"]:
                answers = [] if item.get("is_impossible") else item.get("answers", [])
                answer = answers[0] if answers else None
                start = answer["answer_start"] - shift if answer else 0
                if answer and not 0 <= start < len(text):
                    continue
                right = frozenset(n for n, (a, b) in enumerate(spans) if answer and a <= start < b)
                if bool(right) == bool(answer) and spans:
                    yield Asked(str(item["id"]), item["question"], passages, passage, right)


def chunks(text: str) -> Iterator[tuple[int, str, tuple[tuple[int, int], ...]]]:
    """A text in parts of whole sentences, if it is long: where each starts, the part, and its sentences."""
    spans = sentence_spans(text, "en")
    part: list[tuple[int, int]] = []
    for n, (start, end) in enumerate(spans):
        part.append((start, end))
        if n + 1 == len(spans) or (len(text) > 3 * CHUNK and end - part[0][0] > CHUNK):
            first, last = part[0][0], end
            yield first, text[first:last], tuple((a - first, b - first) for a, b in part)
            part = []


def of_selqa(files: Iterable[Path]) -> Iterator[Asked]:
    """SelQA: a section of an article, and which of its sentences answer."""
    items = [item for file in files for item in json.loads(file.read_text(encoding="utf-8"))]
    sections: dict[str, dict[tuple[str, ...], PassageInput]] = defaultdict(dict)
    for item in items:
        sections[item["article"]][tuple(item["candidates"])] = joined(item["candidates"])
    for n, item in enumerate(items):
        if item["answers"]:
            article = sections[item["article"]]
            right = frozenset(item["answers"])
            yield Asked(f"selqa {n}", item["question"], [*article.values()], article[tuple(item["candidates"])], right)


def of_multispan(file: Path) -> Iterator[Asked]:
    """MultiSpanQA: words, and which of them begin an answer."""
    for item in json.loads(file.read_text(encoding="utf-8"))["data"]:
        begins = np.cumsum([0, *(len(word) + 1 for word in item["context"])])
        text = " ".join(item["context"])
        spans = tuple(sentence_spans(text, "en"))
        answers = [start for start, label in zip(begins, item["label"], strict=False) if label == "B"]
        right = frozenset(n for n, (a, b) in enumerate(spans) if any(a <= start < b for start in answers))
        if right:
            passage = PassageInput(text, spans)
            yield Asked(item["id"], " ".join(item["question"]), [passage], passage, right)


def joined(sentences: Sequence[str]) -> PassageInput:
    """Sentences as a passage."""
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences]).tolist()
    spans = [(end - 1 - len(sentence), end - 1) for end, sentence in zip(ends, sentences, strict=True)]
    return PassageInput(" ".join(sentences), tuple(spans))


def of_others(asked: Sequence[Asked], shelf: Shelf) -> Iterator[Lesson]:
    """Each with its passage, translations of that, and passages of its article that come near."""
    same = defaultdict(list)
    for item in asked:
        same[item.id].append(item)
    words = {id(article): rare_words(article) for article in {id(x.article): x.article for x in asked}.values()}
    for item in asked:
        right = [(shelf.number(item.passage), item.right)]
        if item.right:
            others = [other for other in same[item.id] if other is not item and other.right]
            chosen = random.sample(others, min(TRANSLATIONS, len(others)))
            right += [(shelf.number(other.passage), other.right) for other in chosen]
        near = nearest(item, words[id(item.article)])
        wrong: list[tuple[int, frozenset[int]]] = [(shelf.number(passage), frozenset()) for passage in near]
        yield Lesson(shelf.asked(item.question), (*right, *wrong), OTHERS)


def rare_words(article: Sequence[PassageInput]) -> list[Mapping[str, float]]:
    """Of each passage its words, and how rare they are in the article."""
    there = [{word.strip(".,;:?!()\"'") for word in passage.text.lower().split()} for passage in article]
    held = Counter(word for of_passage in there for word in of_passage)
    return [{word: log(1 + len(article) / held[word]) for word in of_passage} for of_passage in there]


def nearest(item: Asked, words: Sequence[Mapping[str, float]]) -> list[PassageInput]:
    """The other passages of its article that share most with the question."""
    asked = [word.strip(".,;:?!()\"'") for word in item.question.lower().split()]
    shared = [sum(of_passage.get(word, 0.0) for word in asked) for of_passage in words]
    order = sorted(range(len(words)), key=lambda n: -shared[n])
    beside = [item.article[n] for n in order if item.article[n] != item.passage and item.article[n].sentences]
    return beside[:NEAR]


def of_ours(place: Path, file: Path, shelf: Shelf) -> Iterator[Lesson]:
    """Questions of ours with the passages that are found for them, and the one that answers."""
    bot = ColumnBot.open(place, quick=True)
    items = {item["id"]: item for item in map(json.loads, file.read_text(encoding="utf-8").splitlines())}
    for example in examples(bot, file):
        left_out = was_left_out(items[example.id])
        found = example.retrieved.candidates
        read = [c.number for c in found[:PASSAGES_READ]]
        if not left_out:
            read += [c.number for c in found if example.holds_it(c.number)]
        texts = []
        for number in dict.fromkeys(read):
            passage = bot.index.passages[number]
            sentences = enumerate(passage.sentences)
            right = frozenset(n for n, sentence in sentences if example.answered_by(passage, sentence))
            texts.append((shelf.number(to_read(passage)), right))
        yield Lesson(shelf.asked(example.retrieved.searched.focus), tuple(texts), file.stem, left_out)


def of_claims(place: Path, file: Path, shelf: Shelf) -> Iterator[Lesson]:
    """Written sentences with the passage that they are about, which bears them out or does not, and others near it."""
    bot = ColumnBot.open(place, quick=True)
    embedder = open_embedder(bot.index.manifest.model).embedder
    of_article = defaultdict(list)
    for number in range(len(bot.index)):
        of_article[bot.index.passages[number].article.path].append(number)
    for item in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        path, start, end = item["place"]
        if hash_of(bot.article(path).text[start:end]) != item["hash"]:
            print(f"left out: the text that {item['id']} is about has changed")
            continue
        vector = embedder.embed_questions([item["text"]])[0]
        near = bot.index.passage_vectors.nearest(vector, NEAR)[0].tolist()
        own = [n for n in of_article[path] if within(bot.index.passages[n], start, end)]
        left_out = was_left_out({"id": item["id"], "places": [item["place"]]})
        texts = []
        for number in own if left_out else dict.fromkeys([*own, *near]):
            passage = bot.index.passages[number]
            right = frozenset(
                n
                for n, sentence in enumerate(passage.sentences)
                if item["borne_out"] and number in own and sentence.start < end and sentence.end > start
            )
            texts.append((shelf.number(to_read(passage)), right))
        if own:
            yield Lesson((shelf.tokens(CLAIM + item["text"]),) * 2, tuple(texts), CLAIMS, left_out)


def of_quotes(place: Path, number: int, shelf: Shelf) -> Iterator[Lesson]:
    """So many quotes as they stand or shortened, and as many that went wrong, each with its passage."""
    index = ColumnBot.open(place, quick=True).index
    passages = [index.passages[n] for n in range(len(index))]
    words = alike(passage.text for passage in passages)
    for passage in random.sample([passage for passage in passages if len(passage.sentences) > 1], number):
        texts = [passage.article.text[s.start : s.end] for s in passage.sentences]
        long_enough = [n for n, text in enumerate(texts) if 5 < len(text.split()) < 40]
        if not long_enough:
            continue
        n = random.choice(long_enough)
        quote, beside = texts[n], random.choice(texts[:n] + texts[n + 1 :])
        wrong = garbled(quote, beside, words)
        right = quote if random.random() < 0.5 else shortened(quote)
        left_out = was_left_out({"id": quote, "places": [[passage.article.path, passage.start, passage.end]]})
        shelved = shelf.number(to_read(passage))
        for claim, bearing in ((right, frozenset({n})), (wrong, frozenset[int]())):
            if claim is right or wrong.split() != quote.split():
                yield Lesson((shelf.tokens(CLAIM + claim),) * 2, ((shelved, bearing),), QUOTES, left_out)


def within(passage: Passage, start: int, end: int) -> bool:
    """Whether a place in an article lies in that passage."""
    return bool(passage.start <= start and end <= passage.end)


def main() -> None:
    """Gather, write, and say how much there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--questions", type=Path, nargs=2, action="append", metavar=("INDEX", "FILE"), required=True)
    parser.add_argument("--claims", type=Path, nargs=2, action="append", metavar=("INDEX", "FILE"), default=[])
    parser.add_argument("--quotes", nargs=2, action="append", metavar=("INDEX", "NUMBER"), default=[])
    parser.add_argument("--squad", type=Path, nargs="+", default=[])
    parser.add_argument("--selqa", type=Path, nargs="+", default=[])
    parser.add_argument("--multispan", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    random.seed(1)
    model = bundled_file()
    if model is None:
        raise SystemExit("The bundled model has no package for this kind of machine.")
    shelf = Shelf(build_tokenizer(read_weights(model)))
    asked: list[Asked] = [*of_selqa(args.selqa)]
    for file in args.multispan:
        asked += of_multispan(file)
    for file in args.squad:
        asked += of_squad(file)
    lessons = [*of_others(asked, shelf)]
    for place, file in args.questions:
        lessons += of_ours(place, file, shelf)
    for place, file in args.claims:
        lessons += of_claims(place, file, shelf)
    for place, number in args.quotes:
        lessons += of_quotes(Path(place), int(number), shelf)
    write_lessons(args.file, lessons, shelf.texts)
    for (source, left_out), count in Counter((x.source, x.left_out) for x in lessons).items():
        print(f"{source}: {count} questions{' to measure with' if left_out else ''}")
    tokens: Any = sum(len(text.tokens) for text in shelf.texts)
    print(f"{len(shelf.texts)} texts, {tokens / len(shelf.texts):.0f} tokens each")


if __name__ == "__main__":
    main()
