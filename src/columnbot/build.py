"""`build_index`: read → split → embed → publish."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding import Embedder, PassageInput, open_embedder
from columnbot.errors import IndexOutdated, IndexProblem, IndexUnavailable, SettingsError
from columnbot.index import (
    Index,
    LocalIndex,
    VectorBlock,
    embedded_sentences,
    embedded_text,
    keys_of,
    open_index,
    write_index,
)
from columnbot.index.embedded import Embedded, axes_begun_with, embedded_so_far, forget_embedded
from columnbot.index.generation import named_generation, publish, put_in_force, reporting, writing
from columnbot.index.milvus import address_of, switch, write_generation
from columnbot.index.passage_vectors import EXACT_UP_TO
from columnbot.index.vectors import joined
from columnbot.index.word_vectors import WordAxes, fit_axes, no_axes, read_axes
from columnbot.language import ANALYSER_VERSION, content_words
from columnbot.passages import Passage, Passages, split_articles
from columnbot.readers import read_archive, require_folder
from columnbot.readers.readings import read_readings, write_readings
from columnbot.readers.report import ArchiveReport, report_of
from columnbot.settings import Settings
from columnbot.version import VERSION
from columnbot.workers import Done, embed_here, embed_on_ray

PASSAGES_A_BLOCK = 4096
READINGS = "readings.jsonl"

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
    articles: Path,
    index: Path,
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
    reading: Progress | None = None,
) -> BuildReport:
    """Builds the index of a folder of articles, or brings it up to date.

    What has not changed is taken over from the generation in force (what files gave, passages, vectors,
    terms), and what an interrupted build had embedded from where it kept that; where nothing at all has
    changed, the index is left as it is (the bundled model is then not even loaded). `progress` is called with
    the number of passages embedded and to be embedded, `reading` before that with that of files. Raises
    `ArchiveError`, `SettingsError` where both are one folder, `IndexBusy`, `IndexUnwritable`, `IndexUnavailable`,
    `ModelUnavailable` or `WorkersFailed`; the index that was there then stays in force.
    """
    started = perf_counter()
    settings = settings or Settings()
    require_folder(Path(articles))
    address = address_of(Path(index))
    place = address.workplace if address else Path(index)
    if place.resolve() == Path(articles).resolve():
        raise SettingsError(
            f"{place} is the folder of the articles; give --index another one, in which nothing else is kept"
        )
    with writing(place) as folder:
        choice = open_embedder(settings.model)
        embedder = choice.embedder
        old = _usable_index(Path(index), embedder)
        known = read_readings(old.kept_file(READINGS, folder), old.articles) if old else None
        archive = read_archive(Path(articles), pages=settings.pages, known=known, progress=reading)
        # From a cluster they would have to be fetched, which takes longer than to cut them again.
        earlier = old.passages if isinstance(old, LocalIndex) and _split_alike(old, settings) else None
        passages = split_articles(archive.articles, words=settings.passage_words, earlier=earlier)
        unchanged = old is not None and _same(old, passages, settings)
        facts = _facts(Path(articles), embedder, settings, passages)
        missing, collections = 0, None
        if not unchanged:
            keys = keys_of(passages)
            axes = old.word_axes if old else axes_begun_with(place, embedder.fingerprint) or _word_axes(embedder)
            with embedded_so_far(place, embedder.fingerprint, axes) as embedded:
                missing = _embed_missing(passages, keys, embedder, settings, old, embedded, progress)
                write_readings(archive.readings, archive.articles, folder / READINGS)
                vectors = _gather(keys, old, embedded)
                if address:
                    kept = [folder / READINGS]
                    collections = write_generation(address, folder, passages, keys, vectors, axes, facts, kept=kept)
                else:
                    local = old if isinstance(old, LocalIndex) else None
                    approximate = _approximate(passages, settings)
                    write_index(folder, passages, keys, vectors, axes, local, approximate=approximate)
        read = report_of(replace(archive, notes=(*((choice.notice,) if choice.notice else ()), *archive.notes)))
        report = BuildReport(
            **{field.name: getattr(read, field.name) for field in fields(read)},
            index=Path(address.shown) if address else place,
            passages=len(passages),
            sentences=passages.sentence_count,
            embedded=missing,
            unchanged=unchanged,
            seconds=perf_counter() - started,
        )
        # The report is on disk before the index is in force, so that a full disk spoils neither.
        with reporting(place, asdict(report)):
            if collections:
                switch(collections)
            elif not unchanged:
                publish(folder, facts)
            elif isinstance(old, LocalIndex):
                put_in_force(old.folder)
        forget_embedded(place)
    return report


def rebuild_outdated(
    outdated: IndexOutdated,
    index: Path,
    settings: Settings,
    *,
    progress: Progress | None = None,
    reading: Progress | None = None,
) -> BuildReport:
    """Builds an index of another format anew, as it was made, from its articles where they still are.

    That is where it says it was built from, or else the folder of the settings. Raises the error given where
    they are in neither.
    """
    folders = [folder for folder in (outdated.archive, settings.articles) if folder and _holds(folder, outdated.holds)]
    if not folders:
        raise outdated
    as_it_was = replace(
        settings,
        model=outdated.model,
        passage_words=outdated.passage_words,
        pages=settings.pages if outdated.pages is None else outdated.pages,
        exact=settings.exact if outdated.exact is None else outdated.exact,
    )
    return build_index(folders[0], index, settings=as_it_was, progress=progress, reading=reading)


def _holds(folder: Path, article: str) -> bool:
    """Whether the folder has the file, or the zip or export, that an article's path leads to."""
    files = [folder / article, folder / article.partition("#")[0]]
    return any(place.is_file() for file in files for place in (file, *file.parents) if place.is_relative_to(folder))


def _usable_index(index: Path, embedder: Embedder) -> Index | None:
    """The index in force, when its vectors may be taken over."""
    try:
        # All of it: damage that only a question would meet should be mended by a build, and not taken over.
        old = open_index(index, whole=True)
    except IndexUnavailable:
        raise  # and not all of it embedded anew
    except IndexProblem:
        return None
    return old if old.manifest.fingerprint == embedder.fingerprint else None


def _word_axes(embedder: Embedder) -> WordAxes:
    """The axes on which a model's words differ, the same for every archive.

    Were they the archive's own, a killed build could not be gone on with before its axes were known. Those of the
    bundled model are kept, for computing them takes as long as embedding twenty columns.
    """
    kept = files("columnbot.embedding") / f"axes-{embedder.fingerprint[:16]}.npz"
    if not kept.is_file():
        return computed_axes(embedder)
    with kept.open("rb") as stream:
        return read_axes(stream)


def computed_axes(embedder: Embedder) -> WordAxes:
    """The axes on which a model's words differ in some paragraphs of ours."""
    paragraphs = (files("columnbot.embedding") / "paragraphs.txt").read_text(encoding="utf-8").split("\n\n")
    inputs = [PassageInput(text, (), tuple(content_words(text))) for text in paragraphs]
    words = np.concatenate([block.words for block in embedder.embed_passages(inputs)])
    return fit_axes(words) if len(words) else no_axes(embedder.dimension)


def _approximate(passages: Passages, settings: Settings) -> bool:
    return len(passages) > EXACT_UP_TO and not settings.exact


def _split_alike(old: Index, settings: Settings) -> bool:
    """Whether a text that has not changed has the same passages as it had."""
    return (old.manifest.columnbot, old.manifest.analyser, old.manifest.passage_words) == (
        VERSION, ANALYSER_VERSION, settings.passage_words
    )  # fmt: skip


def _same(old: Index, passages: Passages, settings: Settings) -> bool:
    made_with = old.manifest.model, old.manifest.pages, old.manifest.exact
    return (
        # and not one that had to stand in for it
        (not isinstance(old, LocalIndex) or old.folder == named_generation(old.folder.parent))
        and _split_alike(old, settings)
        and made_with == (settings.model, settings.pages, settings.exact)
        and old.manifest.approximate == _approximate(passages, settings)
        and old.articles == passages.articles
    )


def _embed_missing(
    passages: Passages,
    keys: NDArray[np.uint8],
    embedder: Embedder,
    settings: Settings,
    old: Index | None,
    embedded: Embedded,
    progress: Progress | None,
) -> int:
    """Embeds what neither the old index nor an interrupted build has, and gives how many passages that were."""
    unknown = np.flatnonzero(_numbers_in(old, keys) < 0)
    by_key = {key: int(number) for number in unknown if (key := keys[number].tobytes()) not in embedded}
    missing, done = list(by_key.items()), 0
    if progress:
        progress(0, len(missing))
    items = ((key, embedding_input(passages[number])) for key, number in missing)
    if not missing:
        blocks: Iterable[Done] = ()
    elif settings.ray:
        blocks = embed_on_ray(items, settings.model, embedder.fingerprint, embedded.axes, settings.ray)
    else:
        blocks = embed_here(items, embedder, embedded.axes)
    for block_keys, vectors in blocks:
        embedded.add(block_keys, vectors)
        done += len(block_keys)
        if progress:
            progress(done, len(missing))
    return len(missing)


def _numbers_in(old: Index | None, keys: NDArray[np.uint8]) -> NDArray[np.int64]:
    return old.numbers_of(keys) if old else np.full(len(keys), -1)


def _gather(keys: NDArray[np.uint8], old: Index | None, embedded: Embedded) -> Iterator[VectorBlock]:
    """The vectors of all passages in their order, some at a time, from wherever they are."""
    numbers = _numbers_in(old, keys)
    for start in range(0, len(keys), PASSAGES_A_BLOCK):
        block = range(start, min(start + PASSAGES_A_BLOCK, len(keys)))
        parts = []
        for is_old, run in groupby(block, key=lambda number: bool(numbers[number] >= 0)):
            wanted = list(run)
            if old is not None and is_old:
                parts.append(old.block(numbers[wanted]))
            else:
                parts.append(embedded.block([keys[number].tobytes() for number in wanted]))
        yield joined(parts)


def embedding_input(passage: Passage) -> PassageInput:
    """What of a passage goes through the model, and where its sentences and words stand in that."""
    text = embedded_text(passage)
    return PassageInput(text, embedded_sentences(passage), tuple(content_words(text)))


def _facts(archive: Path, embedder: Embedder, settings: Settings, passages: Passages) -> dict[str, object]:
    return {
        "columnbot": VERSION,
        "archive": str(archive.absolute()),
        "model": settings.model,
        "fingerprint": embedder.fingerprint,
        "dimension": embedder.dimension,
        "analyser": ANALYSER_VERSION,
        "passage_words": settings.passage_words,
        "pages": settings.pages,
        "exact": settings.exact,
        "approximate": _approximate(passages, settings),
        "articles": len(passages.articles),
        "passages": len(passages),
        "sentences": passages.sentence_count,
    }
