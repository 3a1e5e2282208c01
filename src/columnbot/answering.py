"""Hits → an answer that quotes, or that says the archive does not know."""

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
from columnbot.questions import Asked, asked_for, holds
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
QUOTED_WORDS = 75  # what the quotes of an answer come to at most, but for a single longer sentence
QUOTED_SENTENCES = 4
NEAREST = 3
HITS_SHOWN = 10

# What a sentence's features count for, as `sentence_features` gives them.
SENTENCE_WEIGHTS = np.array([1.0, 1.5, 0.5, 0.4, 0.5, 0.6], np.float32)
# Logistic regression of "the answer is right" on `confidence_features`; the last number is the intercept.
CONFIDENCE_WEIGHTS = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], np.float32)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, with what speaks for it."""

    passage: Passage
    sentence: Sentence
    features: NDArray[np.float32]
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
    closeness = index.sentence_spread.standardise(retrieved.vector, vectors @ retrieved.vector)
    text = passage.article.text
    shares = [_share(text[s.start : s.end], passage.article.language, rarity) for s in passage.sentences]
    for i, sentence in enumerate(passage.sentences):
        quote = text[sentence.start : sentence.end]
        around = max(shares[i - 1] if i else 0.0, shares[i + 1] if i + 1 < len(shares) else 0.0)
        features = np.array(
            [
                closeness[i],
                shares[i],
                candidate.score - best,
                asked is not Asked.ANYTHING and holds(asked, quote),
                around,
                -_awkwardness(quote),
            ],
            np.float32,
        )
        yield Evidence(passage, sentence, features, float(features @ SENTENCE_WEIGHTS))


def _query_terms(index: Index, question: str) -> list[str]:
    languages = sorted({article.language for article in index.articles})
    return list(dict.fromkeys(term for language in languages for term in terms_of(question, language)))


def _share(sentence: str, language: str, rarity: dict[str, float]) -> float:
    """How much of what the question asks about the sentence names, by the rarity of its words: 0 to 1."""
    named = set(terms_of(sentence, language))
    return sum(weight for term, weight in rarity.items() if term in named) / max(sum(rarity.values()), 1e-9)


def _awkwardness(quote: str) -> float:
    """Why a sentence makes a poor quote: a heading, a question, a scrap."""
    words = len(quote.split())
    return (
        1.0 * (words < 4)
        + 1.0 * quote.endswith("?")
        + 0.5 * (not re.search(r"[.!…”\"’')]$", quote))
        + 0.5 * (words > 60)
    )


def answer_by_quoting(index: Index, retrieved: Retrieved) -> Answer:
    """The sentences that answer, quoted with who wrote them and when; or that the archive has no answer."""
    language = language_of(retrieved.question.focus)
    evidence = weigh_sentences(index, retrieved)
    confidence = confidence_of(retrieved, evidence)
    hits = hits_of(index, retrieved, HITS_SHOWN)
    if not evidence or confidence < 0.5:
        return Answer(retrieved.question.text, False, confidence, (), (), _not_found(hits, language), hits, language)
    citations = _cite(_choose(evidence))
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


def confidence_features(retrieved: Retrieved, evidence: Sequence[Evidence]) -> NDArray[np.float32]:
    """What is known of how well the question is answered: seven numbers, the last one 1."""
    best = retrieved.candidates[0]
    top = evidence[0]
    return np.array(
        [
            best.cosine,
            best.score,
            max(e.features[0] for e in evidence[:5]),
            max(e.features[1] for e in evidence[:5]),
            top.score,
            max(e.features[3] for e in evidence[:3]),
            1.0,
        ],
        np.float32,
    )


def confidence_of(retrieved: Retrieved, evidence: Sequence[Evidence]) -> float:
    """How likely it is that the sentences chosen answer the question, 0 to 1."""
    if not evidence:
        return 0.0
    return float(1 / (1 + np.exp(-confidence_features(retrieved, evidence) @ CONFIDENCE_WEIGHTS)))


_LEANS_BACK = re.compile(
    r"(hij|zij|ze|hem|haar|dit|dat|die|deze|daar\w*|hier\w*|er|het|zo|maar|en|want|dus|ook|toch|toen|he|she|it|they|this|that|"
    r"these|those|but|and|so)\b",
    re.IGNORECASE,
)


def _choose(evidence: Sequence[Evidence]) -> list[tuple[Article, int, int]]:
    """Spans to quote, article by article, in the order of each article's best sentence; within it as they stand."""
    chosen: list[Evidence] = []
    words = 0
    said: set[str] = set()
    for item in evidence:
        length = len(item.text.split())
        key = " ".join(item.text.lower().split())
        if key in said or (chosen and words + length > QUOTED_WORDS):
            continue
        chosen.append(item)
        said.add(key)
        words += length
        if len(chosen) == QUOTED_SENTENCES:
            break
    spans: list[tuple[Article, int, int]] = []
    for path in dict.fromkeys(item.passage.article.path for item in chosen):
        own = sorted(
            (item for item in chosen if item.passage.article.path == path), key=lambda item: item.sentence.start
        )
        for item in own:
            start, end = item.sentence.start, item.sentence.end
            article = item.passage.article
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
            who = signature(article.author, article.date, language)
            quote = say("quoted_from", language, title=article.title, signature=who, quote=quote)
        before = article
        yield AnswerSentence(quote, (citation.number,))


def _not_found(hits: Sequence[Hit], language: str) -> str:
    nearest = list(dict.fromkeys(hit.passage.article for hit in hits))[:NEAREST]
    if not nearest:
        return say("not_found", language)
    named = "; ".join(f"“{article.title}” ({signature(article.author, article.date, language)})" for article in nearest)
    return f"{say('not_found', language)} {say('nearest', language)} {named}."
