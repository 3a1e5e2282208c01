"""`build_index`: read → split → embed → publish."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from columnbot.embedding import Embedder, PassageInput, open_embedder
from columnbot.errors import IndexProblem
from columnbot.index import Index, VectorBlock, embedded_text, key_of, open_index, write_index
from columnbot.index.embedded import Embedded, embedded_so_far, forget_embedded
from columnbot.index.generation import named_generation, publish, reporting, writing
from columnbot.index.word_vectors import WordAxes, fit_axes, no_axes, pack_words
from columnbot.language import ANALYSER_VERSION, content_words
from columnbot.passages import Passage, split_article
from columnbot.readers import read_archive, require_folder
from columnbot.readers.report import ArchiveReport, report_of
from columnbot.settings import Settings
from columnbot.version import VERSION

PASSAGES_A_BLOCK = 4096

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BuildReport(ArchiveReport):
    """What a build read and made. `embedded` passages were new; `unchanged` means the index was left as it was.

    `report.json` beside the generations holds the same, as JSON.
    """

    index: Path
    passages: int
    sentences: int
    embedded: int
    unchanged: bool
    seconds: float


def build_index(
    articles: Path, index: Path, *, settings: Settings | None = None, progress: Progress | None = None
) -> BuildReport:
    """Builds the index of a folder of articles, or brings it up to date.

    Vectors of passages that have not changed are taken over from the generation in force, and those
    that an interrupted build had embedded from where it kept them; where nothing at all has changed,
    the index is left as it is (the bundled model is then not even loaded). `progress` is called with
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
        embedder = choice.embedder
        old = _usable_index(Path(index), embedder)
        unchanged = old is not None and _same(old, archive.articles, passages, settings)
        missing = 0
        if not unchanged:
            axes = old.word_axes if old else _word_axes(embedder)
            with embedded_so_far(Path(index), embedder.fingerprint, axes) as embedded:
                missing = _embed_missing(passages, embedder, old, embedded, progress)
                write_index(folder, archive.articles, passages, _gather(passages, old, embedded), axes)
        read = report_of(replace(archive, notes=(*((choice.notice,) if choice.notice else ()), *archive.notes)))
        report = BuildReport(
            **{field.name: getattr(read, field.name) for field in fields(read)},
            index=Path(index),
            passages=len(passages),
            sentences=sum(len(passage.sentences) for passage in passages),
            embedded=missing,
            unchanged=unchanged,
            seconds=perf_counter() - started,
        )
        # The report is on disk before the index is in force, so that a full disk spoils neither.
        with reporting(Path(index), asdict(report)):
            if not unchanged:
                publish(folder, _facts(embedder, settings, archive.articles, passages))
        forget_embedded(Path(index))
    return report


def _usable_index(index: Path, embedder: Embedder) -> Index | None:
    """The index in force, when its vectors may be taken over."""
    try:
        old = open_index(index)
    except IndexProblem:
        return None
    return old if old.manifest.fingerprint == embedder.fingerprint else None


def _word_axes(embedder: Embedder) -> WordAxes:
    """The axes on which this model's words differ, by some paragraphs of ours: the same for every archive.

    Were they the archive's own, a killed build could not be gone on with before its axes were known.
    """
    paragraphs = (files("columnbot.embedding") / "paragraphs.txt").read_text(encoding="utf-8").split("\n\n")
    inputs = [PassageInput(text, (), tuple(content_words(text))) for text in paragraphs]
    words = np.concatenate([block.words for block in embedder.embed_passages(inputs)])
    return fit_axes(words) if len(words) else no_axes(embedder.dimension)


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


def _embed_missing(
    passages: Sequence[Passage],
    embedder: Embedder,
    old: Index | None,
    embedded: Embedded,
    progress: Progress | None,
) -> int:
    """Embeds what neither the old index nor an interrupted build has, and gives how many passages that were."""
    known = old.numbers if old else {}
    missing = [passage for passage in passages if (key := key_of(passage)) not in known and key not in embedded]
    done = 0
    if progress:
        progress(0, len(missing))
    inputs: Iterator[PassageInput] = (embedding_input(passage) for passage in missing)
    for block in embedder.embed_passages(inputs) if missing else ():
        run = missing[done : done + len(block.passages)]
        vectors = VectorBlock(
            block.passages.astype(np.float16),
            block.sentences.astype(np.float16),
            pack_words(embedded.axes.project(block.words)),
            block.counts,
        )
        embedded.add([key_of(passage) for passage in run], vectors)
        done += len(run)
        if progress:
            progress(done, len(missing))
    return len(missing)


def _gather(passages: Sequence[Passage], old: Index | None, embedded: Embedded) -> Iterator[VectorBlock]:
    """The vectors of all passages in their order, some at a time, from wherever they are."""
    known = old.numbers if old else {}
    for start in range(0, len(passages), PASSAGES_A_BLOCK):
        vectors, sentences, words = [], [], []
        for passage in passages[start : start + PASSAGES_A_BLOCK]:
            key = key_of(passage)
            if old is not None and key in known:
                number = known[key]
                vectors.append(old.vectors([number])[0].astype(np.float16))
                sentences.append(old.sentence_vectors[old.first_sentence[number] : old.first_sentence[number + 1]])
                words.append(old.word_vectors[old.first_word[number] : old.first_word[number + 1]])
            else:
                vectors.append(embedded.passage(key))
                sentences.append(embedded.sentences(key))
                words.append(embedded.words(key))
        counts = np.array([(len(of), len(in_it)) for of, in_it in zip(sentences, words, strict=True)])
        yield VectorBlock(np.stack(vectors), np.concatenate(sentences), np.concatenate(words), counts)


def embedding_input(passage: Passage) -> PassageInput:
    """What of a passage goes through the model, and where its sentences and words stand in that."""
    text = embedded_text(passage)
    shift = len(text) - len(passage.text) - passage.start
    sentences = tuple((sentence.start + shift, sentence.end + shift) for sentence in passage.sentences)
    return PassageInput(text, sentences, tuple(content_words(text)))


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
