"""Hits → an answer in a language model's words, each sentence checked against the passages it cites.

What the model writes is a proposal. A sentence is shown when the columns bear it out, with the sentences
that do; where it is copied from them, or may not be borne out, these are given in its place. The others are
kept apart in `Answer.unsupported`. Where nothing is left, or nothing of it answers, or the model fails, the
asker gets the quoted answer and one line on why.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from columnbot.addressed import seen_text, speaks_to_a_model
from columnbot.answering import Answer, AnswerSentence, Citation, growing, joined, quoted_words
from columnbot.articles import Article
from columnbot.claims import denials
from columnbot.copying import Copy, copy_of
from columnbot.errors import WriterFailed
from columnbot.figures import missing_figures
from columnbot.language import stems_of
from columnbot.llm import LanguageModel, Message, tokens_of
from columnbot.messages import say, signature
from columnbot.passages import Passage, Sentence
from columnbot.prose import Written, sentences_of, written
from columnbot.quotations import quoted_block

PASSAGES_TOLD = 6
ANSWER_TOKENS = 300
SENTENCES = 6  # what an answer comes to at most
REJECTS = 8  # so many sentences that nothing bears out, and the rest is not waited for
PLAIN = 0.9  # so likely borne out by the passage that it cites, and a sentence is not held against others
# Less likely borne out than this, and the column's words stand in the place of the model's: of a sentence, of one of a
# model that has slipped before in this answer, and of a copy.
IN_ITS_WORDS, AFTER_A_SLIP, IF_COPIED = 0.7, 0.9, 0.95
LITTLE = 0.1  # that another passage bears it out so much more likely does not outweigh what the model cites
SAME = 0.75  # share of the words that two sentences have in common, from which they say the same
TO_THE_POINT = 4.0  # log-odds below the sentence likeliest to answer; of those that answer 0.99 lie within
RUN = 3  # sentences that one citation quotes at most


class Verdict(Protocol):
    """What a check finds; `reason` is None where the sentence is borne out."""

    @property
    def supported(self) -> bool:
        """Whether the passages bear the sentence out."""

    @property
    def chance(self) -> float:
        """How likely they do, 0 to 1."""

    @property
    def reason(self) -> str | None:
        """Why they do not."""


Check = Callable[[str, Sequence[Passage]], Verdict]
# Of each passage, of each of its sentences: the log-odds that it answers the question.
Reading = Callable[[Sequence[Passage]], Sequence[NDArray[np.float32]]]


def write_answer(
    quoted: Answer, model: LanguageModel, check: Check, reading: Reading | None = None
) -> Iterator[Answer]:
    """The quoted answer's question, answered in the model's words: an answer that grows by checked sentences.

    The last one is whole. It is the quoted answer where that found nothing, with a `notice` where the
    model failed, or wrote nothing that the columns bear out, or, with a `reading`, nothing that answers.
    """
    passages, addressed = _passages(quoted, model)
    if not quoted.found:
        yield quoted
        return
    if addressed or not passages:
        yield from growing(_quoted(quoted, WriterFailed("addressed" if addressed else "no_room"), ()))
        return
    draft = _Draft(quoted, passages, check, reading)
    mark = secrets.token_hex(4)
    try:
        for sentence in sentences_of(model.stream(_messages(quoted, passages, mark), tokens=ANSWER_TOKENS)):
            if draft.add(written(_unfenced(sentence, mark))) and draft.answers:
                yield draft.answer()
            if draft.is_full:
                break
    except WriterFailed as failure:
        yield from growing(_quoted(quoted, failure, draft.unsupported))
        return
    if draft.sentences and draft.answers:
        yield draft.answer()
    else:
        reason = "beside" if draft.sentences or draft.beside else "unsupported" if draft.unsupported else "nothing"
        yield from growing(_quoted(quoted, WriterFailed(reason), draft.unsupported))


def _quoted(quoted: Answer, failure: WriterFailed, unsupported: Sequence[str]) -> Answer:
    notice = say(f"writer.{failure.reason}", quoted.language, detail=failure.detail)
    return replace(quoted, notice=notice, unsupported=tuple(unsupported))


def _passages(quoted: Answer, model: LanguageModel) -> tuple[tuple[Passage, ...], bool]:
    """The passages to write from, those quoted first; and whether one of these speaks to the model.

    A passage that does is never among them: neither read to the model nor able to bear out what it says.
    """
    cited = [hit.passage for hit in quoted.hits if any(_holds(hit.passage, c) for c in quoted.citations)]
    others = [hit.passage for hit in quoted.hits if hit.passage not in cited]
    told: list[Passage] = []
    left = model.context - ANSWER_TOKENS - tokens_of(say("writer.task", quoted.language)) - tokens_of(quoted.question)
    left -= 100  # for what a chat template puts around the messages
    for passage in (*cited, *others):
        cost = tokens_of(_fenced(0, passage, "00000000", quoted.language))
        if len(told) == PASSAGES_TOLD:
            break
        if cost <= left and not _is_addressed(passage):
            told.append(passage)
            left -= cost
    return tuple(told), any(_is_addressed(passage) for passage in cited)


def _holds(passage: Passage, citation: Citation) -> bool:
    same = passage.article.path == citation.article.path
    return same and passage.start < citation.end and citation.start < passage.end


def _is_addressed(passage: Passage) -> bool:
    # The author apart from the rest: "Redactie columnbot" above a text that says "moet" would be an order to columnbot.
    article = passage.article
    return speaks_to_a_model(f"{article.title}\n{passage.text}") or speaks_to_a_model(article.author or "")


def _messages(quoted: Answer, passages: Sequence[Passage], mark: str) -> list[Message]:
    """The task, then the passages in fences that no column can close, as their mark is new each time."""
    sources = "\n\n".join(_fenced(n, passage, mark, quoted.language) for n, passage in enumerate(passages, start=1))
    question = say("writer.question", quoted.language, question=quoted.question)
    return [
        {"role": "system", "content": say("writer.task", quoted.language)},
        {"role": "user", "content": f"{sources}\n\n{question}"},
    ]


def _fenced(number: int, passage: Passage, mark: str, language: str) -> str:
    article = passage.article
    head = f"{article.title} ({signature(article.author, article.date, language)})"
    text = seen_text(f"{head}\n{passage.text}").replace("[", "(").replace("]", ")").replace("<", "‹").replace(">", "›")
    return f"[{number}] <<<{mark}\n{text}\n{mark}>>>"


def _unfenced(sentence: str, mark: str) -> str:
    """Without the fences that a weak model repeats."""
    return re.sub(rf"(?:<<<\s*)?{mark}(?:\s*>>>)?", "", sentence)


class _Draft:
    """An answer in the making: what was borne out so far, and what was not."""

    def __init__(self, quoted: Answer, passages: Sequence[Passage], check: Check, reading: Reading | None) -> None:
        self._quoted = quoted
        self._passages = passages
        self._check = check
        self._reading = reading
        self.answers = False  # whether something in it rests on what may answer
        self._last: Article | None = None  # the column that was quoted last
        self._has_slipped = False  # whether something was left out, or copied and went wrong
        self.beside = False  # whether something was left out that answers nothing
        self._citations: dict[tuple[str, int, int], Citation] = {}
        self.sentences: list[AnswerSentence] = []
        self.unsupported: list[str] = []

    @property
    def is_full(self) -> bool:
        return len(self.sentences) >= SENTENCES or len(self.unsupported) >= REJECTS

    def add(self, sentence: Written) -> bool:
        """Whether the sentence goes into the answer."""
        if not re.search(r"\w", sentence.text) or self._is_said(sentence.text):
            return False
        of, chance = ([], 0.0) if sentence.had_link or sentence.text.endswith("?") else self._bearing(sentence)
        if not of:
            self.unsupported.append(sentence.text)
            return False
        answers = self._reading is None or any(self._may_answer(sentence.text, n) for n in of)
        copy = copy_of(sentence.text, [self._passages[n] for n in of])
        self._has_slipped = self._has_slipped or bool(self.unsupported or (copy and copy.strays))
        if self._is_plain(copy, chance):
            numbers = dict.fromkeys(self._cite(sentence.text, self._passages[n]).number for n in of)
            shown = [AnswerSentence(sentence.text, tuple(numbers))]
            self._last = None  # a quote that comes next says again whose it is
        elif answers:
            shown = self._quotes(sentence.text, of)
        else:
            shown, self.beside = [], True
        self.sentences += shown
        self.answers = self.answers or (answers and bool(shown))
        return bool(shown)

    def _is_plain(self, copy: Copy | None, chance: float) -> bool:
        """Whether it may stand as the model put it. Of what stands so in a column it is not the model that says "I"."""
        if copy is None:
            return chance >= (AFTER_A_SLIP if self._has_slipped else IN_ITS_WORDS)
        return chance >= IF_COPIED and not copy.is_verbatim and not copy.strays

    def _quotes(self, text: str, of: Sequence[int]) -> list[AnswerSentence]:
        """What of those passages bears the text out, in their words, where nothing of it is cited yet."""
        shown = []
        for passage in (self._passages[n] for n in of):
            start, end = bearing_run(text, passage)
            cited = [c for c in self._citations.values() if c.article.path == passage.article.path]
            if not any(c.start < end and start < c.end for c in cited):
                quote = self._cite(text, passage)
                shown.append(AnswerSentence(quoted_words(quote, self._last, self._quoted.language), (quote.number,)))
                self._last = quote.article
        return shown

    def answer(self) -> Answer:
        sentences = tuple(self.sentences)
        return replace(
            self._quoted, sentences=sentences, citations=tuple(self._citations.values()), text=joined(sentences),
            mode="written", unsupported=tuple(self.unsupported),
        )  # fmt: skip

    def _is_said(self, text: str) -> bool:
        """Whether this, or nearly this, stands there already: weak models go round in circles.

        What differs in a number or a denial is something else, and may be what was wrong put right.
        """
        if text in self.unsupported:
            return True
        stems = stems_of(text)
        return any(
            len(stems & stems_of(other)) >= SAME * len(stems | stems_of(other))
            and denials(text) == denials(other)
            and not missing_figures(text, other)
            for other in (sentence.text for sentence in self.sentences)
        )

    def _bearing(self, sentence: Written) -> tuple[list[int], float]:
        """Which passages bear the sentence out, of those that it cites or else the best; and how likely they do.

        Weak models cite the wrong one, which may have words enough in common to pass.
        """
        held = cache(lambda *of: self._check(sentence.text, [self._passages[n] for n in of]))
        cited = [n - 1 for n in sentence.numbers if 1 <= n <= len(self._passages)]
        verdict = held(*cited) if cited else None
        chosen, chance = (cited, verdict.chance) if verdict and verdict.supported else ([], 0.0)
        if not (verdict and len(chosen) == 1 and verdict.chance >= PLAIN):
            alone = [held(n) for n in range(len(self._passages))]
            chosen = [n for n in chosen if alone[n].supported] or chosen  # without one that has nothing to do with it
            best = max(range(len(alone)), key=lambda n: (alone[n].supported, alone[n].chance))
            if alone[best].supported and not (chosen and alone[best].chance <= chance + LITTLE):
                chosen, chance = [best], alone[best].chance
        return chosen, chance

    def _may_answer(self, text: str, n: int) -> bool:
        """Whether the sentences of that passage that bear the text out are among those likeliest to answer."""
        start, end = bearing_run(text, self._passages[n])
        odds = [
            odd for s, odd in zip(self._passages[n].sentences, self._odds[n], strict=True) if start <= s.start < end
        ]
        return bool(max(odds) >= np.concatenate(self._odds).max() - TO_THE_POINT)

    @cached_property
    def _odds(self) -> Sequence[NDArray[np.float32]]:
        return self._reading(self._passages) if self._reading else ()

    def _cite(self, text: str, passage: Passage) -> Citation:
        """What in the passage bears the sentence out."""
        start, end = bearing_run(text, passage)
        article = passage.article
        key = (article.path, start, end)
        if key not in self._citations:
            number = len(self._citations) + 1
            self._citations[key] = Citation(number, article, article.text[start:end], start, end)
        return self._citations[key]


def bearing_run(text: str, passage: Passage) -> tuple[int, int]:
    """Where the sentences of the passage stand that say most of the text's words, as few as will do.

    They are all the column's own, or all of one paragraph that it quotes.
    """
    wanted = stems_of(text)
    article, sentences = passage.article, passage.sentences

    def worth(run: Sequence[Sentence]) -> float:
        said = stems_of(article.text[run[0].start : run[-1].end])
        return len(wanted & said) / max(len(wanted), 1) - 0.15 * len(run)

    runs = [sentences[a : a + n] for n in range(1, RUN + 1) for a in range(len(sentences) - n + 1)]
    blocks = {sentence: quoted_block(article.text, sentence.start) for sentence in sentences}
    of_one_voice = [run for run in runs if len({blocks[sentence] for sentence in run}) == 1]
    best = max(of_one_voice, key=worth)
    return best[0].start, best[-1].end
