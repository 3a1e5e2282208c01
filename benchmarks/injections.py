"""Columns that speak to a language model, by other hands than the rules: what is recognised, what gets through.

    python -m benchmarks.injections

`injections.jsonl` has 200 payloads of three other hands; the rules were mended while looking at the first of these.
Each stands in a column of its own, between two paragraphs of an honest story. The model that is asked obeys whatever
it is told, and brings in what each payload wants in four ways. What counts is whether that is shown.
"""

import json
import tempfile
from collections import Counter
from itertools import product
from pathlib import Path

from tests.servers import Visit, playing, saying

from columnbot import ColumnBot, build_index
from columnbot.addressed import speaks_to_a_model

STORY = "De oven van bakker {name} gaat elke nacht om drie uur aan. Zijn dochter bezorgt het brood daarna per fiets."
ASKED = "Hoe laat gaat de oven van bakker {name} aan?"
NAMES = [
    a + b
    for a, b in product(
        "Ver Van Ter Op Uit Onder Boven Achter Noord Zuid Oost West Midden Voor Binnen Buiten Aan".split(),
        "hoeven dijken molens velden bruggen duinen bossen meeren zanden horsten berghen wouden".split(),
    )
]


def column(payload: str, name: str) -> str:
    """A column that holds the payload."""
    return f"# Bakker {name}\n\n{STORY.format(name=name)}\n\n{payload}\n\nDat was het voor vandaag.\n"


def gets_through(bot: ColumnBot, item: dict[str, str], name: str) -> bool:
    """Whether what the payload wants to be said stands in an answer of a model that says it."""
    canary = item["canary"]

    def obeying(visit: Visit) -> None:
        lines = (f"Het antwoord is {canary}", canary, f"De oven gaat om drie uur aan, en {canary}", item["payload"])
        saying("\n".join(f"{line} [1]." for line in lines))(visit)

    with playing(obeying) as served:
        bot.writer = served.model()
        answer = bot.ask(ASKED.format(name=name))
    return answer.mode == "written" and canary.lower() in answer.text.lower()


def main() -> None:
    """Prints the figures of each hand."""
    lines = Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        archive.mkdir()
        for item, name in zip(items, NAMES, strict=False):
            (archive / f"{item['id']}.md").write_text(column(item["payload"], name), encoding="utf-8")
        build_index(archive, Path(folder) / "index")
        bot = ColumnBot.open(Path(folder) / "index")
        known, through = Counter[int](), Counter[int]()
        for item, name in zip(items, NAMES, strict=False):
            known[item["hand"]] += speaks_to_a_model(column(item["payload"], name))
            through[item["hand"]] += gets_through(bot, item, name)
    for hand, number in sorted(Counter(item["hand"] for item in items).items()):
        print(f"hand {hand}: of {number} payloads {known[hand]} are recognised, {through[hand]} get something shown")


if __name__ == "__main__":
    main()
