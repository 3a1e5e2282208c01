"""A written sentence and the passages it cites → whether they bear it out, and if not, what gives it away.

Rules look at what a sentence commits itself to (`claims.py`, `figures.py`), vectors at whether its words, each with its
nearest in meaning, and the sentence as a whole stand in the source, and the reader reads it beside its source. A
logistic regression weighs them.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from columnbot.claims import (
    claims_cause,
    clauses_of,
    denials,
    folded_words,
    gives_cause,
    line_of,
    names_of,
    opening_word,
    opposed,
    stands_in,
    turned,
)
from columnbot.embedding import Embedder, PassageInput, Reader
from columnbot.figures import calendar_of, missing_figures
from columnbot.index import Index, embedded_sentences, embedded_text, keys_of
from columnbot.index.word_vectors import closeness
from columnbot.interaction import EmbeddedWords, embed
from columnbot.judging import Judge
from columnbot.language import content_words, stems_of
from columnbot.passages import Passage
from columnbot.questions import Question, telling_words

TITLE = -9  # the sentence that a title's words belong to: near no other
SHARED = 4  # what it counts for, in choosing the nearest sentence, that it has all the words
RIVALS = 8  # passages of the archive that might bear a sentence out better than those it cites
_SMALL = frozenset("twee drie vier tweede derde vierde two three four second third fourth".split())  # often counts

REASONS = {  # the signals, and the reason that each gives where a sentence is not borne out
    "number": "number", "small_number": "number", "name": "name", "flipped": "denial", "turned": "denial",
    "cause": "cause", "opposite": "opposite", "words": "meaning", "weakest_clause": "meaning", "rival": "meaning",
    "alone": "meaning", "read": "meaning",
}  # fmt: skip
_CLEAR = 6.0  # log-odds of the reader that are as good as certain


@dataclass(frozen=True, slots=True)
class Scales:
    """What each signal adds to the log-odds that a sentence is borne out, and what it usually is where that is so.

    A sentence less likely than `sure_enough` to be borne out is not: from there on 0.95 of what is called so is not.
    """

    signals: Mapping[str, tuple[float, float]]
    intercept: float
    sure_enough: float


# Out of `benchmarks/checking.py`.
READ = Scales(
    {
        "number": (-6.52, 0.000),
        "small_number": (-2.69, 0.005),
        "name": (-4.25, 0.010),
        "flipped": (-6.41, 0.013),
        "turned": (28.09, 0.012),
        "cause": (-2.13, 0.008),
        "opposite": (-6.10, 0.000),
        "words": (2.57, 0.845),
        "weakest_clause": (1.90, 0.832),
        "rival": (-11.80, 0.010),
        "alone": (10.32, 0.952),
        "read": (0.80, -0.192),
    },
    -11.11,
    sure_enough=0.4,
)
QUICK = Scales(  # without the reader
    {
        "number": (-6.83, 0.000),
        "small_number": (-2.53, 0.005),
        "name": (-4.87, 0.010),
        "flipped": (-6.58, 0.013),
        "turned": (26.39, 0.012),
        "cause": (-2.81, 0.008),
        "opposite": (-6.18, 0.000),
        "words": (2.00, 0.845),
        "weakest_clause": (2.71, 0.832),
        "rival": (-9.54, 0.010),
        "alone": (17.61, 0.952),
    },
    -18.49,
    sure_enough=0.35,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence is borne out, how likely that is (0 to 1), and if not, why not and by which of its words.

    `reason` is one of "number", "name", "denial", "cause", "opposite", "meaning" and "judge".
    """

    supported: bool
    chance: float
    reason: str | None = None
    words: tuple[str, ...] = ()


def check_sentence(
    written: str,
    passages: Sequence[Passage],
    embedder: Embedder,
    index: Index,
    judge: Judge | None = None,
    reader: Reader | None = None,
    asked: EmbeddedWords | None = None,
) -> Verdict:
    """Whether the passages, which have to be of the index, bear out a sentence. A judge may only find more against it.

    With a reader fewer pass that are not borne out. `asked` is what `embed_written` gives, for who holds one sentence
    against many passages. Raises `ValueError` where there are no passages, or not of this index, or nothing is written.
    """
    reading = read(written, passages, embedder, index, reader, asked)
    scales = READ if reader else QUICK
    weights, usual = np.array([*scales.signals.values()], np.float32).T
    chance = float(1 / (1 + np.exp(-(reading.signals @ weights + scales.intercept))))
    if chance < scales.sure_enough:
        against = defaultdict[str, float](float)
        for name, share in zip(scales.signals, weights * (reading.signals - usual), strict=True):
            against[REASONS[name]] += float(share)
        reason = min(against, key=lambda reason: against[reason])
        return Verdict(False, chance, reason, reading.words.get(reason, ()))
    judged = judge.entails("\n\n".join(passage.text for passage in passages), written) if judge else 1.0
    if judged < 0.5:
        return Verdict(False, min(chance, judged), "judge")
    return Verdict(True, min(chance, judged))


@dataclass(frozen=True, slots=True)
class Reading:
    """A written sentence held against its source: its signals (n,), and for some reasons the words that give them."""

    signals: NDArray[np.float32]
    words: dict[str, tuple[str, ...]]


def embed_written(written: str, embedder: Embedder, index: Index) -> EmbeddedWords:
    """A written sentence's vectors, by the encoder as it comes: what that has learnt is of questions."""
    return embed(index, embedder.untaught, Question(written, written))


def read(
    written: str,
    passages: Sequence[Passage],
    embedder: Embedder,
    index: Index,
    reader: Reader | None = None,
    asked: EmbeddedWords | None = None,
) -> Reading:
    """Holds a sentence against passages of the index. Takes and raises what `check_sentence` does."""
    if not re.search(r"\w", written):
        raise ValueError("a sentence without words says nothing that could be held against its source")
    source = _source(passages, index)
    asked = asked or embed_written(written, embedder, index)
    embed_questions = embedder.untaught.embed_questions
    places = [start for start, _ in telling_words(written)]
    match = _match(asked, source, index)
    nearest = source.sentences[match.place]

    known = "\n".join(f"{line_of(passage.article, written)}\n{passage.text}" for passage in passages)
    numbers = (*missing_figures(written, known), *sorted(calendar_of(written) - calendar_of(known)))
    small = [number for number in numbers if number in _SMALL]
    names = _missing_names(written, known, index)
    opposites = tuple(opposed(written, nearest))
    clauses = clauses_of(written)
    of_clauses = [[i for i, place in enumerate(places) if start <= place < end] for start, end, _ in clauses]
    weakest = min((float(match.best[of].mean()) for of in of_clauses if len(of) >= 2), default=match.best.mean())
    denied = np.array([any(no for start, end, no in clauses if start <= place < end) for place in places])
    flips = _denied_otherwise(match, source, denied) or denials(written) > denials(nearest)
    shared = match.same[source.owners == match.place].any(axis=0) @ asked.weights
    rivals = index.passage_vectors.nearest(asked.vector, RIVALS)[0]
    vector = np.asarray(asked.vector, np.float32)
    alone = _alone(nearest, embed_questions)
    signals = [
        min(len(numbers) - len(small), 2),
        bool(small),
        min(len(names), 2),
        flips * shared**2,  # in a quote a single "niet" tells; in other words there are other ways to deny
        (vector - _alone(turned(written), embed_questions)) @ alone,
        claims_cause(written) and not gives_cause(nearest),
        min(len(opposites), 2),
        match.near @ asked.weights,
        weakest,
        max(float((index.sentence_vectors.of(np.array([n])) @ asked.vector).max()) for n in rivals) - match.cosine,
        vector @ alone,
    ]
    if reader:
        texts = [PassageInput(embedded_text(passage), embedded_sentences(passage)) for passage in passages]
        signals.append(np.clip(np.concatenate(reader.hold_against(written, texts)).max(), -_CLEAR, _CLEAR))
    strange = tuple(asked.texts[i] for i in np.argsort(match.best)[:2] if match.best[i] < 0.7)
    words = {"number": numbers, "name": names, "opposite": opposites, "meaning": strange}
    return Reading(np.array(signals, np.float32), words)


@lru_cache(maxsize=1024)
def _alone(sentence: str, embed_questions: Callable[[Sequence[str]], NDArray[np.float32]]) -> NDArray[np.float32]:
    """A sentence's vector out of its context and as a question's is, so that it compares with the written one's."""
    return np.asarray(embed_questions([sentence])[0], np.float32)


@dataclass(frozen=True, slots=True)
class _Source:
    """The sentences of the cited passages and their telling words, in one row."""

    sentences: tuple[str, ...]
    vectors: NDArray[np.float32]  # (s, d)
    words: tuple[str, ...]
    word_vectors: NDArray[np.int8]  # (w, a)
    owners: NDArray[np.int64]  # (w,): the sentence of each word; those of a title have `TITLE`
    denied: NDArray[np.bool_]  # (w,): whether the clause of each word denies something


def _source(passages: Sequence[Passage], index: Index) -> _Source:
    if not passages:
        raise ValueError("a sentence that cites nothing cannot be held against it")
    sentences: list[str] = []
    words: list[tuple[str, int, bool]] = []
    numbers = index.numbers_of(keys_of(passages))
    if (numbers < 0).any():
        raise ValueError(f"{passages[int(numbers.argmin())].article.path} has no such passage in this index")
    for passage in passages:
        text = embedded_text(passage)
        clauses = [
            (first + start, first + end, len(sentences) + i, denied)
            for i, (first, last) in enumerate(embedded_sentences(passage))
            for start, end, denied in clauses_of(text[first:last])
        ]
        starts = [start for start, *_ in clauses]
        for start, end in content_words(text):
            clause = bisect_right(starts, start) - 1
            owner, denied = clauses[clause][2:] if clause >= 0 else (TITLE, False)
            words.append((text[start:end], owner, denied))
        sentences += [passage.article.text[s.start : s.end] for s in passage.sentences]
    vectors = index.block(numbers)
    return _Source(
        tuple(sentences),
        vectors.sentences.astype(np.float32),
        tuple(word for word, *_ in words),
        vectors.words,
        np.array([owner for _, owner, _ in words], np.int64),
        np.array([denied for *_, denied in words], np.bool_),
    )


@dataclass(frozen=True, slots=True)
class _Match:
    """Which source words (w) are which written ones (q), how near these come, and the sentence nearest to the whole."""

    same: NDArray[np.bool_]  # (w, q): of the same stem
    best: NDArray[np.float32]  # (q,): of the whole source
    near: NDArray[np.float32]  # (q,): of the nearest sentence and those next to it
    place: int
    cosine: float  # of the sentence that is nearest by its vector


def _match(asked: EmbeddedWords, source: _Source, index: Index) -> _Match:
    written = [_stems(text) for text in asked.texts]
    same = np.array([[bool(stems & of) for of in written] for stems in map(_stems, source.words)], np.bool_)
    same = same.reshape(len(source.words), len(written))  # also where there are none
    near = np.where(same, 1, np.minimum(closeness(asked.words, source.word_vectors), 1)).astype(np.float32)
    cosines = source.vectors @ asked.vector
    standard = index.sentence_spread.standardise(asked.vector, cosines)
    shares = [same[source.owners == i].any(axis=0) @ asked.weights for i in range(len(source.sentences))]
    place = int(np.argmax(standard + SHARED * np.array(shares)))
    around = np.abs(source.owners - place) <= 1
    return _Match(same, near.max(axis=0, initial=0), near[around].max(axis=0, initial=0), place, float(cosines.max()))


_stems = lru_cache(maxsize=100_000)(stems_of)  # of single words, which come again and again


def _denied_otherwise(match: _Match, source: _Source, denied: NDArray[np.bool_]) -> bool:
    """Whether a word that the nearest sentence has too is denied where that is not, or the other way round."""
    here = source.owners == match.place
    differs = source.denied[here][:, None] != denied
    shared = match.same[here]
    return bool(((shared & differs).any(axis=0) & ~(shared & ~differs).any(axis=0)).any())


def _missing_names(written: str, known: str, index: Index) -> tuple[str, ...]:
    words = folded_words(known)
    missing = [name for name in names_of(written) if not stands_in(name, words)]
    first = opening_word(written)
    if first and first not in missing and not stands_in(first, words) and _is_name(first, index):
        missing.append(first)
    return tuple(missing)


def _is_name(word: str, index: Index) -> bool:
    """Whether the archive has a word, and only with a capital."""
    passages = {number for term in _stems(word) for number in index.words.passages(term)[:20]}
    texts = [index.passages[number].text for number in passages]
    has = any(re.search(rf"\b{re.escape(word)}\b", text) for text in texts)
    return has and not any(re.search(rf"\b{re.escape(word.lower())}\b", text) for text in texts)
