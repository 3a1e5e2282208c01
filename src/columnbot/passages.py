"""Cutting an article into passages and sentences that know their place in it."""

from dataclasses import dataclass

from columnbot.articles import Article
from columnbot.language import sentence_spans


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's place: character offsets into `article.text`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article. Always `article.text[start:end] == text`."""

    article: Article
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]

    def __post_init__(self) -> None:
        if self.article.text[self.start : self.end] != self.text:
            raise ValueError(f"passage {self.start}:{self.end} of {self.article.path} does not stand at its place")


def split_article(article: Article, *, words: int = 130) -> tuple[Passage, ...]:
    """The article's passages, in order, without overlap: about `words` words each.

    A passage ends at a sentence's end, where it can at a paragraph's: once it has half its words,
    it stops before a paragraph that would carry it over its length. What is left at the end joins
    the last passage when it is short.
    """
    groups: list[list[Sentence]] = []
    lengths: list[int] = []
    previous_end = 0
    for start, end in sentence_spans(article.text, article.language):
        sentence = Sentence(start, end)
        length = len(article.text[start:end].split())
        new_paragraph = "\n\n" in article.text[previous_end:start]
        previous_end = end
        full = bool(groups) and lengths[-1] + length > words
        ripe = bool(groups) and new_paragraph and lengths[-1] >= 0.75 * words
        if not groups or full or ripe:
            groups.append([])
            lengths.append(0)
        groups[-1].append(sentence)
        lengths[-1] += length
    if len(groups) > 1 and lengths[-1] < 0.25 * words:
        groups[-2:] = [groups[-2] + groups[-1]]
    return tuple(_passage(article, sentences) for sentences in groups)


def _passage(article: Article, sentences: list[Sentence]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    return Passage(article, start, end, article.text[start:end], tuple(sentences))
