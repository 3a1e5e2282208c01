"""Sentences and words, on the Dutch and English that columns are written in."""

import os
import subprocess
import sys
import threading
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot.language import language_of, ngrams_of, sentence_spans, stems, terms_of


def sentences(text: str, language: str = "nl") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize(
    "first",
    [
        "Ik sprak dhr. Jansen in de hal.",
        "Mevr. De Wit belde als laatste terug.",
        "Neem bijv. een appel mee.",
        "Vraag bijv. Petra eens om raad.",
        "Er lagen o.a. pennen en nietjes.",
        "Hij kwam d.w.z. hij stuurde zijn broer.",
        "Er gold één regel, nl. geen regels.",
        "Zie blz. 12 van het verslag.",
        "Prof. dr. Bakker knikte.",
        "Mr. drs. J.P. Balk sprak een uur.",
        "Pennen, papier, enz. lagen klaar.",
        "Hij werkt bij Jansen B.V. in Tiel.",
        "De a.s. vergadering vervalt i.v.m. de hitte.",
        "Dat kost ca. 20 euro.",
        "Ik woon in de Lange Nieuwstr. 5 in Tiel.",
        "Het St. Jansplein is leeg.",
        "Jan e.a. waren erbij.",
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(first):
    assert sentences(f"{first} Dat was gisteren.") == [first, "Dat was gisteren."]


@pytest.mark.parametrize(
    "first",
    [
        "Wij lazen J.K. Rowling in de trein.",
        "Het boek van J. van Dam is op.",
        "A.F.Th. van der Heijden schreef dik.",
    ],
)
def test_initials_do_not_end_a_sentence(first):
    assert sentences(f"{first} Niemand keek op.") == [first, "Niemand keek op."]


@pytest.mark.parametrize(
    "first",
    [
        "Het kost 1.000 euro.",
        "Een 3.5 is een onvoldoende.",
        "De rente steeg naar 3,5 procent.",
        "Op 3 dec. 2012 sneeuwde het.",
        "Op 3 december 2012 sneeuwde het.",
        "Wij beginnen om 14.30 uur in zaal 2.",
        "Windows 3.11 en versie 2.0.1 waren traag.",
        "Het duurde tot 1999.",
        "Bel tel. 030-1234567.",
    ],
)
def test_a_point_in_a_number_date_or_time_does_not_end_a_sentence(first):
    assert sentences(f"{first} De trein reed niet.") == [first, "De trein reed niet."]


@pytest.mark.parametrize(
    "first",
    [
        "Kijk op www.voorbeeld.nl voor meer.",
        "Kijk op https://voorbeeld.nl/a.b?c=d.",
        "Mail naar jan.smit@voorbeeld.nl voor meer.",
    ],
)
def test_an_address_stays_whole(first):
    assert sentences(f"{first} Of bel gewoon.") == [first, "Of bel gewoon."]


@pytest.mark.parametrize(
    "expected",
    [
        ["Wat?!", "Dat kan niet.", "Toch wel!"],
        ["Echt waar?", "Ja.", "Nee!"],
        ["Hij aarzelde… en vertrok.", "Zij bleef."],
        ["Hij aarzelde…", "Zij bleef."],
        ["‘Kom je nog?’ vroeg ze.", "Ik kwam niet."],
        ["Ze zei: ‘Ik kom niet.’", "Daarna hing ze op."],
        ["“Wat een dag!”", "Zij zuchtte diep."],
        ['Hij riep "Stop!" en rende weg.', "Niemand volgde."],
        ['Hij vroeg: "Waarom?"', "Niemand wist het."],
        ["Dat zei hij (en hij meende het! Echt waar.) tegen mij.", "Ik geloofde hem."],
        ["Dat zei hij.", "(Hij meende het.)", "Ik geloofde hem."],
        ["Leuk hoor :-)", "Ik kom morgen."],
        ["Ik drink koffie.", "'s Avonds drink ik thee."],
        ["Pennen, papier, enz.", "De klant wil koffie."],
        ["Hij werkt bij Jansen B.V.", "Zij werkt thuis."],
        ["1. Begin op tijd.", "2. Stop op tijd."],
    ],
)
def test_sentences_end_where_a_dutch_reader_ends_them(expected):
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["I met Mr. Brown at the station.", "He was late."],
        ["Bring fruit, e.g. apples.", "Or don't."],
        ["She lives in the U.S. with her dog.", "It barks."],
        ["It costs 3.50 dollars.", "That is cheap."],
        ["Dr. Smith vs. Jones was a draw.", "Nobody minded."],
        ["The meeting is at 3 p.m. on Monday.", "Be there."],
    ],
)
def test_sentences_end_where_an_english_reader_ends_them(expected):
    assert sentences(" ".join(expected), "en") == expected


def test_headings_and_list_items_are_sentences_without_their_marker():
    text = "Wat je nodig hebt\n\nNeem mee:\n- een pen\n- papier. En inkt.\n\nMeer niet\nen ook niet minder."
    assert sentences(text) == [
        "Wat je nodig hebt",
        "Neem mee:",
        "een pen",
        "papier.",
        "En inkt.",
        "Meer niet\nen ook niet minder.",
    ]


# What people type, and what makes splitters trip, in any order.
fragments = st.sampled_from(
    [
        ". ",
        "? ",
        "… ",
        "\n",
        "\n\n",
        "\n- ",
        " ",
        "\u00a0",
        "“",
        "”",
        "(",
        ")",
        "Dr. ",
        "3.5",
        "J.K.",
        ":-) ",
        "Zij",
        "en",
    ]
)
texts = st.one_of(st.text(max_size=80), st.lists(fragments | st.text(max_size=4), max_size=25).map("".join))


@settings(max_examples=150, deadline=None)
@given(texts, st.sampled_from(["nl", "en"]))
def test_sentences_stand_in_order_and_leave_out_only_space_and_list_markers(text, language):
    at, left_out = 0, []
    for start, end in sentence_spans(text, language):
        assert at <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        left_out += text[at:start].split()
        at = end
    left_out += text[at:].split()
    assert {*left_out} <= {"-"}


@pytest.mark.parametrize(
    "forms",
    [
        "lopen loopt gelopen",
        "huis huizen",
        "brief brieven",
        "klant klanten",
        "werken werkt gewerkt",
        "café cafés",
        "getal getallen",
        "gesprek gesprekken",
        "gebouw gebouwen",
    ],
)
def test_the_forms_of_a_word_meet_in_one_stem(forms):
    assert set.intersection(*(set(terms_of(form)) for form in forms.split()))


@pytest.mark.parametrize(("one", "other"), [("geweldig", "wel"), ("geluk", "luk"), ("getal", "tal"), ("gemak", "mak")])
def test_a_word_that_begins_with_ge_is_not_robbed_of_it(one, other):
    assert not set(terms_of(one)) & set(terms_of(other))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("de e-mail", ["email", "mail"]),
        ("een kop-staartbotsing", [*terms_of("kopstaartbotsing"), *terms_of("kop"), *terms_of("staartbotsing")]),
        ("Jan's foto’s", ["jan", "foto"]),
        ("CAFÉ, café", ["cafe", "cafe"]),
        ("in 2012, d.w.z. 3 jaar", ["2012", "3", "jaar"]),
        ("Dat is het niet", []),
    ],
)
def test_terms_are_the_words_that_carry_meaning(text, terms):
    assert terms_of(text) == terms


def test_ngrams_find_a_compound_by_its_parts_and_a_word_despite_a_typo():
    assert {*ngrams_of("koffie")} & {*ngrams_of("bedrijfskoffie")} == {"koffi", "offie", "ffie_"}
    assert {*ngrams_of("vergadering")} & {*ngrams_of("vergaderring")}
    assert not {*ngrams_of("koffie")} & {*ngrams_of("magazijn")}


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(max_codepoint=0x24F, exclude_characters="´"), max_size=80))
def test_terms_never_hold_an_accent_a_space_or_nothing(text):
    for term in terms_of(text):
        assert term
        assert not any(character.isspace() or unicodedata.combining(character) for character in term)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dit is een zin over de trein.", "nl"),
        ("This is a sentence about the train.", "en"),
        ("Ik zei: yes we can, maar niet vandaag.", "nl"),
        ("She said “gezellig” and that was the end of it.", "en"),
    ],
)
def test_the_language_is_that_of_the_small_words(text, language):
    assert language_of(text, default="nl") == language_of(text, default="en") == language


def test_a_text_without_small_words_gets_the_default_language():
    assert (language_of("Koffie"), language_of("Koffie", default="en")) == ("nl", "en")


STEMS = "from columnbot.language import terms_of; print(terms_of('getallen gewerkt lopende'))"


def test_another_stemmer_in_the_same_environment_changes_no_stem(tmp_path):
    """snowballstemmer hands out PyStemmer's stemmers where that is installed; its older Dutch is another one."""
    (tmp_path / "Stemmer.py").write_text(
        "algorithms = lambda: ['dutch']\n\n\nclass Stemmer:\n    def __init__(self, name): ...\n\n"
        "    def stemWord(self, word):\n        return 'other'\n",
        encoding="utf-8",
    )
    beside = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    shown = subprocess.run([sys.executable, "-c", STEMS], env=beside, capture_output=True, text=True, check=True)
    assert shown.stdout == f"{terms_of('getallen gewerkt lopende')}\n"


def test_threads_that_stem_at_once_get_the_same_stems():
    words = [f"{a}{b}{c}" for a in ("wandel", "fiets", "schrijv", "gelop") for b in ("ing", "aar", "heid", "baar")
             for c in ("en", "tje", "tjes", "lijk", "de")]  # fmt: skip
    alone = {word: stems.__wrapped__(word, "nl") for word in words}
    wrong = []

    def stem_all() -> None:
        for word in words * 20:
            if stems.__wrapped__(word, "nl") != alone[word]:
                wrong.append(word)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=stem_all) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []
