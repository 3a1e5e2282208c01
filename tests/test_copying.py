"""What a written sentence has copied from its source, and what went wrong in that."""

import pytest

from columnbot.articles import Article
from columnbot.copying import copy_of
from columnbot.passages import Passage, split_articles

TEXT = (
    "Sinds 2012 scan ik consistent alles wat binnenkomt. Het boek (gratis te lezen) is nog altijd relevant, wellicht "
    "nu meer dan ooit. Door op dit gevoel in te spelen krijg je loyale fans. Dat is alles."
)


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    article = Article("a.md", "De papieren berg", TEXT, author="Jan de Wit")
    split = split_articles([article])
    return [split[number] for number in range(len(split))]


@pytest.mark.parametrize(
    "text",
    [
        "Sinds 2012 scan ik consistent alles wat binnenkomt.",
        "sinds 2012 scan ik consistent alles",
        "De papieren berg",
        "Dat is alles.",
    ],
)
def test_words_that_stand_there_in_a_row_are_a_quote(text: str, passages: list[Passage]) -> None:
    copy = copy_of(text, passages)
    assert copy is not None
    assert copy.is_verbatim


@pytest.mark.parametrize(
    "text",
    [
        "Jan de Wit scant sinds 2012 consistent alles wat binnenkomt.",
        "Sinds 2012 scant hij consistent alles wat binnenkomt.",
        "Je krijgt loyale fans door op dit gevoel in te spelen.",
    ],
)
def test_what_is_told_of_somebody_elses_i_has_gone_wrong_nowhere(text: str, passages: list[Passage]) -> None:
    copy = copy_of(text, passages)
    assert copy is not None
    assert (copy.is_verbatim, copy.strays) == (False, ())


@pytest.mark.parametrize(
    ("text", "strays"),
    [
        ("Het boek is nog altijd relevant, wellicht nu meer dan ook.", ("ook",)),
        (
            "Door op dit gevoel in te spelen krijgen die voorste voor het gevoel is.",
            ("krijgen", "die", "voorste", "voor", "het"),
        ),
        ("Sinds 2012 skan ik consistent alles wat binnenkomt.", ("skan",)),
    ],
)
def test_a_copy_that_has_gone_wrong_has_words_that_its_source_lacks(
    text: str, strays: tuple[str, ...], passages: list[Passage]
) -> None:
    copy = copy_of(text, passages)
    assert copy is not None
    assert copy.strays == strays


@pytest.mark.parametrize("text", ["Scan van papier.", "Boek met gevoel", "Alles gratis online.", "Gescand", ""])
def test_what_is_too_short_for_words_of_its_own_is_taken_for_one(text: str, passages: list[Passage]) -> None:
    assert copy_of(text, passages) is not None


@pytest.mark.parametrize("text", ["Al het papier in huis wordt gedigitaliseerd.", "Trouwe klanten win je met emotie."])
def test_what_is_put_in_other_words_is_no_copy(text: str, passages: list[Passage]) -> None:
    assert copy_of(text, passages) is None
