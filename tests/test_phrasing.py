"""A question about what somebody wrote, put as the models know it best."""

import pytest

from columnbot.phrasing import rephrased
from columnbot.questions import Archive, understand

ARCHIVE = Archive(("Tineke Vos", "Bram de Slot", "Josée van 't Hof"), frozenset())


@pytest.mark.parametrize(
    ("question", "put"),
    [
        ("Wat schreef Bram de Slot over bruggen?", "Wat staat er over bruggen?"),
        ("wat zegt bram over de brug bij eefde", "Wat staat er over de brug bij eefde?"),
        ("Wat schreef de columnist in 2012 over Twitter?", "Wat staat er over Twitter?"),
        ("Wat heeft hij ooit over zijn vader geschreven?", "Wat staat er over zijn vader?"),
        ("Heeft Tineke ooit iets geschreven over fietsen in de winter?", "Wat staat er over fietsen in de winter?"),
        ("Welke columns gaan over de trein?", "Wat staat er over de trein?"),
        ("Is er een column over de trein?", "Wat staat er over de trein?"),
        ("Wat wordt er over de ijsvogel gezegd?", "Wat staat er over de ijsvogel?"),
        ("Wat vindt Josée van 't Hof van de Ijssel?", "Wat vind je van de Ijssel?"),
        ("Wat vond Josee van de Ijssel?", "Wat vind je van de Ijssel?"),
        ("Wat dacht de gastblogger over de brug?", "Wat vind je van de brug?"),
        ("What did Tineke Vos write about bridges?", "What does it say about bridges?"),
        ("Did she ever write anything about bridges?", "What does it say about bridges?"),
        ("What does Vos think of bridges?", "What do you think of bridges?"),
        ("Wat is de mening van Bram over bruggen?", "Wat vind je van bruggen?"),
        ("Heb je columns over bruggen?", "Wat staat er over bruggen?"),
        ("Wat zegt het archief over bruggen?", "Wat staat er over bruggen?"),
        ("Is de brug volgens Bram de Slot te smal?", "Is de brug volgens hem te smal?"),
        ("Is the bridge too narrow according to Tineke Vos?", "Is the bridge too narrow according to him?"),
        ("Zit het slot er goed op volgens Bram de Slot?", "Zit het slot er goed op volgens hem?"),
        ("Wat vindt Josée van ’t Hof van bruggen?", "Wat vind je van bruggen?"),
        ("Waarom vindt Bram de Slot de brug te smal?", "Waarom vindt hij de brug te smal?"),
        ("Wat schreven Bram de Slot en Josée van 't Hof over bruggen?", "Wat staat er over bruggen?"),
        ("Wat vinden Tineke Vos en Bram van de brug?", "Wat vind je van de brug?"),
        ("What did Tineke Vos and Bram de Slot write about bridges?", "What does it say about bridges?"),
        ("Is de brug volgens Bram de Slot en Tineke Vos te smal?", "Is de brug volgens hen te smal?"),
        (
            "Waarom heeft Bram de Slot en niet de gemeente de brug geverfd?",
            "Waarom heeft hij en niet de gemeente de brug geverfd?",
        ),
    ],
)
def test_who_wrote_it_is_left_out_of_what_the_models_are_asked(question: str, put: str) -> None:
    searched = rephrased(understand(question, ARCHIVE))

    assert searched.text == searched.focus == put
    assert searched.aside >= understand(question, ARCHIVE).aside


@pytest.mark.parametrize(
    "question",
    [
        "Hoe smal is de brug?",
        "Wat zegt minister Kuipers over bruggen?",
        "Wat vinden vissers van bruggen?",
        "Wie is Bram de Slot?",
        "Wie is de schrijver van De brug?",
        "Hoe benader je de redactie van een krant?",
        "Wat schrijf je over jezelf in een sollicitatiebrief?",
        "Weet je wat Wouter Vos vond van de euro?",
        "Wat denkt ze ervan?",
        "Hoe veranderde de mening van Bram over bruggen?",
        "Over bruggen",
    ],
)
def test_any_other_question_is_put_as_it_is_asked(question: str) -> None:
    understood = understand(question, ARCHIVE)

    assert rephrased(understood) == understood


def test_a_follow_up_is_put_as_it_was_spelled_out() -> None:
    before = understand("Wat schreef Bram de Slot over bruggen?", ARCHIVE)
    follow_up = understand("En wat vond hij daarvan?", ARCHIVE, before=before)

    assert follow_up.is_follow_up
    assert rephrased(follow_up) == follow_up


def test_the_main_author_of_an_archive_is_named_where_it_is_not_about_their_writing() -> None:
    did, wrote = (understand(text, ARCHIVE) for text in ("Heeft Bram schulden?", "Wat schreef Bram over bruggen?"))

    assert rephrased(did, "Bram de Slot") == did
    assert rephrased(did).text == "Heeft hij schulden?"
    assert rephrased(wrote, "Bram de Slot").text == "Wat staat er over bruggen?"
