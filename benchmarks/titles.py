"""The titles of an archive as questions, and the archive without them."""

import json
from collections import Counter
from pathlib import Path

from columnbot.index import Index
from columnbot.language import content_words, fold
from columnbot.readers import read_archive

NEUTRAL = "Stukje"


def write_untitled(articles: Path, folder: Path) -> dict[str, str]:
    """Writes the columns without their titles, and gives each one's path there with the title it had."""
    folder.mkdir(parents=True, exist_ok=True)
    titles = {}
    with (folder / "columns.jsonl").open("w", encoding="utf-8") as file:
        for number, article in enumerate(read_archive(articles).articles):
            row = {"id": f"c{number}", "title": NEUTRAL, "author": article.author, "text": article.text}
            day = {"date": article.date.isoformat()} if article.date else {}
            file.write(json.dumps(row | day, ensure_ascii=False) + "\n")
            titles[f"columns.jsonl#c{number}"] = article.title
    return titles


def telling_titles(titles: dict[str, str], index: Index) -> dict[str, str]:
    """The titles that name one column of the index, and by more than a word; by path."""
    often = Counter(fold(title) for title in titles.values())
    there = {article.path for article in index.articles}
    return {
        path: title
        for path, title in titles.items()
        if path in there and often[fold(title)] == 1 and len(content_words(title)) >= 2
    }
