"""Cutting articles into passages and sentences that know their place in them."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, eq=False, slots=True)
class Passages(Sequence[Passage]):
    """All passages of an archive, in the order of its articles, as places in their texts.

    A `Passage` is made when it is asked for, so that the texts are in memory once. The sentences of
    passage p are numbers `first_sentence[p]` up to `first_sentence[p + 1]`.
    """

    articles: tuple[Article, ...]
    places: NDArray[np.int64]  # (passages, 3): article, start, end
    first_sentence: NDArray[np.int64]  # (passages + 1,)
    sentence_places: NDArray[np.int64]  # (sentences, 2): start, end in the article's text

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        number = range(len(self))[number]  # of -1 the sentences would end before they begin
        owner, start, end = self.places[number].tolist()
        article = self.articles[owner]
        rows = self.sentence_places[self.first_sentence[number] : self.first_sentence[number + 1]].tolist()
        return Passage(article, start, end, article.text[start:end], tuple(Sentence(a, b) for a, b in rows))

    def __iter__(self) -> Iterator[Passage]:
        return (self[number] for number in range(len(self)))

    @property
    def sentence_count(self) -> int:
        """How many sentences there are."""
        return len(self.sentence_places)


def split_articles(articles: Sequence[Article], *, words: int = 130, earlier: Passages | None = None) -> Passages:
    """The passages of all articles; those of a text that has not changed are taken over from `earlier` ones."""
    known = {article.path: number for number, article in enumerate(earlier.articles)} if earlier else {}
    begin = np.searchsorted(earlier.places[:, 0], np.arange(len(known) + 1)).tolist() if earlier else []
    owners, places, counts, sentences = array("q"), array("q"), array("q"), array("q")
    for owner, article in enumerate(articles):
        number = known.get(article.path)
        if earlier and number is not None and _reads_alike(earlier.articles[number], article):
            first, last = begin[number : number + 2]
            bounds = earlier.first_sentence[first : last + 1]
            places.frombytes(earlier.places[first:last, 1:].tobytes())
            counts.frombytes(np.diff(bounds).tobytes())
            sentences.frombytes(earlier.sentence_places[bounds[0] : bounds[-1]].tobytes())
        else:
            for passage in split_article(article, words=words):
                places.extend((passage.start, passage.end))
                counts.append(len(passage.sentences))
                sentences.extend(place for sentence in passage.sentences for place in (sentence.start, sentence.end))
        owners.extend([owner] * (len(counts) - len(owners)))
    return Passages(
        tuple(articles),
        np.column_stack([np.array(owners), np.array(places).reshape(-1, 2)]),
        np.concatenate([[0], np.cumsum(np.array(counts))]),
        np.array(sentences).reshape(-1, 2),
    )


def _reads_alike(one: Article, other: Article) -> bool:
    return (one.text, one.language) == (other.text, other.language)


def split_article(article: Article, *, words: int = 130) -> tuple[Passage, ...]:
    """The article's passages, in order, without overlap: about `words` words each.

    A passage ends at a sentence's end, where it can at a paragraph's: once it has three quarters of
    its words, it stops at the end of a paragraph. What is left at the end joins the last passage when
    it is short.
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
