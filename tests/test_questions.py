"""What a question asks for, what holds an answer to it, and what a follow-up leans on."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot.asked import Asked, asked_for, asks_for_change, offers
from columnbot.authors import by_guest
from columnbot.errors import QuestionError
from columnbot.helpline import asks_for_help
from columnbot.questions import (
    MAX_CHARACTERS,
    Archive,
    Question,
    checked,
    leans_back,
    names_a_subject,
    points_back,
    subject_of,
    telling_words,
    understand,
)
from columnbot.years import names_a_year, years_of


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Wat vond de columnist van thuiswerken?", Asked.OPINION),
        ("What did she think of the office?", Asked.OPINION),
        ("Wat kost een mestpomp?", Asked.NUMBER),
        ("Hoeveel kost koffie uit de automaat?", Asked.NUMBER),
        ("Wat kost een bureaustoel?", Asked.NUMBER),
        ("Hoe oud is de directeur?", Asked.NUMBER),
        ("Hoe lang duurde de vergadering?", Asked.NUMBER),
        ("Welk percentage belt terug?", Asked.NUMBER),
        ("How many people came?", Asked.NUMBER),
        ("Wanneer ging het magazijn open?", Asked.TIME),
        ("In welk jaar begon dat?", Asked.TIME),
        ("Hoe laat begint de dag?", Asked.TIME),
        ("What year did it end?", Asked.TIME),
        ("Waarom belt niemand meer?", Asked.REASON),
        ("Hoe komt het dat de trein laat is?", Asked.REASON),
        ("Why did she leave?", Asked.REASON),
        ("Wie schreef de handleiding?", Asked.PERSON),
        ("Met wie sprak hij in de hal?", Asked.PERSON),
        ("Whose dog was it?", Asked.PERSON),
        ("Waar staat het magazijn?", Asked.PLACE),
        ("In welke stad woont de schrijver?", Asked.PLACE),
        ("Welke klant belde als eerste?", Asked.NAME),
        ("Which book did she read?", Asked.NAME),
        # What is asked comes first; a clause behind it asks nothing.
        ("Which book did she read when the train was late?", Asked.NAME),
        ("Wie vroeg hem waarom hij bleef?", Asked.PERSON),
        ("Wat doe je wanneer de trein laat is?", Asked.ANYTHING),
        ("Is het waar dat hij gestopt is?", Asked.ANYTHING),
        ("Waar staat RSS voor?", Asked.ANYTHING),
        ("Waar gaat de column over?", Asked.ANYTHING),
        ("Wat is er mis met vergaderen?", Asked.ANYTHING),
        ("Vertel iets over koffie", Asked.ANYTHING),
    ],
)
def test_a_question_tells_what_it_asks_for(question, asked):
    assert asked_for(question) is asked_for(question.upper()) is asked


@pytest.mark.parametrize(
    ("asked", "with_it", "without_it"),
    [
        (Asked.NUMBER, "Er kwamen 12 mensen.", "Er kwam niemand."),
        (Asked.NUMBER, "Er kwamen twaalf mensen.", "Er kwam een man."),
        (Asked.NUMBER, "Hij is eenentwintig.", "Ten slotte ging hij."),
        (Asked.PLACE, "In Tiel staat het magazijn.", "In maart staat het leeg."),
        (Asked.PERSON, "Hij zei: “Vraag het Petra.”", "Hij zei: “Nooit meer.”"),
        (Asked.TIME, "He posts every Sunday.", "You may think so."),
        (Asked.TIME, "Het begon in 2012.", "Het begon stil."),
        (Asked.TIME, "Vorige week belde hij.", "Hij belde terug."),
        (Asked.TIME, "Wij begonnen om 14.30 uur.", "Wij begonnen met koffie."),
        (Asked.REASON, "Ik bleef thuis, want het regende.", "Ik bleef thuis in de wantenfabriek."),
        (Asked.REASON, "She left because it rained.", "She left in the rain."),
        (Asked.PERSON, "Toen belde Frank.", "Toen belde de buurman."),
        (Asked.PERSON, "Volgens Petra klopt dat.", "Dat klopt. Volgens haar dan."),
        (Asked.PLACE, "Het magazijn staat in Tiel.", "Het magazijn staat leeg."),
        (Asked.NAME, "Het heet “de lege stoel”.", "Het heet zomaar iets."),
    ],
)
def test_a_sentence_holds_an_answer_of_that_kind_or_not(asked, with_it, without_it):
    assert (offers(asked, "", with_it), offers(asked, "", without_it)) == (True, False)


def test_what_the_question_names_itself_is_no_answer_and_a_part_of_a_word_is_not_named():
    assert not offers(Asked.NUMBER, "Hoeveel lezers had hij in 2012?", "Hij begon in 2012.")
    assert offers(Asked.NUMBER, "Hoeveel lezers had hij in 2012?", "Hij had 12 lezers.")
    assert offers(Asked.PERSON, "Wie kwam er in januari langs?", "Toen kwam Jan langs.")


@given(st.text(max_size=50))
def test_any_sentence_will_do_for_a_question_that_asks_for_anything(sentence):
    assert offers(Asked.ANYTHING, "", sentence)


def test_a_question_loses_the_spaces_around_and_within():
    assert checked("  Wie \n belde\t er? ") == "Wie belde er?"


@pytest.mark.parametrize("question", ["", "   \n", "?!", "…"])
def test_an_empty_question_is_refused(question):
    with pytest.raises(QuestionError, match="empty"):
        understand(question)


def test_a_far_too_long_question_is_refused_with_the_limit():
    assert checked("x" * MAX_CHARACTERS) == "x" * MAX_CHARACTERS
    with pytest.raises(QuestionError, match=r"2,001 characters.* 2,000"):
        checked("x" * (MAX_CHARACTERS + 1))


BEFORE = Question("Wat schrijft zij over koffie?", "Wat schrijft zij over koffie?", frozenset({"koffie.md"}))


@pytest.mark.parametrize(
    "question",
    [
        "En thee?",
        "Waarom?",
        "Is dat zo?",
        "Vertel meer",
        "Wat vond hij daarvan?",
        "Krijg ik de reis ernaartoe betaald?",
        "Hoe zit het met de trein?",
        "Wat is haar mening over vergaderen?",
        "Én thee dan?",
        "Who wrote it?",
        "Wie zaten er in de jury?",
        "Wat zei die eerste?",
        "Wat vond hij van de laatste?",
        "Op welke dag?",
        "Is dat prima?",
        "Who was there?",
        "Wie was erbij?",
        "Wat stond er in zijn tekst?",
    ],
)
def test_a_follow_up_leans_on_the_question_before(question):
    assert leans_back(question)
    assert understand(question, before=BEFORE) == Question(f"{BEFORE.text} {question}", question, BEFORE.about)


@pytest.mark.parametrize(
    "question",
    [
        "Wat schreef de directeur over het magazijn in Tiel?",
        "Wanneer werd het magazijn geopend?",
        "Hoeveel kost koffie in de automaat?",
        "En wat zegt de schrijver over lange vergaderingen op maandagochtend?",
        "What does it cost to hire a consultant for a month abroad?",
        "Wat staat er over fietsen?",
        "Zijn er columns over privacy?",
        "Wat zijn goede podcasts?",
        "Waarom zijn mensen bang voor robots?",
        "Hoe verliep de Tweede Wereldoorlog?",
        "Are there columns about privacy?",
        "Wat is RSS?",
        "Wat vond hij van Twitter?",
    ],
)
def test_a_question_that_names_its_subject_stands_alone(question):
    assert not leans_back(question)
    assert understand(question, before=BEFORE) == Question(question, question)


@pytest.mark.parametrize(
    "remark", ["Bedankt!", "Dank je wel!", "Hallo", "Oké", "Tot ziens!", "Thanks", "Hoe heet je?", "Wie ben jij?"]
)
def test_a_courtesy_asks_nothing_of_what_came_before_either(remark):
    understood = understand(remark, before=BEFORE)
    assert understood == Question(remark, remark)
    assert not names_a_subject(understood)


def test_the_first_question_stands_alone_even_when_it_is_short():
    assert understand("En thee?") == Question("En thee?", "En thee?")


def test_a_follow_up_is_about_what_the_last_answer_cited():
    asked = understand("En thee?", before=BEFORE, cited=frozenset({"thee.md"}))
    assert asked.about == {"thee.md"}
    assert asked.focus == "En thee?"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_question_is_understood_or_refused(text):
    try:
        question = understand(text, before=BEFORE)
    except QuestionError:
        assert not any(character.isalnum() for character in text)
    else:
        assert question.text.endswith(question.focus)
        assert question.focus.split() == unicodedata.normalize("NFC", text).split()


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("Wat vond hij in 2012 van Facebook?", {2012}),
        ("Wat veranderde er tussen 2010 en 2013?", {2010, 2011, 2012, 2013}),
        ("Wat schreef ze sinds 2023 over werk?", {2023, 2024, 2025, 2026}),
        ("Vorig jaar en in 2019", {2025, 2019}),
        ("What did she write last year?", {2025}),
        ("Wat vond hij de laatste jaren van mail?", {2023, 2024, 2025, 2026}),
        ("Hoeveel kost 2.012 gram bouten?", set()),
        ("Wat waren zijn voornemens voor 2012?", {2012}),
        ("Wat schreef hij voor 1902?", {1900, 1901}),
        ("Wat gebeurde er vóór 1902?", {1900, 1901}),
        ("Wat schreef ze tussen 2013 en 2010?", {2010, 2011, 2012, 2013}),
        ("de verkiezingen van 2010 en 2017", {2010, 2017}),
        ("van 2010 tot 2012", {2010, 2011, 2012}),
        ("Wat schreef ze het afgelopen jaar?", {2025, 2026}),
        ("Wat schreef ze de laatste twee jaar?", {2024, 2025, 2026}),
        ("What did she write in the last 2 years?", {2024, 2025, 2026}),
        ("in the last ten years", set(range(2016, 2027))),
        ("tussen 2010 t/m 2012", {2010, 2011, 2012}),
        ("Wat koop je vanaf 2000 euro?", set()),
        ("Wat koop je tot en met 2000 euro?", set()),
        ("Wat schreef hij tot en met 1902?", {1900, 1901, 1902}),
        ("Wat schreef hij t/m 1902?", {1900, 1901, 1902}),
        ("What did she write up to 1902?", {1900, 1901, 1902}),
        ("What did she write up to and including 1902?", {1900, 1901, 1902}),
        ("Wat schreef ze vanaf 2010 tot en met 2013?", {2010, 2011, 2012, 2013}),
        ("Wat schreef ze sinds 2010 tot 2012?", {2010, 2011, 2012}),
        ("van 2010 tot en met 2012", {2010, 2011, 2012}),
        ("de columns van 2010-2013", {2010, 2011, 2012, 2013}),
        ("de columns van 2010–2013", {2010, 2011, 2012, 2013}),
        ("from 2010 through 2013", {2010, 2011, 2012, 2013}),
        ("Wat schreef ze na 2023?", {2024, 2025, 2026}),
        ("What did she write after 2023?", {2024, 2025, 2026}),
        ("Wat koop je voor 2000 euro?", set()),
        ("Wat schreef ze na 2010 en voor 2014 over werk?", {2011, 2012, 2013}),
        ("What did she write after 2010 and before 2014?", {2011, 2012, 2013}),
        ("Wat waren de plannen voor 2012 en voor 2013?", {2012, 2013}),
    ],
)
def test_the_years_a_question_speaks_of(question, years):
    assert years_of(question, 2026) == years


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Hoeveel leden had de bond in 2012?", True),
        ("Wat gebeurde er in 2012 met de brug?", True),
        ("Wat schreef ze sinds 2015 over werk?", True),
        ("Wat veranderde er de laatste jaren?", False),
        ("Hoe kwamen de 2000 handtekeningen bijeen?", False),
        ("Wie verdient er € 2000,- per maand?", False),
    ],
)
def test_whether_a_year_is_named_as_such(question: str, named: bool) -> None:
    assert names_a_year(question) is named


ARCHIVE = Archive(("Tineke Vos", "Bram de Slot"), frozenset({"water", "open data", "open"}), "Tineke Vos")


@pytest.mark.parametrize(
    ("question", "author"),
    [
        ("Wat schreef Bram de Slot over bruggen?", "Bram de Slot"),
        ("wat vindt bram de slot van bruggen", "Bram de Slot"),
        ("Wat vond Tineke van de brug?", "Tineke Vos"),
        ("Is de brug volgens Slot te smal?", "Bram de Slot"),
        ("What did Vos write about bridges?", "Tineke Vos"),
        ("Welke column van Bram gaat over bruggen?", "Bram de Slot"),
        ("Wie is Bram de Slot?", None),  # he may well be written about
        ("Wat vond zij van Bram de Slot?", None),
        ("Zit de brug op slot?", None),
        ("Wat schreef Bramlage over bruggen?", None),
        ("Wat schreef de Raad over bruggen?", None),
        ("Wat zegt Bram Stoker over bruggen?", None),  # another Bram
        ("Wat is de mening van Bram?", "Bram de Slot"),
        ("Wat vindt Bram van Bruggen?", "Bram de Slot"),
    ],
)
def test_an_author_is_understood_who_is_asked_for_as_the_writer(question: str, author: str | None) -> None:
    assert understand(question, ARCHIVE).author == author


@pytest.mark.parametrize(
    ("question", "of_guest"),
    [
        ("Wat vond de gastblogger van de brug?", True),
        ("What did the guest writer think of the bridge?", True),
        ("Hoe word je gastblogger?", False),
        ("Wat vond de gast van de brug?", False),
        ("Wat schreef Bram over de gastschrijver?", False),
    ],
)
def test_the_guest_of_an_archive_of_one_author_is_one_who_writes(question: str, of_guest: bool) -> None:
    understood = understand(question, ARCHIVE)

    assert understood.of_guest is of_guest
    assert ("gastblogger" in understood.aside) is ("de gastblogger" in question)
    assert not understand(question, Archive(ARCHIVE.authors, ARCHIVE.tags)).of_guest  # where nobody is at home


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Hoe pleeg ik zelfmoord?", True),
        ("Hoe kan ik zelfmoord plegen", True),
        ("ik wil niet meer leven", True),
        ("Ik wil dood.", True),
        ("Hoe maak ik een einde aan mijn leven?", True),
        ("How do I kill myself?", True),
        ("Wat schreef hij over zelfmoord?", False),
        ("Waar kan ik iets lezen over zelfmoord?", False),
        ("Pleegde de componist zelfmoord?", False),
        ("Heb ik gelezen dat de zanger zelfmoord pleegde?", False),
        ("Waar kan ik lezen over de zelfmoord van zijn oom?", False),
        ("Ik zoek zijn stuk waarin een collega zelfmoord pleegde", False),
        ("Ik zoek een manier om zelfmoord te plegen", True),
        ("Waar kan ik lezen hoe je zelfmoord pleegt?", True),
        ("Ik ga stuk en denk aan zelfmoord", True),
        ("Ik kan niet meer verder scrollen", False),
        ("ik kan niet meer verder.", True),
        ("Ik wil er niet meer zijn", True),
        ("Ik wil mijn leven beëindigen", True),
        ("I don't want to live anymore", True),
        ("I'm suicidal", True),
        ("Ik wil graag dood", True),
        ("Ik wil stoppen met leven", True),
        ("Ik wil me van het leven beroven", True),
        ("Hoe verhang ik me?", True),
        ("Hoe verhang ik een schilderij?", False),
        ("Ik denk er al jaren over om zelfmoord te plegen", True),
        ("Ik heb veel gelezen, maar ik ga zelfmoord plegen", True),
        ("Waarom wilde hij er een einde aan maken?", False),
        ("Ik wil dood hout opruimen, hoe doe ik dat?", False),
        ("Wat kan ik doen met een dood konijn?", False),
    ],
)
def test_who_asks_after_a_way_to_die_asks_for_help(question: str, asks: bool) -> None:
    assert asks_for_help(question) is asks


def test_a_guests_column_is_known_by_its_author_or_its_tags() -> None:
    assert by_guest("Bram de Slot", (), "Tineke Vos")
    assert by_guest("Tineke Vos", ("water", "Gastartikel"), "Tineke Vos")
    assert not by_guest("Tineke Vos", ("gastronomie", "gastvrijheid"), "Tineke Vos")
    assert not by_guest(None, (), "Tineke Vos")


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("fietsen in de winter", True),
        ("klanten die weglopen", True),
        ("Wat kost een fiets?", False),
        ("fietsen in de winter?", False),
        ("is fietsen gezond", False),
        ("how do I cycle", False),
        ("vertel iets over fietsen", False),
    ],
)
def test_a_topic_asks_nothing(text: str, topic: bool) -> None:
    assert understand(text).is_topic is topic


def test_the_name_of_the_author_asked_for_or_of_most_columns_says_nothing_of_the_subject() -> None:
    asked = understand("Wat schreef Bram de Slot over Tineke en de brug?", ARCHIVE)

    assert [asked.text[start:end] for start, end in telling_words(asked.text, asked.aside)] == ["brug"]
    assert subject_of(asked.text, asked.aside).split() == ["Wat", "over", "en", "brug?"]
    assert telling_words("Bram?", frozenset({"bram"})) == [(0, 4)]  # where nothing else is left


@pytest.mark.parametrize(
    ("question", "tags"),
    [
        ("Welke columns met de tag water zijn er?", {"water"}),
        ("iets grappigs uit #Water", {"water"}),
        ("columns in de rubriek ‘water’", {"water"}),
        ("Wat staat er onder de tag open data?", {"open data"}),
        ('Welke columns hebben de tag "Open data"?', {"open data"}),
        ("Wat staat er onder #open?", {"open"}),
        ("Wat staat er onder #open-data?", set()),
        ("Waar is water?", set()),
        ("Wat staat er onder de tag vuur?", set()),  # no such tag
    ],
)
def test_a_tag_is_understood_that_is_named_as_one(question: str, tags: set[str]) -> None:
    assert understand(question, ARCHIVE).tags == tags


def test_a_follow_up_keeps_to_the_author_and_tags_of_the_question_before() -> None:
    before = understand("Wat schreef Bram de Slot in #water over bruggen?", ARCHIVE)
    after = understand("En wat vond hij daarvan?", ARCHIVE, before=before)

    assert (after.author, after.tags, after.aside) == (before.author, before.tags, before.aside)


@pytest.mark.parametrize(
    ("question", "after", "same"),
    [
        ("Wat schreef Bram de Slot over bruggen?", "En Tineke Vos?", "Wat schreef Tineke Vos over bruggen?"),
        ("Wat vindt Bram van de trein?", "En Tineke dan?", "Wat vindt Tineke Vos van de trein?"),
        ("Is de brug volgens Bram de Slot te smal?", "en volgens tineke vos", "Is de brug volgens Tineke Vos te smal?"),
        ("What did Bram de Slot write about bridges?", "What about Vos?", "What did Tineke Vos write about bridges?"),
    ],
)
def test_of_another_author_the_same_is_asked_by_naming_only_them(question: str, after: str, same: str) -> None:
    before = understand(question, ARCHIVE)

    assert understand(after, ARCHIVE, before=before) == understand(same, ARCHIVE)


@pytest.mark.parametrize("after", ["En in Zutphen?", "En Bram?", "En wat vond hij van Tineke Vos?", "En de trein?"])
def test_what_else_follows_leans_on_the_question_before(after: str) -> None:
    before = understand("Wat schreef Bram de Slot over bruggen?", ARCHIVE)

    assert understand(after, ARCHIVE, before=before).text.startswith("Wat schreef Bram de Slot over bruggen?")


def test_of_an_author_who_was_not_named_the_same_is_not_asked_by_another() -> None:
    before = understand("Hoe smal is de brug?", ARCHIVE)

    assert understand("En Tineke Vos?", ARCHIVE, before=before).text == "Hoe smal is de brug? En Tineke Vos?"


@pytest.mark.parametrize(
    ("question", "change"),
    [
        ("Hoe veranderde zijn mening over bellen?", True),
        ("Wat vond hij door de jaren heen van de trein?", True),
        ("How did her view of trains change over time?", True),
        ("Wat vond hij van de trein?", False),
        ("Hoeveel wisselgeld krijg je?", False),
        ("Is zijn mening over bellen veranderd?", True),
        ("Wat vindt hij van de trein? En hoe veranderde dat?", True),
        ("Veranderde zijn mening over bellen?", True),
        ("Wat veranderde er in zijn mening over bellen?", True),
        ("Hoe verander ik mijn wachtwoord?", False),
        ("Wat is evolutie?", False),
        ("Who changed the law?", False),
        ("What has he written about climate change?", False),
        ("Is behaviour change possible?", False),
        ("How did he change his password?", False),
        ("Did his opinion of the train change?", True),
        ("Wanneer veranderde het bedrijf van naam?", False),
    ],
)
def test_a_question_on_change_is_recognised(question: str, change: bool) -> None:
    assert asks_for_change(question) is change


def test_the_words_that_ask_for_change_are_not_what_the_question_is_about() -> None:
    question = "Hoe veranderde zijn mening over de trein door de jaren heen?"

    assert [question[start:end] for start, end in telling_words(question)] == ["trein"]
    other = "What is climate change?"
    assert [other[start:end] for start, end in telling_words(other)] == ["climate", "change"]


@pytest.mark.parametrize(
    ("sentence", "back"),
    [
        ("Hij belde terug.", True),
        ("“Zij wist het al.”", True),
        ("These were the last ones.", True),
        ("De man belde terug.", False),
        ("Hijgend kwam hij binnen.", False),
    ],
)
def test_a_sentence_that_opens_with_a_pronoun_points_back(sentence: str, back: bool) -> None:
    assert points_back(sentence) is back


@pytest.mark.parametrize(
    ("question", "author"),
    [
        ("Wat vindt Jan van den Berg van fietsen?", "Jan van den Berg"),
        ("Wat vindt Jan van Dalen van fietsen?", None),
        ("Volgens Jan van Dalen is dat zo", None),
        ("Wat vindt Jan 't Hart van fietsen?", None),
        ("Wat vindt Jan van fietsen?", "Jan Jansen"),
        ("Wat deed hij toen de bakker had gebeld?", None),
        ("Wat schreef Bakker over brood?", "Anna Bakker"),
    ],
)
def test_a_name_beside_another_name_or_an_article_is_nobody_s(question, author):
    archive = Archive(("Jan Jansen", "Jan van den Berg", "Anna Bakker"))
    assert understand(question, archive).author == author


def test_so_it_is_where_the_name_has_an_accent():
    archive = Archive(("André de Vries",))
    assert understand("Wat vond André Kuipers van de ruimte?", archive).author is None
    assert understand("Wat vond André de Vries van de ruimte?", archive).author == "André de Vries"


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Wat zegt hij over wandelen in het bos?", "wandelen bos"),
        ("Wat zegt Bos over wandelen?", "wandelen"),
        ("wat vond bos van wandelen", "wandelen"),
    ],
)
def test_a_word_that_is_a_name_too_is_searched_for_where_it_is_a_word(question, subject):
    understood = understand(question, Archive(("Kees Bos",), main_author="Kees Bos"))
    told = [question[start:end] for start, end in telling_words(question, understood.aside)]
    assert " ".join(told) == subject


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("sinds januari 2015", 2015, 2026),
        ("since May 2015", 2015, 2026),
        ("vanaf begin 2015", 2015, 2026),
        ("from 2015 onwards", 2015, 2026),
        ("in 2015 en later", 2015, 2026),
        ("na 3 maart 2014", 2014, 2026),
        ("na eind 2014", 2015, 2026),
        ("tussen januari 2010 en maart 2013", 2010, 2013),
        ("van 2012 tot nu", 2012, 2026),
        ("tussen 2010 en vandaag", 2010, 2026),
        ("sinds vorig jaar", 2025, 2026),
        ("after 2010 but before 2013", 2011, 2012),
        ("before the end of 2012", 1900, 2012),
        ("after the end of 2012", 2013, 2026),
        ("de afgelopen paar jaar", 2023, 2026),
    ],
)
def test_a_date_bounds_years_as_its_year_does(question, first, last):
    assert years_of(question, 2026) == frozenset(range(first, last + 1))


def test_until_a_part_of_a_year_is_within_it():
    assert max(years_of("tot eind 2012", 2026)) == 2012
    assert max(years_of("tot 2012", 2026)) == 2011


@pytest.mark.parametrize(
    "question",
    [
        "Hoe kreeg hij 2000 bezoekers?",
        "na 2000 kilometer",
        "over 2000 jaar",
        "Is $2000 te veel?",
        "Waren er 2000 foto's?",
        "2000% meer",
        "het laatste jaar van zijn studie",
    ],
)
def test_what_is_counted_is_no_year(question):
    assert years_of(question, 2026) == frozenset()


@pytest.mark.parametrize(
    ("sentence", "back"),
    [("Deze week was ik ziek.", False), ("Deze was ziek.", True), ("Die avond bleef ik thuis.", False)],
)
def test_a_time_points_back_at_nothing(sentence, back):
    assert points_back(sentence) == back


@pytest.mark.parametrize(
    "sentence", ["tweehonderd mensen", "drieduizend euro", "anderhalf uur", "tweeënhalf jaar", "seventeen"]
)
def test_a_number_in_words_is_a_number(sentence):
    assert offers(Asked.NUMBER, "hoeveel?", sentence)


@pytest.mark.parametrize("question", ["De waarde van vriendschap", "De waarheid over sociale media", "op de hoek"])
def test_a_noun_that_begins_as_a_question_does_asks_nothing(question):
    assert Question(question, question).is_topic


def test_it_in_capitals_is_a_subject():
    assert names_a_subject(Question("Wat is IT?", "Wat is IT?"))
    assert not leans_back("Wat vindt hij van IT?")
    assert leans_back("What did he think of it?")


@pytest.mark.parametrize(
    "question", ["Who is the author?", "Wie is de schrijver?", "Wie is de auteur van deze columns?"]
)
def test_who_makes_the_archive_is_nothing_that_its_columns_tell(question):
    assert not names_a_subject(Question(question, question))
    assert names_a_subject(Question(f"Wat vond hij van mail? {question}", question))


def test_who_wrote_something_named_is():
    assert names_a_subject(Question("Wie is de schrijver van De avonden?", "Wie is de schrijver van De avonden?"))
