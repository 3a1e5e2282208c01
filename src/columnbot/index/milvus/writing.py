"""Writing a generation into Milvus: into collections of its own, checked, and then put in force by one switch."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import article_to_json
from columnbot.errors import IndexMissing, IndexUnavailable
from columnbot.index.keys import embedded_text
from columnbot.index.local import grams_of, words_of
from columnbot.index.manifest import FORMAT, Manifest
from columnbot.index.milvus.engine import (
    LONGEST,
    MOST_TAGS,
    Address,
    Collections,
    client,
    explained,
    generations,
    in_force,
    next_name,
    parts_of,
    shortened,
)
from columnbot.index.milvus.reading import SAMPLE_FILES
from columnbot.index.milvus.rows import place_of
from columnbot.index.milvus.terms import SAMPLE, dimension_of
from columnbot.index.reading import archive_of, languages_of
from columnbot.index.segments import Segment, write_terms
from columnbot.index.terms import TermIndex, read_terms
from columnbot.index.vectors import Sums, VectorBlock
from columnbot.index.word_vectors import WordAxes, write_axes
from columnbot.language import ngrams_of, terms_of
from columnbot.passages import Passage, Passages

_ROWS_AT_ONCE = 200  # some 2 MB in a request
_INDEXED = ("Finished", "IndexStateNone")  # the latter is Milvus Lite's
_NOTHING = {2**32 - 2: 1e-6}  # Milvus takes no empty sparse vector; no term has this number


def write_generation(
    address: Address,
    folder: Path,
    passages: Passages,
    keys: NDArray[np.uint8],
    vectors: Iterable[VectorBlock],
    axes: WordAxes,
    facts: dict[str, Any],
    *,
    kept: Sequence[Path] = (),
) -> Collections:
    """Writes all of a generation into new collections, and gives these once Milvus has all of it, ready to be searched.

    `folder` is for what is made on the way, `facts` are the manifest's fields but format, creation and files, and
    `kept` files of the build's that the next one reads. What cannot be finished is dropped again. Raises
    `IndexUnavailable`.
    """
    collections = Collections(address, next_name(address))
    try:
        _create(collections, int(facts["dimension"]))
        terms = _write_terms(passages, folder)
        rows, papers = _Inserted(collections, collections.passages), _Inserted(collections, collections.papers)
        of_passages, of_sentences = Sums(int(facts["dimension"])), Sums(int(facts["dimension"]))
        written = 0
        for block in vectors:
            of_passages.add(block.passages)
            of_sentences.add(block.sentences)
            rows.add(_rows(passages, keys, block, written, terms))
            papers.add(_vectors(block, written))
            written += len(block.passages)
        for name, sums in (("passage", of_passages), ("sentence", of_sentences)):
            spread = sums.spread()
            np.savez(folder / f"{name}_spread.npz", mean=spread.mean, covariance=spread.covariance)
        write_axes(axes, folder / "word_axes.npz")
        files = ("word_axes.npz", "passage_spread.npz", "sentence_spread.npz", "words.terms", *SAMPLE_FILES)
        for file in (*(folder / name for name in files), *kept):
            papers.add(parts_of(file.name, file.read_bytes()))
        papers.add(_facts(passages, terms["words"]))
        created = datetime.now(timezone.utc).isoformat(timespec="seconds")
        manifest = Manifest(format=FORMAT, created=created, files={}, **facts)
        papers.add(parts_of("manifest", _json({**asdict(manifest), "papers": papers.count + 1})))
        rows.flush()
        papers.flush()
        _index(collections, approximate=bool(facts["approximate"]))
        collections.load()
        rows.check()
        papers.check()
    except BaseException:
        drop(collections)
        raise
    return collections


def switch(collections: Collections) -> None:
    """Puts a generation in force, in one step, and drops those built before the one that was."""
    address = collections.address
    milvus = client(address)
    try:
        before = in_force(address)
    except IndexMissing:
        with explained(address):
            milvus.create_alias(collections.passages, address.name)
        before = collections.passages
    else:
        with explained(address):
            milvus.alter_alias(collections.passages, address.name)
    for name in generations(address):
        # One of these another builder may have put in force meanwhile; the alias would go with it.
        if name < min(before, collections.passages) and name != in_force(address):
            drop(Collections(address, name))


def drop(collections: Collections) -> None:
    """Removes a generation."""
    with explained(collections.address):
        # The passages last: by their name a generation is found, and dropped in full after a kill in between.
        for name in (collections.papers, collections.passages):
            client(collections.address).drop_collection(name)


def _create(collections: Collections, dimension: int) -> None:
    from pymilvus import DataType, MilvusClient

    passages = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    passages.add_field("number", DataType.INT64, is_primary=True)
    for name in ("article", "first", "end", "day", "year"):
        passages.add_field(name, DataType.INT64)
    for name, longest in (("key", 32), ("author", 4 * LONGEST), ("path", 65_535), ("place", 65_535)):
        passages.add_field(name, DataType.VARCHAR, max_length=longest)
    passages.add_field(
        "tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=MOST_TAGS, max_length=4 * LONGEST
    )
    passages.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    for name in ("stems", "grams"):
        passages.add_field(name, DataType.SPARSE_FLOAT_VECTOR)

    papers = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    papers.add_field("name", DataType.VARCHAR, is_primary=True, max_length=200)
    papers.add_field("content", DataType.VARCHAR, max_length=65_535)
    papers.add_field("unused", DataType.FLOAT_VECTOR, dim=2)
    with explained(collections.address):
        milvus = client(collections.address)
        for name, schema in ((collections.passages, passages), (collections.papers, papers)):
            milvus.create_collection(name, schema=schema, consistency_level="Bounded")


def _index(collections: Collections, *, approximate: bool) -> None:
    """Has Milvus make its indexes of what is now there, and waits for them."""
    from pymilvus import MilvusClient

    passages = MilvusClient.prepare_index_params()
    if approximate:
        passages.add_index("vector", index_type="HNSW", metric_type="IP", params={"M": 32, "efConstruction": 200})
    else:
        passages.add_index("vector", index_type="FLAT", metric_type="IP")
    for name in ("stems", "grams"):
        passages.add_index(name, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    for name in ("key", "author", "path", "day", "year"):
        passages.add_index(name, index_type="INVERTED")
    papers = MilvusClient.prepare_index_params()
    papers.add_index("unused", index_type="FLAT", metric_type="IP")
    with explained(collections.address):
        milvus = client(collections.address)
        for name, indexes in ((collections.passages, passages), (collections.papers, papers)):
            milvus.create_index(name, indexes, sync=False)
            while any(milvus.describe_index(name, i)["state"] not in _INDEXED for i in milvus.list_indexes(name)):
                time.sleep(1)


class _Inserted:
    """Rows on their way into a collection."""

    def __init__(self, collections: Collections, name: str) -> None:
        self._collections, self._name, self.count = collections, name, 0

    def add(self, rows: Iterator[dict[str, Any]]) -> None:
        """Inserts some."""
        while batch := list(islice(rows, _ROWS_AT_ONCE)):
            with explained(self._collections.address):
                client(self._collections.address).insert(self._name, batch)
            self.count += len(batch)

    def flush(self) -> None:
        """Has Milvus write them to its disk."""
        with explained(self._collections.address):
            client(self._collections.address).flush(self._name)

    def check(self) -> None:
        """Counts them there. Raises `IndexUnavailable` where some are missing."""
        there = self._collections.count(self._name)
        if there != self.count:
            raise IndexUnavailable(
                f"Milvus at {self._collections.address.shown} has {there} of {self.count} rows of {self._name}; "
                "build again. The index that was there is unchanged."
            )


class _Weights:
    """BM25 weights of one kind of terms: what a passage's row has of each of its terms, rarity and all."""

    def __init__(self, index: TermIndex, terms: Callable[[Passage], list[str]]) -> None:
        self.index, self._terms = index, terms
        dimensions = np.fromiter(map(dimension_of, index.terms), np.int64, len(index.terms))
        order = np.argsort(dimensions, kind="stable")
        self._dimensions = dimensions[order]
        counts = np.diff(index.offsets)[order]
        self._rarities = np.log1p((index.size - counts + 0.5) / (counts + 0.5))

    def of(self, number: int, passage: Passage) -> dict[int, float]:
        """Those of a passage, by the numbers of the terms."""
        counts = Counter(map(dimension_of, self._terms(passage)))
        if not counts:
            return _NOTHING
        dimensions = np.fromiter(counts, np.int64, len(counts))
        frequencies = np.fromiter(counts.values(), np.float64, len(counts))
        rarities = self._rarities[np.searchsorted(self._dimensions, dimensions)]
        weights = rarities * frequencies / (frequencies + self.index.norms[number])
        return dict(zip(dimensions.tolist(), np.maximum(weights, 1e-6).tolist(), strict=True))


def _write_terms(passages: Passages, folder: Path) -> dict[str, _Weights]:
    """All terms as a local index has them, and of a sample of passages by themselves."""
    size = len(passages)
    for name, terms in (("words", words_of), ("grams", grams_of)):
        write_terms(terms(passages, range(size)), size, folder, name)
        chosen = np.unique(np.linspace(0, max(size - 1, 0), min(size, SAMPLE)).astype(np.int64))
        numbers = np.full(size, -1)
        numbers[chosen] = np.arange(len(chosen))
        write_terms((), len(chosen), folder, f"sample-{name}", Segment(read_terms(folder, name), numbers))
    return {
        "words": _Weights(
            read_terms(folder, "words"), lambda passage: terms_of(embedded_text(passage), passage.article.language)
        ),
        "grams": _Weights(read_terms(folder, "grams"), lambda passage: ngrams_of(embedded_text(passage))),
    }


def _rows(
    passages: Passages, keys: NDArray[np.uint8], block: VectorBlock, start: int, terms: dict[str, _Weights]
) -> Iterator[dict[str, Any]]:
    owners = passages.places[:, 0]
    for i, vector in enumerate(block.passages.astype(np.float32)):
        number = start + i
        passage = passages[number]
        article, owner = passage.article, int(owners[number])
        yield {
            "number": number,
            "article": owner,
            "first": int(np.searchsorted(owners, owner)),
            "end": int(np.searchsorted(owners, owner, side="right")),
            "day": article.date.toordinal() if article.date else 0,
            "year": article.date.year if article.date else 0,
            "key": keys[number].tobytes().hex(),
            "author": shortened(article.author or ""),
            "path": article.path,
            "place": place_of(passage),
            "tags": [shortened(tag) for tag in article.tags[:MOST_TAGS]],
            "vector": vector,
            "stems": terms["words"].of(number, passage),
            "grams": terms["grams"].of(number, passage),
        }


def _vectors(block: VectorBlock, start: int) -> Iterator[dict[str, Any]]:
    """A passage's vector with its sentences', and its words': what is looked at of those that are found."""
    sentence = word = 0
    for i, (sentences, words) in enumerate(block.counts.tolist()):
        of_sentences = block.sentences[sentence : sentence + sentences]
        yield from parts_of(f"vectors/{start + i}", block.passages[i].tobytes() + of_sentences.tobytes())
        yield from parts_of(f"words/{start + i}", block.words[word : word + words].tobytes())
        sentence, word = sentence + sentences, word + words


def _facts(passages: Passages, words: _Weights) -> Iterator[dict[str, Any]]:
    for number, article in enumerate(passages.articles):
        yield from parts_of(f"article/{number}", _json(article_to_json(article)))
    archive = archive_of(passages.articles)
    named = {"authors": archive.authors, "tags": sorted(archive.tags), "main": archive.main_author}
    yield from parts_of("archive", _json({**named, "languages": languages_of(passages.articles)}))
    yield from parts_of("words.counts", np.diff(words.index.offsets).astype("<i4").tobytes())


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
