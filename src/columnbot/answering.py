"""Hits → an answer that quotes, or that says the archive does not know."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from columnbot.articles import Article
from columnbot.asked import asks_for_change
from columnbot.bounds import within_bounds
from columnbot.embedding import Reader
from columnbot.evidence import PASSAGES_READ, QUICK, READ, Evidence, Weighing, confidence_of, weigh_sentences
from columnbot.filters import EVERYTHING
from columnbot.helpline import asks_for_help
from columnbot.index import Index
from columnbot.language import language_of
from columnbot.lines import in_lines, is_heading, lists_in
from columnbot.messages import long_date, say, signature
from columnbot.questions import names_a_subject, points_back
from columnbot.quotations import is_quoted, quoted_block
from columnbot.retrieval import Hit, Retrieved, hits_of


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
    sentences; `text` says so and names the nearest columns, which `hits` hold. `unsupported` are
    sentences that a language model wrote and its sources do not bear out; `notice` is one line on
    why an answer that was to be written is quoted.
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
    notice: str | None = None


ANSWER_WORDS = 150  # what an answer comes to at most, but for a single longer sentence
FIXED_WORDS = 95  # a follow-up's and a timeline's
QUOTES = 5
RUN_WORDS = 45  # what a quote of several sentences comes to at most,
LIST_WORDS = 60  # and a list, which comes whole: one that is longer may be parted
FAR_BEHIND = 5.0  # a quote that scores so much below the best one is not worth a place beside it
READING = 0.7  # what a run loses for each e-fold of its words, as the asker has to read them,
SHORT = 8  # beyond so many: a sentence of three words seldom says anything by itself
MOST_OF_IT = 0.5  # of what a question is about, named in each quote of a timeline
NEAREST = 3
HITS_SHOWN = 10


def answer_by_quoting(index: Index, retrieved: Retrieved, reader: Reader | None = None) -> Answer:
    """The sentences that answer, quoted with who wrote them and when; or that the archive has no answer."""
    bounded = within_bounds(index, retrieved)
    evidence = weigh_sentences(index, bounded, reader)
    return answer_from(index, bounded if evidence else retrieved, evidence, READ if reader else QUICK)


def answer_from(index: Index, retrieved: Retrieved, evidence: Sequence[Evidence], weighing: Weighing) -> Answer:
    """The same out of sentences as they were weighed."""
    language = language_of(retrieved.question.focus, default=language_of(retrieved.question.text))
    confidence = confidence_of(index, retrieved, evidence, weighing)
    hits = hits_of(index, retrieved, HITS_SHOWN)
    follows = retrieved.question.is_follow_up
    changes = asks_for_change(retrieved.question.focus)
    there = bool(evidence) and _names(retrieved.question.focus, evidence[0].passage.article)
    enough = weighing.sure_enough_to_go_on if follows or changes or there else weighing.sure_enough
    asked = names_a_subject(retrieved.question)
    if asks_for_help(retrieved.question.focus):
        why = say("help", language)
        return Answer(retrieved.question.text, False, 0.0, (), (), why, (), language)
    if not asked or not evidence or confidence < enough:
        missing = "not_found" if retrieved.where == EVERYTHING else "not_found_in_part"
        why = say(missing if asked else "no_subject", language)
        return Answer(
            retrieved.question.text, False, confidence if asked else 0.0, (), (), _not_found(why, hits, language),
            hits, language,
        )  # fmt: skip
    if changes and len(years := _one_a_year(evidence)) > 1:
        as_they_came = sorted(retrieved.candidates[:PASSAGES_READ], key=lambda candidate: candidate.number)
        citations = _cite(_spans(years, [index.passages[candidate.number].article for candidate in as_they_came]))
        sentences = tuple(_timeline(citations, language))
    else:
        # For a follow-up, whose vector is mixed, the chances say too little to go by; of a timeline each year counts.
        most, worth = (FIXED_WORDS, 0.0) if follows else (ANSWER_WORDS, weighing.worth_reading)
        chosen = _choose(evidence, language, most, worth)
        citations = _cite(_spans(chosen, [run.sentences[0].passage.article for run in chosen]))
        sentences = tuple(_sentences(citations, language))
    return Answer(retrieved.question.text, True, confidence, sentences, citations, joined(sentences), hits, language)


def _names(question: str, article: Article) -> bool:
    """Whether a question names a column by its title, of more than a word."""
    title = " ".join(article.title.lower().split())
    return " " in title and bool(re.search(rf"(?<!\w){re.escape(title)}(?!\w)", " ".join(question.lower().split())))


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


@dataclass(frozen=True, slots=True)
class Run:
    """Sentences that stand one after another in a passage.

    `chance` is how likely it is that one of them answers, if anything found does; `score` ranks runs.
    """

    sentences: tuple[Evidence, ...]
    words: int
    chance: float
    score: float


def _runs(evidence: Sequence[Evidence]) -> list[Run]:
    """Every run of at most `RUN_WORDS` words, best first.

    A run scores as likely as any of its sentences is to answer, less for what it makes the asker read.
    """
    passages: dict[tuple[str, int], list[Evidence]] = {}
    for item in evidence:
        passages.setdefault((item.passage.article.path, item.passage.start), []).append(item)
    runs: list[Run] = []
    for items in passages.values():
        items.sort(key=lambda item: item.sentence.start)
        lengths = [len(item.text.split()) for item in items]
        blocks = [quoted_block(item.passage.article.text, item.sentence.start) for item in items]
        lists = _short_lists(items, lengths)
        announcing = [_announces(item) for item in items]
        before = len(runs)
        for start in range(len(items)):
            if start > 0 and lists[start] is not None and lists[start] == lists[start - 1]:
                continue  # it would part a list
            together = (
                start > 0 and blocks[start - 1] == blocks[start] and sum(lengths[start - 1 : start + 1]) <= RUN_WORDS
            )
            if together and points_back(items[start].text):
                continue  # it is not understood without the sentence before, with which it is a run
            for end in range(start + 1, len(items) + 1):
                if blocks[end - 1] != blocks[start]:
                    break  # whether the column quotes them has to be true of all
                words = sum(lengths[start:end])
                if words > (RUN_WORDS if lists[end - 1] is None else LIST_WORDS) and end > start + 1:
                    break
                if end < len(items) and (
                    announcing[end - 1] or (lists[end] is not None and lists[end] == lists[end - 1])
                ):
                    continue
                runs.append(_run(items[start:end], words))
        if len(runs) == before:  # each leans on another, and none of them fit together
            runs += [_run([item], length) for item, length in zip(items, lengths, strict=True)]
    return sorted(runs, key=lambda run: -run.score)


def _announces(item: Evidence) -> bool:
    """Whether a sentence says little without the one below it: it ends in a colon, asks, or is a heading."""
    return item.text.endswith((":", "?")) or is_heading(
        item.passage.article.text, item.sentence.start, item.sentence.end
    )


def _short_lists(items: Sequence[Evidence], lengths: Sequence[int]) -> list[int | None]:
    """Of each sentence of a passage where the list begins that it is part of, if that is short enough to come whole."""
    passage = items[0].passage
    found: list[int | None] = [None] * len(items)
    for first, last in lists_in(passage.article.text, passage.start, passage.end):
        inside = [n for n, item in enumerate(items) if first <= item.sentence.start < last]
        if sum(lengths[n] for n in inside) <= LIST_WORDS:
            for n in inside:
                found[n] = first
    return found


def _run(sentences: Sequence[Evidence], words: int) -> Run:
    chance = sum(item.chance for item in sentences)
    return Run(tuple(sentences), words, chance, math.log(chance) - READING * math.log(max(words, SHORT)))


def _choose(evidence: Sequence[Evidence], language: str, most: int, worth: float) -> list[Run]:
    """The best runs that fit into `most` words, are `worth` theirs and do not say the same twice, best first.

    So what one sentence plainly answers is answered shortly, and there is room for more where none is likely.
    """
    chosen: list[Run] = []
    said: set[str] = set()
    words = 0
    runs = _runs(evidence)
    for run in runs:
        article = run.sentences[0].passage.article
        texts = {" ".join(item.text.lower().split()) for item in run.sentences}
        opens = all(other.sentences[0].passage.article.path != article.path for other in chosen)
        before = chosen[0].sentences[0].passage.article if chosen else None
        length = run.words + (len(_lead_in(article, before, language, "").split()) if opens else 0)
        if run.score < runs[0].score - FAR_BEHIND or len(chosen) == QUOTES:
            break
        if texts & said or (chosen and (words + length > most or run.chance < length * worth)):
            continue
        chosen.append(run)
        said |= texts
        words += length
    return chosen


def _one_a_year(evidence: Sequence[Evidence]) -> list[Run]:
    """Of each year the best run that names the subject and is not far behind, as many as fit into an answer."""
    chosen: dict[int, Run] = {}
    words = 0
    runs = [run for run in _runs(evidence) if max(item.named for item in run.sentences) >= MOST_OF_IT]
    for run in runs:
        day = run.sentences[0].passage.article.date
        if run.score < runs[0].score - FAR_BEHIND or len(chosen) == QUOTES:
            break
        if day and day.year not in chosen and words + run.words <= FIXED_WORDS:
            chosen[day.year] = run
            words += run.words
    return list(chosen.values())


def _spans(runs: Sequence[Run], ranked: Sequence[Article]) -> list[tuple[Article, int, int]]:
    """Spans to quote: column by column as these are first ranked, within one as the runs are; neighbours joined."""
    places = {article.path: place for place, article in reversed(list(enumerate(ranked)))}
    found = [
        (r.sentences[0].passage.article, r.sentences[0].sentence.start, r.sentences[-1].sentence.end, n)
        for n, r in enumerate(runs)
    ]
    spans: list[tuple[Article, int, int, int]] = []
    for article, start, end, rank in sorted(found, key=lambda span: (span[0].path, span[1])):
        joins = spans and spans[-1][0] is article and not article.text[spans[-1][2] : start].strip(" \n-")
        if joins and quoted_block(article.text, spans[-1][1]) == quoted_block(article.text, start):
            spans[-1] = (article, spans[-1][1], end, min(spans[-1][3], rank))
        else:
            spans.append((article, start, end, rank))
    return [span[:3] for span in sorted(spans, key=lambda span: (places[span[0].path], span[3]))]


def _cite(spans: Sequence[tuple[Article, int, int]]) -> tuple[Citation, ...]:
    return tuple(
        Citation(number, article, article.text[start:end], start, end)
        for number, (article, start, end) in enumerate(spans, start=1)
    )


def _sentences(citations: Sequence[Citation], language: str) -> Iterator[AnswerSentence]:
    """A sentence a citation; the first of each column says whose it is, and each whether that quotes it."""
    before: Article | None = None
    one_author = len({citation.article.author for citation in citations}) == 1
    for citation in citations:
        words = quoted_words(citation, before, language, one_author=one_author)
        yield AnswerSentence(words, (citation.number,))
        before = citation.article


def quoted_words(citation: Citation, before: Article | None, language: str, *, one_author: bool = True) -> str:
    """A quote, behind whose it is where the quote before it is of another column, and whether that quotes it.

    All by `one_author` are not each signed; among others a column without a name beside its date is of nobody known.
    """
    article = citation.article
    quote = f"“{in_lines(article.text, citation.start, citation.end)}”"
    quoted = is_quoted(article.text, citation.start, citation.end)
    if article is not before:
        return _lead_in(article, before if one_author else None, language, quote, quoted=quoted)
    return say("quoted_there", language, quote=quote) if quoted else quote


def _timeline(citations: Sequence[Citation], language: str) -> Iterator[AnswerSentence]:
    """The same, each under its year; no two are of one column."""
    for sentence, citation in zip(_sentences(citations, language), citations, strict=True):
        year = citation.article.date.year if citation.article.date else ""
        yield replace(sentence, text=f"{year}: {sentence.text}")


def _lead_in(article: Article, before: Article | None, language: str, quote: str, *, quoted: bool = False) -> str:
    """Whose words these are: title, author and date; the author not again after another column of theirs.

    What the column quotes itself is not passed off as its author's.
    """
    who = signature(article.author, article.date, language)
    if before and article.date and article.author and article.author == before.author:
        who = long_date(article.date, language)
    key = "quoted_in" if quoted else "quoted_from"
    return say(key, language, title=article.title, signature=who, quote=quote)


def _not_found(why: str, hits: Sequence[Hit], language: str) -> str:
    nearest = list(dict.fromkeys(hit.passage.article for hit in hits))[:NEAREST]
    if not nearest:
        return why
    named = "; ".join(f"“{article.title}” ({signature(article.author, article.date, language)})" for article in nearest)
    return f"{why} {say('nearest', language)} {named}."
