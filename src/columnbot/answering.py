"""Hits → an answer that quotes, or that says the archive does not know."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article
from columnbot.index import Index
from columnbot.language import language_of, terms_of
from columnbot.messages import say, signature
from columnbot.passages import Passage, Sentence
from columnbot.questions import Asked, asked_for, holds, offers
from columnbot.retrieval import Candidate, Hit, Retrieved, hits_of


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in the archive. Always `article.text[start:end] == quote`."""

    number: int
    article: Article
    quote: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.article.text[self.start : self.end] != self.quote:
            raise ValueError(f"citation {self.number} does not stand in {self.article.path} at {self.start}")


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of the answer and the numbers of the citations that bear it out."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown to the asker.

    `question` is the question as understood, a follow-up spelled out. `confidence` is between 0
    and 1. `text` holds the sentences with their markers, [1]. When `found` is False there are no
    sentences; `text` says so and names the nearest columns, which `hits` hold.
    """

    question: str
    found: bool
    confidence: float
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    text: str
    hits: tuple[Hit, ...]
    language: str
    mode: Literal["quoted", "written"] = "quoted"
    unsupported: tuple[str, ...] = ()


PASSAGES_READ = 10  # passages whose sentences may answer
ANSWER_WORDS = 95  # what an answer comes to at most, but for a single longer sentence
QUOTED_SENTENCES = 5
FAR_BEHIND = 3.0  # a sentence that scores so much below the best one is not worth quoting beside it
LEAST_COSINE = 0.7  # the model puts any two texts about as close as this
ACROSS_LANGUAGES = 0.05  # by so much a question is nearer to a text than its translation is, over twelve pairs
NEAREST = 3
HITS_SHOWN = 10

# Both sets of weights were fitted on 179 questions of our own about a Dutch archive of 1,000 columns:
# those of a sentence as a softmax over the sentences of a question, those of the confidence as a
# logistic regression of "the archive answers this", scaled afterwards so that the figure is the share
# of answers that are right.
SENTENCE_WEIGHTS = np.array([1.0, 5.3, 5.0, 0.2, 1.9, -1.1, -0.25], np.float32)
CONFIDENCE_WEIGHTS = np.array([11.31, 5.92, -0.74, -15.27], np.float32)
# An answer less sure than this is not given: it refuses one in ten of the questions that have an answer.
SURE_ENOUGH = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer: its cosine with the question, and its score, higher is better."""

    passage: Passage
    sentence: Sentence
    cosine: float
    score: float

    @property
    def text(self) -> str:
        """The sentence as it stands."""
        return self.passage.article.text[self.sentence.start : self.sentence.end]


def weigh_sentences(index: Index, retrieved: Retrieved) -> list[Evidence]:
    """The sentences of the best passages, best first."""
    asked = asked_for(retrieved.question.focus)
    rarity = {term: index.words.rarity(term) for term in _query_terms(index, retrieved.question.text)}
    best = retrieved.candidates[0].score if retrieved.candidates else 0.0
    found = [
        evidence
        for candidate in retrieved.candidates[:PASSAGES_READ]
        for evidence in _of_passage(index, retrieved, candidate, asked, rarity, best)
    ]
    return sorted(found, key=lambda evidence: -evidence.score)


def _of_passage(
    index: Index, retrieved: Retrieved, candidate: Candidate, asked: Asked, rarity: dict[str, float], best: float
) -> Iterator[Evidence]:
    passage = index.passage(candidate.number)
    first = int(index.first_sentence[candidate.number])
    vectors = index.sentence_vectors[first : first + len(passage.sentences)].astype(np.float32)
    cosines = vectors @ retrieved.vector
    closeness = index.sentence_spread.standardise(retrieved.vector, cosines)
    text = passage.article.text
    quotes = [text[s.start : s.end] for s in passage.sentences]
    shares = [_share(quote, passage.article.language, rarity) for quote in quotes]
    for i, quote in enumerate(quotes):
        features = np.array(
            [
                closeness[i],
                shares[i],
                max(shares[i - 1] if i else 0.0, shares[i + 1] if i + 1 < len(shares) else 0.0),
                candidate.score - best,
                asked is not Asked.ANYTHING and holds(asked, quote),
                _awkwardness(quote),
                math.log(1 + len(quote.split())),
            ],
            np.float32,
        )
        yield Evidence(passage, passage.sentences[i], float(cosines[i]), float(features @ SENTENCE_WEIGHTS))


def _query_terms(index: Index, question: str) -> list[str]:
    languages = sorted({article.language for article in index.articles})
    return list(dict.fromkeys(term for language in languages for term in terms_of(question, language)))


def _share(sentence: str, language: str, rarity: dict[str, float]) -> float:
    """How much of what the question asks about the sentence names, by the rarity of its words: 0 to 1."""
    named = set(terms_of(sentence, language))
    return sum(weight for term, weight in rarity.items() if term in named) / max(sum(rarity.values()), 1e-9)


def _awkwardness(quote: str) -> float:
    """Why a sentence makes a poor quote: a scrap, a heading, or far too long."""
    words = len(quote.split())
    return 1.0 * (words < 4) + 0.5 * (not re.search(r"[.!?…”\"’')]$", quote)) + 0.5 * (words > 60)


def answer_by_quoting(index: Index, retrieved: Retrieved) -> Answer:
    """The sentences that answer, quoted with who wrote them and when; or that the archive has no answer."""
    language = language_of(retrieved.question.focus)
    evidence = weigh_sentences(index, retrieved)
    confidence = confidence_of(index, retrieved, evidence)
    hits = hits_of(index, retrieved, HITS_SHOWN)
    if not evidence or confidence < SURE_ENOUGH:
        return Answer(retrieved.question.text, False, confidence, (), (), _not_found(hits, language), hits, language)
    ranked = dict.fromkeys(
        index.passage(candidate.number).article for candidate in retrieved.candidates[:PASSAGES_READ]
    )
    citations = _cite(_choose(evidence, tuple(ranked), language))
    sentences = tuple(_sentences(citations, language))
    return Answer(retrieved.question.text, True, confidence, sentences, citations, joined(sentences), hits, language)


def joined(sentences: Sequence[AnswerSentence]) -> str:
    """The sentences with the numbers of their citations behind them."""
    return " ".join(f"{s.text} {''.join(f'[{number}]' for number in s.citations)}" for s in sentences)


def growing(answer: Answer) -> Iterator[Answer]:
    """The same answer, a sentence longer each time; the last one is whole."""
    for shown in range(1, len(answer.sentences)):
        sentences = answer.sentences[:shown]
        numbers = {number for sentence in sentences for number in sentence.citations}
        citations = tuple(citation for citation in answer.citations if citation.number in numbers)
        yield replace(answer, sentences=sentences, citations=citations, text=joined(sentences))
    yield answer


def confidence_features(index: Index, retrieved: Retrieved, evidence: Sequence[Evidence]) -> NDArray[np.float32]:
    """What is known of how well the question is answered.

    The cosine of the best passage; that of the best sentence with a thing in it of the kind asked for
    that the question does not itself name; whether a number is asked for, which archives leave unsaid
    more often than a name or a reason; and 1, for the intercept.
    """
    question = retrieved.question.focus
    asked, language = asked_for(question), language_of(question)
    offering = [item for item in evidence if offers(asked, question, item.text)]
    nearest = max((_in_one_language(item.cosine, item.passage, language) for item in offering), default=LEAST_COSINE)
    best = max(
        _in_one_language(c.cosine, index.passage(c.number), language) for c in retrieved.candidates[:PASSAGES_READ]
    )
    return np.array([best, nearest, asked is Asked.NUMBER, 1.0], np.float32)


def _in_one_language(cosine: float, passage: Passage, language: str) -> float:
    """What the cosine would be if the passage were in the language of the question."""
    return cosine if passage.article.language == language else cosine + ACROSS_LANGUAGES


def confidence_of(index: Index, retrieved: Retrieved, evidence: Sequence[Evidence]) -> float:
    """How likely it is that the sentences chosen answer the question, 0 to 1."""
    if not evidence:
        return 0.0
    return float(1 / (1 + np.exp(-confidence_features(index, retrieved, evidence) @ CONFIDENCE_WEIGHTS)))


def _choose(evidence: Sequence[Evidence], order: Sequence[Article], language: str) -> list[tuple[Article, int, int]]:
    """Spans to quote: the best sentences that fit, column by column as these are ranked, within one as they stand."""
    chosen: list[Evidence] = []
    opened: set[str] = set()
    said: set[str] = set()
    words = 0
    for item in evidence:
        article, key = item.passage.article, " ".join(item.text.lower().split())
        length = len(item.text.split()) + (
            0 if article.path in opened else len(_lead_in(article, "", language).split())
        )
        if item.score < evidence[0].score - FAR_BEHIND:
            break
        if key in said or (chosen and words + length > ANSWER_WORDS):
            continue
        chosen.append(item)
        opened.add(article.path)
        said.add(key)
        words += length
        if len(chosen) == QUOTED_SENTENCES:
            break
    places = {article.path: place for place, article in enumerate(order)}
    spans: list[tuple[Article, int, int]] = []
    for item in sorted(chosen, key=lambda item: (places[item.passage.article.path], item.sentence.start)):
        article, start, end = item.passage.article, item.sentence.start, item.sentence.end
        if spans and spans[-1][0] is article and not article.text[spans[-1][2] : start].strip(" \n-"):
            spans[-1] = (article, spans[-1][1], end)
        else:
            spans.append((article, start, end))
    return spans


def _cite(spans: Sequence[tuple[Article, int, int]]) -> tuple[Citation, ...]:
    return tuple(
        Citation(number, article, article.text[start:end], start, end)
        for number, (article, start, end) in enumerate(spans, start=1)
    )


def _sentences(citations: Sequence[Citation], language: str) -> Iterator[AnswerSentence]:
    """A sentence a citation; the first of each column says whose it is."""
    before: Article | None = None
    for citation in citations:
        article, quote = citation.article, f"“{' '.join(citation.quote.split())}”"
        if article is not before:
            quote = _lead_in(article, quote, language)
        before = article
        yield AnswerSentence(quote, (citation.number,))


def _lead_in(article: Article, quote: str, language: str) -> str:
    who = signature(article.author, article.date, language)
    return say("quoted_from", language, title=article.title, signature=who, quote=quote)


def _not_found(hits: Sequence[Hit], language: str) -> str:
    nearest = list(dict.fromkeys(hit.passage.article for hit in hits))[:NEAREST]
    if not nearest:
        return say("not_found", language)
    named = "; ".join(f"“{article.title}” ({signature(article.author, article.date, language)})" for article in nearest)
    return f"{say('not_found', language)} {say('nearest', language)} {named}."
