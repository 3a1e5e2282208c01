"""Pages saved as text: the column out of what the site put around it."""

import textwrap
from datetime import date
from pathlib import Path

import pytest

from columnbot import Article
from columnbot.readers import read_archive
from columnbot.readers.text import read_text

COLUMNS = {
    "De lege hal": "In de hal van het gemeentehuis staat een bank waar niemand zit. Ik heb er een middag naar gekeken.",
    "Het loket": "Achter het loket zat een man die zei dat hij het loket niet was. Wij wachtten samen op een ander.",
    "Nummertjes": "Wie een nummer trekt, hoopt op een laag nummer. Ik had er een van vorige week en mocht meteen.",
    "De stempel": "De stempel is zoek. Zonder stempel geen bewijs, en zonder bewijs heb ik nooit in de rij gestaan.",
    "Kwart over vijf": "Om kwart over vijf gaat het licht uit. Wie er dan nog zit, mag blijven tot men hem vindt.",
    "De folder": "Er ligt een folder over wachten. Hij was op, maar men kon mij op een lijst zetten voor de volgende.",
}
TOP = "Dagblad De Veste\nNieuws Opinie Winkel\nVandaag 12 graden"
BOTTOM = "Petra de Wit\nPetra de Wit woont in Tiel en schrijft.\nSteun De Veste met een gift.\nColofon en contact"


def page(title: str, text: str, number: int) -> str:
    top = TOP.replace("12", str(number))
    return f"{top}\n{title}\n{number} mei 2014\n{text}\nDeelgenoten van De Veste: {number}\n{BOTTOM}\n"


def test_what_stands_in_many_pages_is_the_site_s_and_no_column_holds_it(tmp_path: Path) -> None:
    for number, (title, text) in enumerate(COLUMNS.items(), start=1):
        (tmp_path / f"{number}.txt").write_text(page(title, text, number), encoding="utf-8")
    archive = read_archive(tmp_path)

    assert list(archive.articles) == [
        Article(f"{number}.txt", title, text, author="Petra de Wit", date=date(2014, 5, number))
        for number, (title, text) in enumerate(COLUMNS.items(), start=1)
    ]
    assert any("stand in many of the .txt files" in note for note in archive.notes)


def test_of_few_pages_nothing_is_learnt(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"Stuk {number}\nTot volgende week allemaal.\nEn {number} keer dag.")
    archive = read_archive(tmp_path)

    assert all("Tot volgende week allemaal." in article.text for article in archive.articles)
    assert archive.notes == ()


def read(text: str, name: str = "1.txt") -> Article:
    (article,) = read_text(name, text.encode())
    return article


BODY = "\n".join(COLUMNS.values())


@pytest.mark.parametrize(
    "ending",
    [
        "Petra de Wit\nPetra de Wit is columnist.\nZij woont in Tiel.\nVolg haar op de dijk.",
        "Over de auteur\nPetra de Wit schrijft over wachten.",
        "Petra de Wit\nOver de auteur\nPetra de Wit schrijft over wachten.",
        "Petra de Wit (52) is schrijfster en woont in Tiel.",
        "Petra de Wit is freelance journalist en docent.",
        "Petra de Wit werkt bij de gemeente en schrijft over wachten.",
        "Petra de Wit schrijft elke week over wachten.",
        "Door Petra de Wit",
        "Petra de Wit",
    ],
)
def test_the_biography_names_the_author_and_is_no_part_of_the_column(ending: str) -> None:
    article = read(f"De lege hal\n{BODY}\n{ending}")

    assert (article.title, article.author) == ("De lege hal", "Petra de Wit")
    assert article.text == "\n\n".join(COLUMNS.values())


@pytest.mark.parametrize(
    "ending",
    [
        "Steve Jobs was directeur van een bedrijf dat niets verkocht, en toch stond er een rij.",
        "Mark Rutte heeft een column geschreven over zijn vertrek, en daar stond niets in.",
        "Harry Mulisch was een schrijver die nooit wachtte.",
        "Harry Mulisch is een schrijver die nooit wachtte.",
        "Youp van 't Hek schrijft dat wachten slecht is voor de mens.",
        "Youp van ’t Hek schrijft in de krant dat wachten slecht is voor de mens.",
        "Jan Bos is geen schrijver.",
        "Gelukkig Nieuwjaar",
        "Fijne Kerst",
        "Met Vriendelijke Groet",
    ],
)
def test_who_the_last_paragraph_is_about_did_not_write_the_column(ending: str) -> None:
    article = read(f"De lege hal\n{BODY}\n{ending}")

    assert (article.author, article.text) == (None, "\n\n".join([*COLUMNS.values(), ending]))


def test_of_whom_the_column_speaks_it_gives_no_biography_that_nothing_announces() -> None:
    ending = "Jan Bos is directeur van het loket."
    article = read(f"De lege hal\n{BODY}\nToen kwam Bos binnen.\n{ending}")

    assert article.author is None
    assert article.text.endswith(f"Toen kwam Bos binnen.\n\n{ending}")


def test_a_name_below_every_column_is_their_author_s_and_not_the_site_s(tmp_path: Path) -> None:
    for number, (title, text) in enumerate(COLUMNS.items(), start=1):
        (tmp_path / f"{number}.txt").write_text(f"{title}\n\n{text}\n\nJan de Wit\n", encoding="utf-8")
    archive = read_archive(tmp_path)

    assert {(article.author, article.text) for article in archive.articles} == {
        ("Jan de Wit", text) for text in COLUMNS.values()
    }


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("3 oktober 2012", None),
        ("Geplaatst op 3-10-2012", None),
        ("Petra de Wit | 03/10/2012 10:15", "Petra de Wit"),
        ("Geplaatst op woensdag 3 oktober 2012 om 10:15 uur", None),
        ("Door Petra de Wit op 3 oktober 2012", "Petra de Wit"),
        ("Petra de Wit | 03 okt. 2012", "Petra de Wit"),
    ],
)
def test_a_line_with_the_date_may_name_the_author_too(line: str, author: str | None) -> None:
    article = read(f"De lege hal\n{line}\n{BODY}")

    assert (article.date, article.author) == (date(2012, 10, 3), author)
    assert article.text == "\n\n".join(COLUMNS.values())


@pytest.mark.parametrize(
    "title", ["Wachten. Of niet.", "Wachten...", "Hoe ik leerde wachten zonder stoel, " * 3 + "en waarom."]
)
def test_the_line_above_the_by_line_is_the_title_however_it_ends(title: str) -> None:
    article = read(f"{title}\nDoor Petra de Wit\n{BODY}")

    assert (article.title, article.author, article.text) == (title, "Petra de Wit", "\n\n".join(COLUMNS.values()))


def test_a_subheading_that_is_a_name_is_no_biography() -> None:
    lines = [*list(COLUMNS.values()), "Jan Bos", "Jan Bos was columnist toen hij stierf.", *list(COLUMNS.values())]
    article = read("\n".join(["De lege hal", *lines]))

    assert (article.author, article.text) == (None, "\n\n".join(lines))


def test_a_sentence_with_a_date_in_it_stays_in_the_column() -> None:
    article = read(f"De lege hal\nHet begon op 3 oktober 2012 in de hal.\n{BODY}")

    assert article.date is None
    assert article.text.startswith("Het begon op 3 oktober 2012 in de hal.")


TAIL = " een kast vol papier en daarvan is de helft van iemand die hier al jaren niet meer werkt of zelfs nooit werkte."


@pytest.mark.parametrize(
    ("heading", "rest"),
    [
        ("Oude papieren", "Oude papieren zijn" + TAIL),
        ("Archivering", "Archivering is" + TAIL),
        ("Het nut van bewaren", "Als niemand kijkt, groeit" + TAIL),
    ],
)
def test_a_subheading_that_ran_into_its_paragraph_is_parted_from_it(heading: str, rest: str) -> None:
    assert read(f"De kast\n{heading} {rest}").text == f"{heading}\n\n{rest}"


@pytest.mark.parametrize(
    "paragraph",
    [
        "Gisteren las ik Als de kraaien komen en daarna" + TAIL,
        "Nee Nee zei de man en toen stond er" + TAIL,
        "Mijn zus vindt dat De Groot en De Wit samen" + TAIL,
        "Wat doet die kast daar? Er staat" + TAIL,
        "Mijn oom dacht altijd Wij zijn rijk want hij had" + TAIL,
    ],
)
def test_a_paragraph_that_may_be_whole_is_left_whole(paragraph: str) -> None:
    assert read(f"De kast\n{paragraph}").text == paragraph


def test_what_is_known_to_be_a_site_s_is_left_out_of_a_single_page() -> None:
    around = "Spring naar inhoud\nWij gebruiken cookies om te weten wie u bent.\nDe lege hal\nLeestijd: 3 min\n"
    below = "Deel dit artikel\nSchrijf je in voor de nieuwsbrief\n© 2014 De Veste\nLees ook\nDe volle hal\nHet balkon"
    article = read(f"{around}{BODY}\n{below}")

    assert (article.title, article.text) == ("De lege hal", "\n\n".join(COLUMNS.values()))


def test_lees_ook_in_mid_column_takes_nothing_but_itself() -> None:
    lines = list(COLUMNS.values())
    article = read("\n".join(["De lege hal", *lines[:4], "Lees ook: De volle hal", *lines[4:]]))

    assert article.text == "\n\n".join(lines)


def test_lines_broken_off_at_the_margin_are_one_paragraph_again() -> None:
    broken = (
        "Toen ik in de rij stond voor het loket van de burgerlijke\nstand, merkte ik dat de man voor mij geen "
        "schoenen droeg. Ik\nvroeg hem of hij die soms was kwijtgeraakt in de draaideur.\nHij knikte.\n"
        "Daarna zweeg hij tot het bord op honderd sprong en zei toen dat\nik zijn beurt mocht hebben als ik "
        "hem thuis zou brengen, en dat\nheb ik gedaan, want zo hoort dat als je samen hebt gewacht.\n"
    )
    assert read(broken).text.count("\n\n") == 1
    assert read(broken).text.endswith("Hij knikte.\n\nDaarna zweeg hij" + read(broken).text.partition("zweeg hij")[2])


ADDRESS = "https://voorbeeld.nl/" + "een-heel-lang-adres/" * 8


@pytest.mark.parametrize("more", [ADDRESS, f"Zie {ADDRESS} maar."])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_an_address_of_any_length_leaves_the_lines_about_it_together(more: str, between: str) -> None:
    paragraphs = [" ".join([text] * 3) for text in COLUMNS.values()]
    broken = [textwrap.fill(paragraph, 70) for paragraph in paragraphs]
    text = read(between.join(["De lege hal", *broken, more])).text

    assert " ".join(text.split()) == " ".join([*paragraphs, more])
    assert text.count("\n\n") <= len(paragraphs)


BREAD = "Op zaterdag bak ik twaalf roggebroden, en op zondag geen enkel, want dan is de oven koud."
SLEEP = "De baas slaapt op zondag uit, en zijn oude moeder in Eefde heeft hem dan de hele dag voor zich."


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("Reageren of zwijgen?", False),
        ("Reacties bleven niet uit.", False),
        ("Reactie van de gemeente", False),
        ("12 reacties kreeg ik.", False),
        ("Reacties (3)", True),
        ("12 reacties op “De lege hal”", True),
        ("Geef een reactie", True),
        ("Reageer op dit artikel", True),
    ],
)
def test_a_column_ends_where_the_reactions_begin_and_not_where_it_speaks_of_them(line: str, ends: bool) -> None:
    (article,) = read_text("a.txt", "\n\n".join(["De oven", BREAD, SLEEP, BREAD, line, SLEEP]).encode())
    assert article.text.endswith(BREAD if ends else SLEEP)


@pytest.mark.parametrize(
    "foot",
    ["Jan de Wit\n\n3 mei 2002", "3 mei 2002\n\nJan de Wit", "Jan de Wit, 3 mei 2002", "Door Jan de Wit op 3 mei 2002"],
)
def test_who_wrote_it_and_when_may_stand_at_the_foot(foot: str) -> None:
    (article,) = read_text("a.txt", f"De oven\n\n{BREAD}\n\n{SLEEP}\n\n{foot}".encode())
    assert (article.author, article.date, article.text) == ("Jan de Wit", date(2002, 5, 3), f"{BREAD}\n\n{SLEEP}")


def test_the_titles_of_a_series_are_not_the_site_s(tmp_path: Path) -> None:
    for number, text in enumerate(COLUMNS.values(), start=1):
        (tmp_path / f"{number}.txt").write_text(f"Brief {number}\n\n{text}\n", encoding="utf-8")
    assert [article.title for article in read_archive(tmp_path).articles] == [f"Brief {n}" for n in range(1, 7)]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("20120503-de-oven.txt", "De oven"),
        ("2012.05.03 De oven.txt", "De oven"),
        ("201205031200 De oven.txt", "De oven"),
        ("2012-05-03-de-oven.txt", "De oven"),
    ],
)
def test_a_day_in_the_name_of_a_file_is_its_date_and_no_part_of_its_title(name: str, title: str) -> None:
    (article,) = read_text(name, f"{BREAD} {SLEEP}".encode())
    assert (article.title, article.date) == (title, date(2012, 5, 3))
