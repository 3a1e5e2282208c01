"""Answers and passages as the JSON that programs get from the command line."""

from dataclasses import asdict
from typing import Any

from columnbot.answering import Answer
from columnbot.articles import Article
from columnbot.explaining import Explanation
from columnbot.retrieval import Hit


def answer_as_json(answer: Answer) -> dict[str, Any]:
    """What `ask --json` prints."""
    return {
        "question": answer.question,
        "found": answer.found,
        "confidence": round(answer.confidence, 4),
        "text": answer.text,
        "sentences": [asdict(sentence) for sentence in answer.sentences],
        "citations": [
            {"number": c.number, **article_as_json(c.article), "quote": c.quote, "start": c.start, "end": c.end}
            for c in answer.citations
        ],
        "hits": [hit_as_json(hit) for hit in answer.hits],
        "language": answer.language,
        "mode": answer.mode,
        "unsupported": answer.unsupported,
        "notice": answer.notice,
    }


def hit_as_json(hit: Hit) -> dict[str, Any]:
    """A passage found, as `search --json` prints it."""
    passage = hit.passage
    place = {"start": passage.start, "end": passage.end, "text": passage.text}
    ranks = {"score": round(hit.score, 4), "vector_rank": hit.vector_rank, "term_rank": hit.term_rank}
    return {**article_as_json(passage.article), **place, **ranks}


def why_as_json(item: Explanation) -> dict[str, Any]:
    """What brought it, with `--explain`."""
    signals = {name: round(value, 3) for name, value in item.signals.items()}
    matches = [asdict(match) for match in item.matches]
    return {"signals": signals, "terms": item.terms, "matches": matches, "nearest_sentence": item.sentence}


def article_as_json(article: Article) -> dict[str, Any]:
    """An article's facts, without its text."""
    fields = asdict(article)
    del fields["text"]
    return fields
