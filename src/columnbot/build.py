"""`build_index`: read → split → embed → publish."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding import Embedder, PassageInput, open_embedder
from columnbot.errors import IndexProblem
from columnbot.index import Index, embedded_text, key_of, open_index, write_index
from columnbot.index.generation import named_generation, publish, writing
from columnbot.language import ANALYSER_VERSION
from columnbot.passages import Passage, split_article
from columnbot.readers import Skipped, read_archive, require_folder
from columnbot.settings import Settings
from columnbot.version import VERSION

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build read and made. `embedded` passages were new; `unchanged` means the index was left as it was."""

    index: Path
    articles: int
    words: int
    passages: int
    sentences: int
    embedded: int
    unchanged: bool
    seconds: float
    authors: tuple[str, ...]
    years: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]


def build_index(
    articles: Path, index: Path, *, settings: Settings | None = None, progress: Progress | None = None
) -> BuildReport:
    """Builds the index of a folder of articles, or brings it up to date.

    Vectors of passages that have not changed are taken over from the generation in force; where
    nothing at all has changed, no model is loaded and nothing is written. `progress` is called with
    the number of passages embedded and to be embedded. Raises `ArchiveError`, `IndexBusy`,
    `IndexUnwritable` or `ModelUnavailable`; the index that was there then stays in force.
    """
    started = perf_counter()
    settings = settings or Settings()
    require_folder(Path(articles))
    with writing(Path(index)) as folder:
        archive = read_archive(Path(articles))
        passages = [
            passage for article in archive.articles for passage in split_article(article, words=settings.passage_words)
        ]
        choice = open_embedder(settings.model)
        notes = (*((choice.notice,) if choice.notice else ()), *archive.notes)
        old = _usable_index(Path(index), choice.embedder)
        unchanged = old is not None and _same(old, archive.articles, passages, settings)
        embedded = 0
        if not unchanged:
            vectors, sentence_vectors, embedded = _embed(passages, choice.embedder, old, progress)
            write_index(folder, archive.articles, passages, vectors, sentence_vectors)
            publish(folder, _facts(choice.embedder, settings, archive.articles, passages))
    return BuildReport(
        index=Path(index),
        articles=len(archive.articles),
        words=sum(len(article.text.split()) for article in archive.articles),
        passages=len(passages),
        sentences=sum(len(passage.sentences) for passage in passages),
        embedded=embedded,
        unchanged=unchanged,
        seconds=perf_counter() - started,
        authors=tuple(sorted({article.author for article in archive.articles if article.author})),
        years=tuple(sorted({article.date.year for article in archive.articles if article.date})),
        skipped=archive.skipped,
        notes=notes,
    )


def _usable_index(index: Path, embedder: Embedder) -> Index | None:
    """The index in force, when its vectors may be taken over."""
    try:
        old = open_index(index)
    except IndexProblem:
        return None
    return old if old.manifest.fingerprint == embedder.fingerprint else None


def _same(old: Index, articles: Sequence[Any], passages: Sequence[Passage], settings: Settings) -> bool:
    return (
        old.folder == named_generation(old.folder.parent)  # and not one that had to stand in for it
        and old.manifest.analyser == ANALYSER_VERSION
        and old.manifest.model == settings.model
        and old.manifest.columnbot == VERSION
        and old.manifest.passage_words == settings.passage_words
        and old.articles == tuple(articles)
        and len(old) == len(passages)
        and all(old.passage(number) == passage for number, passage in enumerate(passages))
    )


def _embed(
    passages: Sequence[Passage], embedder: Embedder, old: Index | None, progress: Progress | None
) -> tuple[NDArray[np.float32], NDArray[np.float16], int]:
    """Vectors (n, d) of the passages and (m, d) of their sentences, and how many passages were embedded anew."""
    counts = [len(passage.sentences) for passage in passages]
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    vectors = np.empty((len(passages), embedder.dimension), np.float32)
    sentence_vectors = np.empty((int(first[-1]), embedder.dimension), np.float16)
    known = {old.keys[number].tobytes(): number for number in range(len(old))} if old else {}
    missing = []
    for number, passage in enumerate(passages):
        source = known.get(key_of(passage).tobytes())
        if source is None or old is None:
            missing.append(number)
            continue
        vectors[number] = old.vectors([source])[0]
        rows = slice(old.first_sentence[source], old.first_sentence[source + 1])
        sentence_vectors[first[number] : first[number + 1]] = old.sentence_vectors[rows]
    done = 0
    if progress:
        progress(0, len(missing))
    inputs: Iterator[PassageInput] = (embedding_input(passages[number]) for number in missing)
    for block in embedder.embed_passages(inputs) if missing else ():
        numbers = missing[done : done + len(block.passages)]
        # As they will be stored, so that an index brought up to date is the one built afresh, byte for byte.
        vectors[numbers] = block.passages.astype(np.float16)
        rows_of_block = np.concatenate([np.arange(first[number], first[number + 1]) for number in numbers])
        sentence_vectors[rows_of_block] = block.spans
        done += len(numbers)
        if progress:
            progress(done, len(missing))
    return vectors, sentence_vectors, len(missing)


def embedding_input(passage: Passage) -> PassageInput:
    """What of a passage goes through the model, and where its sentences stand in that."""
    text = embedded_text(passage)
    shift = len(text) - len(passage.text) - passage.start
    return PassageInput(text, tuple((s.start + shift, s.end + shift) for s in passage.sentences))


def _facts(
    embedder: Embedder, settings: Settings, articles: Sequence[Any], passages: Sequence[Passage]
) -> dict[str, object]:
    return {
        "columnbot": VERSION,
        "model": settings.model,
        "fingerprint": embedder.fingerprint,
        "dimension": embedder.dimension,
        "analyser": ANALYSER_VERSION,
        "passage_words": settings.passage_words,
        "articles": len(articles),
        "passages": len(passages),
        "sentences": sum(len(passage.sentences) for passage in passages),
    }
