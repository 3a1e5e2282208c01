"""A small archive that comes out in editions, and what a bot is known to say of each.

Half of the columns of an edition are those of the one before, so that a build takes over and embeds at once. An index
that mixes two editions answers some of the questions as neither.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from columnbot import Answer, ColumnBot, Settings
from columnbot.index.manifest import FileCheck

WHO = "schipper bakker kapper postbode melkboer tuinman koster drukker smid fietsenmaker conciërge visvrouw".split()
WHERE = "kade markt sluis stoep bibliotheek veerpont volkstuin kerktoren garage brugwacht kantine polder".split()
WHAT = "hengel fiets sleutel krant thermoskan ladder paraplu emmer trompet boodschappentas koekenpan globe".split()
DOES = "zoekt verft verliest bewaart ruilt vergeet poetst tekent draagt verstopt weegt verkoopt".split()
WHEN = "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag gisteren vanavond morgen zomers altijd".split()
COLUMNS = 12
QUESTIONS = tuple(
    f"Wie {DOES[n % 12]} {WHEN[n * 5 % 12]} {'een' if n % 2 else 'de'} {WHAT[n * 7 % 12]} bij de {WHERE[n * 11 % 12]}?"
    for n in range(20)
)
Telling = tuple[Answer, ...]


def column(number: int, edition: int) -> str:
    """Column `number` as it stands in an edition; it is written anew in every second one."""
    written = edition - (number + edition) % 2
    chance = random.Random(f"{number} {written}")
    who = chance.sample(WHO, 4)
    paragraphs = [
        " ".join(
            f"De {chance.choice(who)} {chance.choice(DOES)} {chance.choice(WHEN)} een {chance.choice(WHAT)} "
            f"bij de {chance.choice(WHERE)}."
            for _ in range(4)
        )
        for _ in range(3)
    ]
    body = "\n\n".join(paragraphs)
    day = f"{2001 + number}-0{1 + written % 9}-12"
    return f"---\ntitle: De {who[0]} en de {who[1]}\nauthor: Jo van der Zijl\ndate: {day}\n---\n{body}\n"


def write_edition(folder: Path, edition: int) -> Path:
    """The archive of that edition; one column is in the odd ones only."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(COLUMNS):
        file = folder / f"column-{number:02}.md"
        if number == COLUMNS - 1 and edition % 2 == 0:
            file.unlink(missing_ok=True)
        else:
            file.write_text(column(number, edition), encoding="utf-8")
    return folder


def make_word_model(folder: Path) -> Path:
    """A sentence-transformers model in a folder: a text's vector is the mean of its words', which are random.

    A text has the same vector whatever is embedded beside it, to the last bit, and a build costs little.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    words = ["[UNK]", "de", "een", "bij", "van", "zijn", ".", "?", *WHO, *WHERE, *WHAT, *DOES, *WHEN]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.random.default_rng(7).normal(size=(len(words), 24)).astype(np.float32)
    embedding = StaticEmbedding(tokenizer, embedding_weights=weights)
    SentenceTransformer(modules=[embedding, Normalize()], device="cpu").save(str(folder))
    return folder


def settings_for(model: Path) -> Settings:
    """Passages of two or three sentences."""
    return Settings(model=str(model), passage_words=30)


def told(index: Path, questions: tuple[str, ...] = QUESTIONS) -> Telling:
    """What the bot of that index answers, whole: text, citations, hits and scores to the last digit."""
    bot = ColumnBot.open(index, quick=True)
    return tuple(bot.ask(question) for question in questions)


@dataclass(frozen=True, slots=True)
class Known:
    """What the index of each edition tells, by the index of an undisturbed first build."""

    tellings: tuple[Telling, ...]
    files: tuple[Mapping[str, FileCheck], ...]  # and the SHA-256 of each of its files

    def edition_of(self, telling: Telling) -> int | None:
        """Which edition tells that; None where none does: a mixture, or worse."""
        return next((number for number, known in enumerate(self.tellings) if known[: len(telling)] == telling), None)
