"""Candidates → the sentences that bear on the question, best first, and how sure they make us of an answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.asked import Asked, asked_for, asks_for_change, offers
from columnbot.embedding import TAUGHT, PassageInput, Reader
from columnbot.embedding.threads import one_thread_a_product
from columnbot.index import Index, embedded_sentences, embedded_text
from columnbot.index.arrays import begins
from columnbot.index.word_vectors import closeness
from columnbot.language import content_terms, language_of
from columnbot.passages import Passage, Sentence
from columnbot.retrieval import Retrieved, query_terms

PASSAGES_READ = 10  # passages whose sentences may answer
FAR_BELOW = 4.0  # a passage that scores so much below the best is not worth reading with the question: half of them do


@dataclass(frozen=True, eq=False, slots=True)
class Weighing:
    """What is made of the figures: all of it comes out of `benchmarks/fit.py`.

    The weights of a sentence, `sentence`, are those of a softmax over the sentences of a question. They weigh how near
    it is in meaning (a z-score); the share of the question's words that it names, and that one beside it names; how
    near its words and those of the two before it come to the question's; how its passage compares with the best;
    whether it offers what is asked for; what makes it a poor quote; whether it is itself a question; and what the
    reader makes of it, where there is one.

    `confidence` are those of a logistic regression of "the archive answers this", scaled so that its figure is the
    share of answers that are right; see `confidence_features`. An answer less sure than `sure_enough` is not given: it
    refuses one in fourteen of those that have one, in quick answers one in eleven. A follow-up's mixed vector is less
    near to anything, how a thing changed is seldom said in one sentence, and a column that is named by its title is
    there, so these need only `sure_enough_to_go_on`. `worth_reading` is how much likelier each word of a further quote
    has to make it that the answer is shown.
    """

    sentence: NDArray[np.float32]
    confidence: NDArray[np.float32]
    sure_enough: float
    sure_enough_to_go_on: float
    worth_reading: float


# Of 857 questions about two Dutch archives, left out of teaching.
QUICK = Weighing(
    sentence=np.array([1.11, 2.79, 1.71, 6.71, 0.27, 1.96, -1.98, -2.23], np.float32),
    confidence=np.array([6.28, 1.43, 0.52, -0.97, -5.07], np.float32),
    sure_enough=0.27,
    sure_enough_to_go_on=0.21,
    worth_reading=0.0024,
)
# Of questions that the reader did not learn from: the confidence of 1,574 about thirteen archives, the sentence of 857
# about the two whose questions keep most to the words of the columns, as those of a reader do.
READ = Weighing(
    sentence=np.array([0.25, 0.46, 0.77, 0.66, 0.36, 0.71, -0.82, -1.38, 1.02], np.float32),
    confidence=np.array([4.92, 1.39, -0.10, -0.97, 0.25, 0.40, -3.17], np.float32),
    sure_enough=0.23,
    sure_enough_to_go_on=0.16,
    worth_reading=0.0012,
)

LEAST_COSINE = 0.3  # the model puts a question and any text about as close as this
ACROSS_LANGUAGES = 0.02  # by so much a question is nearer to a text than its translation is, over twelve pairs
# Cosines of models that have not learnt to ask lie close together, those of e5 and of its static version alike. So much
# of one, and so much added, is what it would be: over twelve questions, the passages that answer them and all others.
AS_TAUGHT = (1.86, -1.05)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer: its cosine with the question, what is weighed, and what it comes to.

    A higher `score` is better; a difference of 1 makes it e times as likely to be the one that answers. `chance` says
    how likely that is (0 to 1), if any of the sentences weighed does.
    """

    passage: Passage
    sentence: Sentence
    cosine: float
    features: NDArray[np.float32]
    score: float
    chance: float

    @property
    def named(self) -> float:
        """How much of what the question is about the sentence itself names, 0 to 1."""
        return float(self.features[_NAMED])

    @property
    def offers(self) -> bool:
        """Whether it holds a thing of the kind asked for, where the question asks for one."""
        return bool(self.features[_OFFERS])

    @property
    def odds(self) -> float | None:
        """What the reader makes of it: the log-odds that it answers; None where nothing was read."""
        return float(self.features[_ODDS]) if len(self.features) > _ODDS else None

    @property
    def text(self) -> str:
        """The sentence as it stands."""
        return self.passage.article.text[self.sentence.start : self.sentence.end]


_NAMED, _OFFERS, _ODDS = 1, 5, 8  # where these stand among the features


@one_thread_a_product()
def weigh_sentences(index: Index, retrieved: Retrieved, reader: Reader | None = None) -> list[Evidence]:
    """The sentences of the best passages, best first."""
    read = retrieved.candidates[:PASSAGES_READ]
    if not read:
        return []
    if reader and not asks_for_change(retrieved.question.focus):  # which takes columns of many years
        read = tuple(candidate for candidate in read if candidate.score > read[0].score - FAR_BELOW)
    asked, focus = asked_for(retrieved.question.focus), retrieved.question.focus
    numbers = np.array([candidate.number for candidate in read], np.int64)
    passages = [index.passages[candidate.number] for candidate in read]
    sentences = [(passage, sentence) for passage in passages for sentence in passage.sentences]
    quotes = [passage.article.text[sentence.start : sentence.end] for passage, sentence in sentences]
    counts = index.sentence_vectors.counts(numbers)
    cosines = index.sentence_vectors.of(numbers).astype(np.float32) @ retrieved.asked.vector
    words = _words_of(passages)
    shares = _shares(index, retrieved, words, len(quotes))
    above = np.array([candidate.score - read[0].score for candidate in read])
    figures = [
        index.sentence_spread.standardise(retrieved.asked.vector, cosines),
        shares,
        np.maximum(_before(shares, counts), _before(shares[::-1], counts[::-1])[::-1]),
        _led_up_to(index, retrieved, numbers, words, counts),
        np.repeat(above, counts),
        [asked is not Asked.ANYTHING and offers(asked, focus, quote) for quote in quotes],
        [_awkwardness(quote) for quote in quotes],
        [quote.endswith("?") for quote in quotes],
    ]
    if reader:
        figures.append(np.concatenate(odds_of(reader, retrieved.searched.focus, passages)))
    found = [
        Evidence(passage, sentence, cosine, row, 0.0, 0.0)
        for (passage, sentence), cosine, row in zip(
            sentences, cosines.tolist(), np.column_stack(figures).astype(np.float32), strict=True
        )
    ]
    return weighed(found, READ if reader else QUICK)


def weighed(evidence: Sequence[Evidence], weighing: Weighing) -> list[Evidence]:
    """The same sentences as that weighing has it, best first."""
    if not evidence:
        return []
    scores = (np.array([item.features for item in evidence]) @ weighing.sentence).astype(np.float64)
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    found = [
        replace(item, score=score, chance=chance)
        for item, score, chance in zip(evidence, scores.tolist(), chances.tolist(), strict=True)
    ]
    return sorted(found, key=lambda item: -item.score)


def odds_of(reader: Reader, question: str, passages: Sequence[Passage]) -> list[NDArray[np.float32]]:
    """Of each passage, of each of its sentences: the log-odds that it answers, as far as the reader sees."""
    return reader.read(question, [to_read(passage) for passage in passages])


def to_read(passage: Passage) -> PassageInput:
    """What is read of a passage: its column's title above its own text, and where its sentences are in that."""
    return PassageInput(embedded_text(passage), embedded_sentences(passage))


@dataclass(frozen=True, slots=True)
class _Words:
    """The telling words of some passages: of each its sentence among all of theirs, -1 for titles, and its stems."""

    sentences: NDArray[np.int64]
    stems: list[tuple[str, ...]]


def _words_of(passages: Sequence[Passage]) -> _Words:
    owners, stems, before = [], [], 0
    for passage in passages:
        text = embedded_text(passage)
        words = content_terms(text, passage.article.language)
        starts = np.array([start for start, _ in embedded_sentences(passage)], np.int64)
        own = np.searchsorted(starts, np.array([start for start, _ in words], np.int64), side="right") - 1
        owners.append(np.where(own >= 0, own + before, -1))
        stems += [of_word for _, of_word in words]
        before += len(starts)
    return _Words(np.concatenate(owners), stems)


def _shares(index: Index, retrieved: Retrieved, words: _Words, sentences: int) -> NDArray[np.float64]:
    """How much of what the question asks about each sentence names, by the rarity of its words: 0 to 1."""
    searched = retrieved.searched
    rarity = {term: index.words.rarity(term) for term in query_terms(index, searched, searched.focus)}
    named: list[set[str]] = [set() for _ in range(sentences)]
    for owner, stems in zip(words.sentences.tolist(), words.stems, strict=True):
        if owner >= 0:
            named[owner].update(stem for stem in stems if stem in rarity)
    whole = max(sum(rarity.values()), 1e-9)
    return np.array([sum(rarity[stem] for stem in sorted(stems)) for stems in named]) / whole


def _before(values: NDArray[Any], counts: NDArray[np.int64]) -> NDArray[Any]:
    """Of each sentence what the one before it in its passage has; nothing for the first."""
    shifted = np.roll(values, 1, axis=0)
    shifted[begins(counts)] = 0
    return shifted


def _led_up_to(
    index: Index, retrieved: Retrieved, numbers: NDArray[np.int64], words: _Words, counts: NDArray[np.int64]
) -> NDArray[np.float32]:
    """How near in meaning each sentence and the two before it come to all words of the question, (sentences,).

    An answer seldom says again what it is the answer to: that stands just before it.
    """
    met = np.zeros((counts.sum(), len(retrieved.asked.words)), np.float32)
    vectors = index.word_vectors.of(numbers)
    if len(vectors):  # there are none where the model gives none
        there = words.sentences >= 0
        owners, starts = np.unique(words.sentences[there], return_index=True)
        near = np.maximum(closeness(retrieved.asked.words, vectors[there]), 0)
        met[owners] = np.maximum.reduceat(near, starts, axis=0)
    for _ in range(2):
        met = np.maximum(met, _before(met, counts))
    return np.asarray(met @ retrieved.asked.weights)


def _awkwardness(quote: str) -> float:
    """Why a sentence makes a poor quote: a scrap, a heading, the signature under a quoted post, or far too long."""
    words = len(quote.split())
    return (
        4.0 * bool(re.match(r"[—–] ", quote))
        + 1.0 * (words < 4)
        + 0.5 * (not re.search(r"[.!?…”\"’')]$", quote))
        + 0.5 * (words > 60)
    )


def confidence_features(index: Index, retrieved: Retrieved, evidence: Sequence[Evidence]) -> NDArray[np.float32]:
    """What is known of how well the question is answered.

    The cosine of the best passage, as if it were in the question's language; that of the nearest sentence with a thing
    in it of the kind asked for that the question does not itself name; whether the sentence thought best holds such a
    thing, a half where none is asked for; whether a number is, which archives leave unsaid more often than a name or a
    reason; what the reader makes of the sentence thought best, and the best that it makes of any, where there is one;
    and 1, for the intercept.
    """
    question = retrieved.question.focus
    asked, language = asked_for(question), language_of(question)
    offering = (item for item in evidence if asked is Asked.ANYTHING or item.offers)
    stretch, shift = (1.0, 0.0) if index.manifest.model in TAUGHT else AS_TAUGHT

    def nearness(cosine: float, passage: Passage) -> float:
        across = ACROSS_LANGUAGES if passage.article.language != language else 0.0
        return stretch * cosine + shift + across

    nearest = max((nearness(item.cosine, item.passage) for item in offering), default=LEAST_COSINE)
    read = retrieved.candidates[:PASSAGES_READ]
    best = max(nearness(candidate.cosine, index.passages[candidate.number]) for candidate in read)
    offered = 0.5 if asked is Asked.ANYTHING else float(evidence[0].offers)
    odds = [item.odds for item in evidence if item.odds is not None]
    of_reader = [odds[0], max(odds)] if odds else []
    return np.array([best, nearest, offered, asked is Asked.NUMBER, *of_reader, 1.0], np.float32)


def confidence_of(index: Index, retrieved: Retrieved, evidence: Sequence[Evidence], weighing: Weighing) -> float:
    """How likely it is that the sentences chosen answer the question, 0 to 1."""
    if not evidence:
        return 0.0
    return float(1 / (1 + np.exp(-confidence_features(index, retrieved, evidence) @ weighing.confidence)))
