"""How well sentences are found: F1 over boundaries marked by hand in a real archive, beside the SRX rules alone.

    python benchmarks/sentences.py ARTICLES

The marks (sentence_boundaries.jsonl) are character offsets into the articles of digging-the-digital, a
Dutch weblog of a thousand posts, without their text: the archive itself is needed to run this.
"""

import argparse
import hashlib
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from choppa import SrxDocument, SrxTextIterator

from columnbot.language import sentence_spans
from columnbot.readers import read_archive

MARKS = Path(__file__).with_name("sentence_boundaries.jsonl")


def ours(text: str) -> set[int]:
    """Where columnbot ends sentences."""
    return {end for _, end in sentence_spans(text)}


def rules_alone() -> Callable[[str], set[int]]:
    """LanguageTool's rules as `choppa-srx` ships them, paragraph by paragraph."""
    rules = SrxDocument(ruleset=str(files("choppa") / "data" / "srx" / "languagetool_segment.srx"))

    def ends(text: str) -> set[int]:
        found, at = set(), 0
        for paragraph in text.split("\n\n"):
            place = at
            for piece in SrxTextIterator(rules, "nl_two", paragraph):
                place += len(piece)
                found.add(at + len(text[at:place].rstrip()))
            at += len(paragraph) + 2
        return found

    return ends


def main() -> None:
    """Print precision, recall and F1 of both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    texts = {article.path: article.text for article in read_archive(parser.parse_args().articles).articles}
    splitters = {"columnbot": ours, "choppa-srx": rules_alone()}
    counts = dict.fromkeys(splitters, (0, 0, 0))  # right, found, marked
    for line in MARKS.read_text(encoding="utf-8").splitlines():
        mark = json.loads(line)
        text = texts.get(mark["path"], "")
        if hashlib.sha256(text.encode()).hexdigest()[:16] != mark["sha256"]:
            print(f"left out: {mark['path']} is not the text that was marked")
            continue
        marked = {end - mark["start"] for end in mark["ends"]}
        for name, split in splitters.items():
            found = split(text[mark["start"] : mark["end"]])
            right, all_found, all_marked = counts[name]
            counts[name] = (right + len(found & marked), all_found + len(found), all_marked + len(marked))
    for name, (right, found_in_all, marked_in_all) in counts.items():
        precision, recall = right / max(found_in_all, 1), right / max(marked_in_all, 1)
        f1 = 2 * right / max(found_in_all + marked_in_all, 1)
        print(f"{name:12} {marked_in_all} boundaries: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")


if __name__ == "__main__":
    main()
