"""The same column twice: which one is kept, and what is no copy at all."""

import random
from datetime import date
from pathlib import Path

import pytest

from columnbot import Article
from columnbot.readers import Copies, read_archive
from columnbot.readers.copies import part_copies

SENTENCES = [
    "Op de Veerkade staat een kiosk waar nooit iemand iets koopt, en toch gaat hij elke ochtend om zeven uur open.",
    "De eigenaar heet Wim en hij verkoopt kranten van gisteren, omdat die volgens hem tenminste zijn uitgekookt.",
    "Ik vroeg hem wat er dan in de krant van vandaag staat, en hij zei dat hij dat morgen wel zou lezen.",
    "Mijn zus vindt dat een vorm van luiheid, maar zij leest haar post ook pas als de envelop geel is geworden.",
    "Wie wacht, mist veel ophef die achteraf over niets bleek te gaan, en houdt tijd over voor de duiven.",
    "Gisteren kocht ik er een krant van eergisteren, en ik moet zeggen dat het nieuws er rustig bij lag.",
]
KIOSK = "\n\n".join(SENTENCES)


def article(path: str, text: str = KIOSK, title: str = "De kiosk", **fields: object) -> Article:
    return Article(path=path, title=title, text=text, **fields)  # type: ignore[arg-type]


def test_of_the_same_words_the_oldest_is_kept_and_the_others_are_its_other_addresses() -> None:
    old = article("oud.md", KIOSK.upper(), date=date(2011, 3, 2), url="http://kiosk.nl/1")
    new = article("nieuw.md", KIOSK.replace("\n\n", "\n"), date=date(2014, 3, 2), url="https://kiosk.nl/1")
    loose = article("los.txt", KIOSK.replace(",", " –"))

    assert part_copies([loose, new, old]) == (
        [old],
        (Copies("oud.md", ("nieuw.md", "los.txt"), ("https://kiosk.nl/1",)),),
    )


def test_what_only_a_copy_knows_is_taken_over() -> None:
    bare = article("oud.md", date=date(2011, 3, 2))
    full = article("print.html", url="https://kiosk.nl/print/1", author="Bram Slot", tags=("krant",))
    (kept,), _ = part_copies([bare, full])

    assert kept == article(
        "oud.md", date=date(2011, 3, 2), author="Bram Slot", url="https://kiosk.nl/print/1", tags=("krant",)
    )


def test_a_print_page_with_a_line_of_its_own_and_a_mended_typing_error_is_a_copy() -> None:
    first = article("kiosk.md", date=date(2011, 3, 2))
    printed = article("kiosk-print.md", f"Afgedrukt van kiosk.nl\n\n{KIOSK.replace('uitgekookt', 'uitgekockt')}")

    assert part_copies([first, printed])[1] == (Copies("kiosk.md", ("kiosk-print.md",), ()),)


def test_of_an_excerpt_and_the_whole_the_whole_is_kept_whichever_is_older() -> None:
    whole = article("heel.md", date=date(2012, 1, 1))
    excerpt = article("feed.md", "\n\n".join(SENTENCES[:3]), date=date(2011, 1, 1))

    kept, copies = part_copies([excerpt, whole])
    assert (kept, copies) == ([whole], (Copies("heel.md", ("feed.md",), ()),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # A later column that quotes half of an earlier one.
        (article("a.md"), article("b.md", KIOSK + "\n\n" + "Dat schreef ik toen. Nu is Wim dood. " * 20, "Wim")),
        # Two columns of one series.
        (article("a.md", title="Kort"), article("b.md", "Vandaag geen nieuws, en dat was ook nieuws. " * 5, "Kort")),
        # A form that was filled in twice.
        (article("a.md", KIOSK + " Verkocht: 12 kranten."), article("b.md", KIOSK + " Verkocht: 13 kranten.")),
        # Two posts that are little more than a link.
        (article("a.md", "Lees dit.", "Over kranten"), article("b.md", "Lees dit.", "Over duiven")),
    ],
)  # fmt: skip
def test_what_is_alike_but_not_the_same_column_is_kept(one: Article, other: Article) -> None:
    assert part_copies([one, other]) == ([one, other], ())


def test_what_is_kept_does_not_hang_on_the_order_of_reading() -> None:
    words = KIOSK.split()
    shuffled = [" ".join(random.Random(seed).sample(words, len(words))) for seed in range(40)]
    articles = [article(f"{n:02}.md", text, f"Stuk {n}", date=date(2000 + n, 1, 1)) for n, text in enumerate(shuffled)]
    articles += [article(f"k{n:02}.md", text + " En dat was het.", f"Stuk {n}") for n, text in enumerate(shuffled)]
    expected = tuple(Copies(f"{n:02}.md", (f"k{n:02}.md",), ()) for n in range(40))

    for seed in range(5):
        random.Random(seed).shuffle(articles)
        kept, copies = part_copies(articles)
        assert copies == expected
        assert {a.path for a in kept} == {f"{n:02}.md" for n in range(40)}


def test_the_archive_holds_a_column_once_and_says_where_else_it_stood(tmp_path: Path) -> None:
    page = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    (tmp_path / "2011-03-02-kiosk.md").write_text(f"---\ntitle: De kiosk\n---\n{KIOSK}", encoding="utf-8")
    (tmp_path / "kiosk.html").write_text(
        f"<html><head><title>De kiosk</title></head><body><article>{page}</article></body></html>", encoding="utf-8"
    )
    archive = read_archive(tmp_path)

    assert [found.path for found in archive.articles] == ["2011-03-02-kiosk.md"]
    assert archive.copies == (Copies("2011-03-02-kiosk.md", ("kiosk.html",), ()),)
    assert archive.files == 2
