"""Answers in a model's words: what is shown, what is kept out, and what the reader gets when the model fails."""

import re
from collections.abc import Iterator, Sequence

import pytest

from columnbot import Answer, ColumnBot
from columnbot.articles import Article
from columnbot.chat.render import answer_html
from columnbot.checking import Verdict
from columnbot.follow_up import Turn, spell_out
from columnbot.messages import say
from columnbot.passages import Passage, split_articles
from columnbot.prose import Written, sentences_of, written
from columnbot.writing import AFTER_A_SLIP, IN_ITS_WORDS, bearing_run, write_answer
from tests.servers import (
    Behaviour,
    Visit,
    dying_after,
    falling_silent_after,
    never_answering,
    playing,
    refusing,
    saying,
    sending,
)

PATH = "2018-02-15-wij-bellen-niet-meer.md"
QUESTION = "Waarom belt Van Dalen geen onbekende bedrijven meer?"
TRUE = "Van Dalen belt met ingang van 1 maart 2018 geen bedrijven meer op die daar niet om gevraagd hebben"
FALSE = "Van Dalen opent in Parijs een filiaal met zestig olifanten"


@pytest.fixture
def writing(bot: ColumnBot) -> Iterator[ColumnBot]:
    yield bot
    bot.writer = None


def ask(bot: ColumnBot, behaviour: Behaviour, question: str = QUESTION, timeout: float = 60) -> Answer:
    with playing(behaviour) as served:
        bot.writer = served.model(timeout=timeout)
        return bot.ask(question)


def test_a_sentence_that_the_columns_bear_out_is_shown_with_their_words(writing: ColumnBot) -> None:
    answer = ask(writing, saying(f"{TRUE} [1]. {FALSE} [1]."))
    assert answer.mode == "written"
    assert [sentence.text for sentence in answer.sentences] == [f"{TRUE}."]
    assert answer.text == f"{TRUE}. [1]"
    assert answer.unsupported == (f"{FALSE}.",)
    assert answer.notice is None
    (citation,) = answer.citations
    assert citation.article.text[citation.start : citation.end] == citation.quote
    assert "1 maart 2018" in citation.quote


@pytest.mark.parametrize(
    ("text", "numbers", "had_link"),
    [
        ("Hij was klaar.De volgende dag ging hij [1].", (1,), False),
        ("ASP.NET is fijn [2].", (2,), False),
        ("Zijn dochter Lotte (5) leerde fietsen [2].", (2,), False),
        ("Dat is zo (3).", (3,), False),
        ("Dat is zo (bron 3), zegt men.", (3,), False),
        ("Kijk op Evil.com [1].", (1,), True),
        ("Ga naar EVIL.COM [1].", (1,), True),
        ("Hij fietste [1] (samen met Lotte).", (1,), False),
        ("Dat is zo [1] (2012).", (1,), False),
        ("Dat is zo [1](http://evil.com).", (), True),
        ("Dat is zo [1-3].", (1, 2, 3), False),
        ("Dat is zo [^1].", (1,), False),
        ("Dat is zo [fragmenten 1 en 2].", (1, 2), False),
        ("Dat is zo (bron: 1).", (1,), False),
    ],
)
def test_what_is_no_mark_and_no_address_stays(text: str, numbers: tuple[int, ...], had_link: bool) -> None:
    found = written(text)
    assert (found.numbers, found.had_link) == (numbers, had_link)


@pytest.mark.parametrize("marks", ["[6]", "[99]", "[0]", ""])
def test_a_sentence_with_a_wrong_number_or_none_is_cited_anew(writing: ColumnBot, marks: str) -> None:
    answer = ask(writing, saying(f"{TRUE} {marks}."))
    assert "1 maart 2018" in answer.citations[0].quote
    assert answer.sentences[0].citations == (1,)


def test_of_the_passages_that_a_sentence_cites_those_are_shown_that_bear_it_out(writing: ColumnBot) -> None:
    answer = ask(writing, saying(f"{TRUE} [1][2]."))
    assert len(writing.ask(QUESTION).hits) > 1
    assert ["1 maart 2018" in citation.quote for citation in answer.citations] == [True]


def test_what_is_copied_stands_as_the_column_has_it(writing: ColumnBot) -> None:
    head = "In “Wij bellen niet meer” (Redactie columnbot, 15 februari 2018): "
    quote = (
        "“Het besluit telt negentien woorden en hangt sinds maandag naast het koffieapparaat: ‘Met ingang van 1 maart"
    )
    copied = "Met ingang van 1 maart 2018 belt Van Dalen geen bedrijven meer op"
    answer = ask(writing, saying(f"{copied} [1]. {TRUE}."))
    assert answer.mode == "written"
    assert answer.sentences[0].text.startswith(head + quote)
    garbled = TRUE.replace("niet om gevraagd", "nog nooit om gevroegd")
    answer = ask(
        writing, saying(f"{garbled} [1]. {garbled} [1]. Dat hangt naast het koffieapparaat sinds maandag [1].")
    )
    assert [sentence.text.startswith(head + quote) for sentence in answer.sentences] == [True]


def test_a_model_that_has_slipped_is_held_to_more(writing: ColumnBot) -> None:
    quoted = writing.ask(QUESTION)
    loosely = "Wie er nog geen klant is krijgt vanaf maart geen telefoontje."
    sure = (AFTER_A_SLIP + IN_ITS_WORDS) / 2

    def check(text: str, passages: Sequence[Passage]) -> Verdict:
        return Verdict(text.startswith(loosely), sure)

    def written_of(text: str) -> list[str]:
        with playing(saying(text)) as served:
            *_, answer = write_answer(quoted, served.model(), check)
        return [sentence.text for sentence in answer.sentences]

    assert written_of(f"{loosely} [1]") == [loosely]
    (quote,) = written_of(f"{FALSE} [1]. {loosely} [1]")
    assert quote.startswith("In “Wij bellen niet meer” (Redactie columnbot, 15 februari 2018): “")


def test_a_sentence_put_right_is_no_repetition(writing: ColumnBot) -> None:
    wrong = TRUE.replace("1 maart 2018", "1 maart 2011")
    answer = ask(writing, saying(f"{wrong} [1]. {TRUE} [1]. {TRUE} [1]."))
    assert [sentence.text for sentence in answer.sentences] == [f"{TRUE}."]
    assert answer.unsupported == (f"{wrong}.",)


def test_what_is_true_but_answers_nothing_gives_way_to_the_quotes(writing: ColumnBot) -> None:
    passages = [hit.passage for hit in writing.ask(QUESTION).hits[:4]]
    beside = next(passage for passage in passages if passage.article.path != PATH)
    quotes = [beside.article.text[s.start : s.end] for s in beside.sentences]
    sentence = next(quote for quote in quotes if quote.endswith(".") and len(quote.split()) > 8)
    answer = ask(writing, saying(sentence))
    assert answer.mode == "quoted"
    assert answer.notice == "Wat het taalmodel schreef, beantwoordt de vraag niet; dit zijn citaten."
    answer = ask(writing, saying(f"{sentence} {TRUE} [1]."))
    assert (answer.mode, answer.notice) == ("written", None)


def repeating_the_fence(visit: Visit) -> None:
    mark = re.search(r"<<<(\w+)", visit.prompt)
    assert mark
    saying(f"<<<{mark[1]}\n{TRUE} [1].\n{mark[1]}>>>\n")(visit)


def test_the_fences_that_a_model_repeats_are_not_taken_for_what_it_says(writing: ColumnBot) -> None:
    answer = ask(writing, repeating_the_fence)
    assert [sentence.text for sentence in answer.sentences] == [f"{TRUE}."]
    assert answer.unsupported == ()


def test_where_nothing_is_left_the_reader_gets_the_quotes_and_a_line_on_why(writing: ColumnBot) -> None:
    quoted = writing.ask(QUESTION)
    answer = ask(writing, saying(f"{FALSE} [1]. Is dat zo? [1]"))
    assert (answer.mode, answer.sentences, answer.citations) == ("quoted", quoted.sentences, quoted.citations)
    assert answer.unsupported == (f"{FALSE}.", "Is dat zo?")
    assert answer.notice == "Wat het taalmodel schreef, staat niet in de columns; dit zijn citaten."


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (dying_after(f"{TRUE} [1]. En "), "brak halverwege af"),
        (never_answering, "zweeg 1 seconden"),
        (falling_silent_after(f"{TRUE} [1]. En "), "zweeg 1 seconden"),
        (sending(b"\x00\xff garbage"), "onleesbaars"),
        (refusing(429), "te druk (status 429)"),
        (refusing(500), "storing (status 500)"),
        (refusing(401), "sleutel"),
        (saying(""), "schreef niets"),
    ],
    ids=["killed", "never", "silent", "garbage", "429", "500", "key", "nothing"],
)
def test_when_the_model_fails_the_reader_gets_the_quotes_and_a_line_on_why(
    writing: ColumnBot, behaviour: Behaviour, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("columnbot.llm.FIRST_PAUSE", 0.01)
    quoted = writing.ask(QUESTION)
    answer = ask(writing, behaviour, timeout=1)
    assert (answer.mode, answer.text, answer.citations) == ("quoted", quoted.text, quoted.citations)
    assert answer.notice
    assert said in answer.notice
    assert "\n" not in answer.notice
    assert answer.notice in answer_html(answer, 0, QUESTION)


def test_what_the_archive_does_not_know_is_not_asked_of_the_model(writing: ColumnBot) -> None:
    with playing(saying(f"{TRUE} [1].")) as served:
        writing.writer = served.model()
        answer = writing.ask("Welke hoofdstad heeft Mongolië?")
    assert not answer.found
    assert served.visits == []


def test_no_quote_goes_from_the_words_of_another_over_to_the_column_s_own() -> None:
    text = "> Ik haat fietsen.\n\nDat zei mijn buurman, en ik vond het onzin."
    split = split_articles([Article("a.md", "Fietsen", text)])
    start, end = bearing_run("De buurman haat fietsen, en dat vond ik onzin.", split[0])
    assert "\n\n" not in text[start:end]


def test_it_grows_by_checked_sentences_while_the_model_still_writes(writing: ColumnBot) -> None:
    with playing(falling_silent_after(f"{TRUE} [1]. {FALSE} [1]. En dan")) as served:
        writing.writer = served.model(timeout=2)
        growing = writing.stream(QUESTION)
        first = next(growing)
        assert (first.mode, first.text) == ("written", f"{TRUE}. [1]")
        *_, last = growing
    assert last.mode == "quoted"


def test_the_model_is_told_passages_in_fences_that_are_new_each_time(writing: ColumnBot) -> None:
    with playing(saying("")) as served:
        writing.writer = served.model()
        for _ in range(2):
            writing.ask(QUESTION)
    first, second = (visit["messages"][1]["content"] for visit in served.visits)
    assert first != second
    assert first.startswith("[1] <<<")
    assert first.endswith(f"Vraag: {QUESTION}")


def test_where_no_passage_fits_into_the_context_it_says_so(writing: ColumnBot) -> None:
    with playing(saying(f"{TRUE} [1].")) as served:
        writing.writer = served.model(context=1024)
        answer = writing.ask("Hoe zwaar was de papieren catalogus? " * 40)
    assert served.visits == []
    assert answer.notice is not None
    assert "llm_context" in answer.notice


def test_the_name_of_an_author_does_not_make_an_order_of_the_text_below_it(writing: ColumnBot) -> None:
    # The sample's author is "Redactie columnbot", and "columnbot … moet" is what an order would look like.
    answer = ask(writing, saying(""), "Wat zei Kees over het compliment?")
    assert "2016-04-14-het-compliment-van-kees.md" in {citation.article.path for citation in answer.citations}
    assert answer.notice == say("writer.nothing", "nl")


@pytest.mark.parametrize("context", [1024, 2048, 8192])
def test_the_prompt_keeps_within_the_budget(writing: ColumnBot, context: int) -> None:
    with playing(saying("")) as served:
        writing.writer = served.model(context=context)
        writing.ask(QUESTION)
    assert sum(len(m["content"]) for visit in served.visits for m in visit["messages"]) < 2.5 * context


TEXTS = [
    ("Een zin [1]. Nog een zin [2].", ["Een zin [1].", "Nog een zin [2]."]),
    ("Een zin. [1] Nog een zin. [2][3] Slot.", ["Een zin. [1]", "Nog een zin. [2][3]", "Slot."]),
    ("Dhr. Jansen kwam bijv. om 3.15 uur [1]. Toen niet.", ["Dhr. Jansen kwam bijv. om 3.15 uur [1].", "Toen niet."]),
    ("Een zin. (1) Nog een zin. (2)", ["Een zin. (1)", "Nog een zin. (2)"]),
    ("\n\n\n\n\nEen zin.\n\n\n\n\nNog een zin." + "\n" * 500, ["Een zin.", "Nog een zin."]),
    ("- Eén [1]\n- Twee [2]", ["- Eén [1]", "- Twee [2]"]),
    ("Een zin [1]. Van Dalen belt geen bedrijven", ["Een zin [1]."]),
    ("<think>Hm. Wat nu?</think>Een zin [1].", ["Een zin [1]."]),
    ("<think>Hij vindt het leuk. Dat staat in 1. Dus antwoord ik dat.", []),  # cut off while it thought
]


@pytest.mark.parametrize("piece", [1, 3, 1000])
@pytest.mark.parametrize(("text", "sentences"), TEXTS)
def test_sentences_come_with_their_marks_however_the_text_is_cut(text: str, sentences: list[str], piece: int) -> None:
    pieces = (text[start : start + piece] for start in range(0, len(text), piece))
    assert [sentence.strip() for sentence in sentences_of(pieces)] == sentences


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Dit is zo [1][3].", Written("Dit is zo.", (1, 3), False)),
        ("Dit is zo. [1, 2]", Written("Dit is zo.", (1, 2), False)),
        ("**Dit** is zo【2】.", Written("Dit is zo.", (2,), False)),
        ("1. Dit is zo (bron 2).", Written("Dit is zo.", (2,), False)),
        ("Zie [dit](https://x.example/?q=1) eens [1].", Written("Zie dit eens.", (1,), True)),
        ("Zie ![p](https://x.example/p.png) eens.", Written("Zie eens.", (), True)),
        ("Zie <img src=x onerror=alert(1)> eens.", Written("Zie eens.", (), True)),
        ("Zie www.x.example/a of a@b.example.", Written("Zie of", (), True)),
    ],
)
def test_a_sentence_is_taken_apart_and_loses_links_images_and_html(sentence: str, expected: Written) -> None:
    assert written(sentence) == expected


TALK = (Turn("Wat stond er in het notitieboek van Ruud Postma?", "In het notitieboek stonden namen van klanten."),)


@pytest.mark.parametrize(
    ("reply", "spelled"),
    [
        ("Wanneer schreef Ruud Postma in het notitieboek?", "Wanneer schreef Ruud Postma in het notitieboek?"),
        ("Wanneer kocht Napoleon het notitieboek?", None),
        ("In 1999.", None),
        (TALK[0].question, None),
        ("", None),
        ("Wanneer was dat, zie www.x.example?", None),
    ],
)
def test_a_follow_up_is_spelled_out_by_the_model_in_words_of_the_talk_only(reply: str, spelled: str | None) -> None:
    with playing(saying(reply)) as served:
        assert spell_out("wanneer schreef hij daarin?", TALK, served.model(), "nl") == spelled


def test_a_conversation_searches_for_what_the_model_made_of_a_follow_up(writing: ColumnBot) -> None:
    def behave(visit: Visit) -> None:
        asks = "vervolgvraag" in visit.prompt
        saying("Wat deed Ruud Postma met het notitieboek bij zijn afscheid?" if asks else "")(visit)

    with playing(behave) as served:
        writing.writer = served.model()
        talk = writing.conversation()
        talk.ask("Wat stond er in het notitieboek van Ruud Postma?")
        answer = talk.ask("en wat deed hij daarmee bij zijn afscheid?")
    assert answer.question == "Wat deed Ruud Postma met het notitieboek bij zijn afscheid?"


def test_a_follow_up_is_spelled_out_by_rules_where_the_model_fails(writing: ColumnBot) -> None:
    with playing(refusing(401)) as served:
        writing.writer = served.model()
        talk = writing.conversation()
        talk.ask("Wat stond er in het notitieboek van Ruud Postma?")
        assert "Ruud Postma" in talk.ask("en wanneer was dat?").question
