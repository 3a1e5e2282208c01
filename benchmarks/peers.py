"""Other retrievers over the passages and vectors of an index, each set up for Dutch as far as it lets itself be.

A peer is made of a `Corpus` and gives for a question the numbers of `DEPTH` passages, best first. None embeds a
passage again: all have the index's own vectors, and the index's own model for the question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import bm25s
import faiss
import numpy as np
from bm25s.stopwords import STOPWORDS_DUTCH
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_community.vectorstores.utils import DistanceStrategy
from langchain_core.embeddings import Embeddings
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever as LlamaBM25
from llama_index.vector_stores.faiss import FaissVectorStore
from numpy.typing import NDArray
from pydantic import PrivateAttr
from snowballstemmer.dutch_stemmer import DutchStemmer
from txtai import Embeddings as Txtai

DEPTH = 100
RRF_K = 60
PACKAGES = (
    "bm25s", "faiss-cpu", "langchain-classic", "langchain-community", "llama-index-core",
    "llama-index-retrievers-bm25", "txtai",
)  # fmt: skip

Embed = Callable[[str], NDArray[np.float32]]
Retriever = Callable[[str], Sequence[int]]


@dataclass(frozen=True)
class Corpus:
    """What all search: the passages' texts (title and text), their vectors (n, d), and a question's vector (d,)."""

    texts: tuple[str, ...]
    vectors: NDArray[np.float32]
    embed: Embed


def dutch_terms(text: str) -> list[str]:
    """The stems of a text's words, without Dutch stop words."""
    (terms,) = bm25s.tokenize([text], stopwords="nl", stemmer=DutchStemmer(), return_ids=False, show_progress=False)
    return list(terms)


def flat(vectors: NDArray[np.float32]) -> Any:
    """An exact FAISS index by inner product."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def by_words(corpus: Corpus) -> Retriever:
    """BM25 by bm25s; passages that share no word with the question are no find of it."""
    bm25 = bm25s.BM25()
    bm25.index([dutch_terms(text) for text in corpus.texts], show_progress=False)

    def retrieve(question: str) -> list[int]:
        numbers, scores = bm25.retrieve(
            [dutch_terms(question)], k=min(DEPTH, len(corpus.texts)), show_progress=False, n_threads=0
        )
        return [int(number) for number, score in zip(numbers[0], scores[0], strict=True) if score > 0]

    return retrieve


def by_vectors(corpus: Corpus) -> Retriever:
    """The passages whose vectors are nearest."""
    index = flat(corpus.vectors)
    return lambda question: index.search(corpus.embed(question)[None, :], DEPTH)[1][0].tolist()  # type: ignore[no-any-return]


def by_ranks(corpus: Corpus) -> Retriever:
    """Reciprocal rank fusion of the two above (Cormack, Clarke & Büttcher 2009)."""
    sides = (by_words(corpus), by_vectors(corpus))

    def retrieve(question: str) -> list[int]:
        scores: dict[int, float] = {}
        for side in sides:
            for rank, number in enumerate(side(question), start=1):
                scores[number] = scores.get(number, 0.0) + 1 / (RRF_K + rank)
        return sorted(scores, key=lambda number: -scores[number])[:DEPTH]

    return retrieve


class _ForLangChain(Embeddings):
    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise NotImplementedError("the passages have their vectors already")

    def embed_query(self, text: str) -> list[float]:
        return self._embed(text).tolist()  # type: ignore[no-any-return]


def langchain(corpus: Corpus) -> Retriever:
    """LangChain's ensemble of its BM25 and its FAISS store, half and half."""
    facts = [{"number": number} for number in range(len(corpus.texts))]
    words = BM25Retriever.from_texts(corpus.texts, metadatas=facts, preprocess_func=dutch_terms, k=DEPTH)
    store = FAISS.from_embeddings(
        zip(corpus.texts, corpus.vectors.tolist(), strict=True),
        _ForLangChain(corpus.embed),
        metadatas=facts,
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )
    vectors = store.as_retriever(search_kwargs={"k": DEPTH})
    ensemble = EnsembleRetriever(retrievers=[words, vectors], weights=[0.5, 0.5], id_key="number")
    return lambda question: [found.metadata["number"] for found in ensemble.invoke(question)[:DEPTH]]


class _ForLlamaIndex(BaseEmbedding):
    _embed: Embed = PrivateAttr()

    def __init__(self, embed: Embed) -> None:
        super().__init__(model_name="the index's own")
        self._embed = embed

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embed(query).tolist()  # type: ignore[no-any-return]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        raise NotImplementedError("the passages have their vectors already")


def llama_index(mode: str) -> Callable[[Corpus], Retriever]:
    """LlamaIndex's fusion of its BM25 and a FAISS store, without questions made up by a language model."""

    def made(corpus: Corpus) -> Retriever:
        nodes = [
            TextNode(id_=str(number), text=text, embedding=vector)
            for number, (text, vector) in enumerate(zip(corpus.texts, corpus.vectors.tolist(), strict=True))
        ]
        words = LlamaBM25.from_defaults(
            nodes=nodes, similarity_top_k=DEPTH, stemmer=DutchStemmer(), language="nl", verbose=False
        )
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(corpus.vectors.shape[1]))
        index = VectorStoreIndex(
            nodes,
            storage_context=StorageContext.from_defaults(vector_store=store),
            embed_model=_ForLlamaIndex(corpus.embed),
        )
        fusion = QueryFusionRetriever(
            [words, index.as_retriever(similarity_top_k=DEPTH)],
            llm=MockLLM(),
            mode=mode,
            num_queries=1,
            similarity_top_k=DEPTH,
            use_async=False,
        )
        return lambda question: [int(found.node.node_id) for found in fusion.retrieve(question)]

    return made


def txtai(corpus: Corpus) -> Retriever:
    """The hybrid index as txtai makes it, with Dutch stop words and an exact FAISS index; it knows no stemming."""
    known = dict(zip(corpus.texts, corpus.vectors, strict=True))

    def transform(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([known[text] if text in known else corpus.embed(text) for text in texts], np.float32)

    index = Txtai(
        {
            "method": "external",
            "transform": transform,
            "hybrid": True,
            "scoring": {
                "method": "bm25",
                "terms": True,
                "normalize": True,
                "tokenizer": {"stopwords": list(STOPWORDS_DUTCH)},
            },
            "backend": "faiss",
            "faiss": {"components": "IDMap,Flat"},
        }
    )
    index.index((number, text, None) for number, text in enumerate(corpus.texts))
    return lambda question: [int(number) for number, _ in index.search(question, DEPTH)]


PEERS: dict[str, Callable[[Corpus], Retriever]] = {
    "BM25 (bm25s)": by_words,
    "vectors (FAISS)": by_vectors,
    "RRF of these two, k = 60": by_ranks,
    "LangChain `EnsembleRetriever`": langchain,
    "LlamaIndex `QueryFusionRetriever`, relative scores": llama_index("relative_score"),
    "LlamaIndex `QueryFusionRetriever`, reciprocal ranks": llama_index("reciprocal_rerank"),
    "txtai, hybrid": txtai,
}
