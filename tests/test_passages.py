"""Cutting an article into passages: nothing lost, nothing moved, none too long."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot import Article, Passage, Sentence
from columnbot.language import sentence_spans
from columnbot.passages import split_article, split_articles


def column(text: str) -> Article:
    return Article(path="stuk.md", title="Een stuk", text=text, date=date(2012, 3, 4))


def sentence_of(words: int) -> str:
    return " ".join(["Zo", *["loopt"] * (words - 2), "het."])


def lengths(text: str, words: int) -> list[int]:
    return [len(passage.text.split()) for passage in split_article(column(text), words=words)]


def test_a_short_column_is_one_passage():
    text = "De trein was laat.\n\nIk ook. Niemand zei er iets van."
    (passage,) = split_article(column(text))
    assert (passage.start, passage.end, passage.text) == (0, len(text), text)
    assert [text[s.start : s.end] for s in passage.sentences] == [
        "De trein was laat.",
        "Ik ook.",
        "Niemand zei er iets van.",
    ]


def test_passages_counted_from_the_end_have_their_sentences_too():
    passages = split_articles([column("De trein was laat. Ik ook."), column("Niemand zei er iets van.")])
    assert passages[-1] == passages[1]
    assert passages[-2].sentences == (Sentence(0, 18), Sentence(19, 26))
    assert passages.sentence_count == 3
    with pytest.raises(IndexError):
        passages[2]


@pytest.mark.parametrize("text", ["", "  \n\n ", "\n- \n"])
def test_a_column_without_sentences_has_no_passages(text):
    assert split_article(column(text)) == ()


def test_a_passage_is_filled_with_whole_sentences_up_to_its_length():
    assert lengths(" ".join([sentence_of(30)] * 10), 100) == [90, 90, 90, 30]


def test_a_nearly_full_passage_ends_with_its_paragraph():
    paragraphs = [sentence_of(40) + " " + sentence_of(40), sentence_of(15), sentence_of(60)]
    assert lengths("\n\n".join(paragraphs), 100) == [80, 75]


def test_a_half_empty_passage_runs_on_into_the_next_paragraph():
    assert lengths("\n\n".join([sentence_of(40), sentence_of(40), sentence_of(60)]), 100) == [80, 60]


def test_a_short_rest_joins_the_last_passage():
    assert lengths(" ".join([sentence_of(90), sentence_of(20)]), 100) == [110]
    assert lengths(" ".join([sentence_of(90), sentence_of(30)]), 100) == [90, 30]


def test_a_sentence_that_is_too_long_stays_whole():
    long = sentence_of(150)
    passages = split_article(column(f"{sentence_of(50)} {long} {sentence_of(50)}"), words=100)
    assert [passage.text for passage in passages] == [sentence_of(50), long, sentence_of(50)]


def test_abbreviations_are_read_in_the_language_of_the_column():
    text = "There was Lt. Brown in the hall. Both left."
    (passage,) = split_article(Article(path="a.md", title="A", text=text, language="en"))
    assert [text[s.start : s.end] for s in passage.sentences] == ["There was Lt. Brown in the hall.", "Both left."]


def test_a_passage_that_does_not_stand_in_its_article_cannot_be_made():
    article = column("De trein was laat.")
    assert Passage(article, 3, 8, "trein", (Sentence(3, 8),)).text == "trein"
    with pytest.raises(ValueError, match="stuk.md"):
        Passage(article, 2, 7, "trein", (Sentence(2, 7),))


words = st.sampled_from(
    ["de trein", "Zij zweeg.", "Waarom?", "dhr. Smit", "“Ja!”", "\n\n", "\n- ", "\n", "(och)", "1.000"]
)
column_texts = st.one_of(st.lists(words, max_size=60).map(" ".join), st.text(max_size=100))


@settings(max_examples=100, deadline=None)
@given(column_texts, st.integers(min_value=20, max_value=60))
def test_passages_hold_every_sentence_once_in_order_and_stand_at_their_place(text, aimed):
    article = column(text)
    passages = split_article(article, words=aimed)
    every = [sentence for passage in passages for sentence in passage.sentences]
    assert [(sentence.start, sentence.end) for sentence in every] == sentence_spans(text, "nl")
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
    for passage in passages[:-1]:  # the last may hold a short rest besides
        length = sum(len(text[sentence.start : sentence.end].split()) for sentence in passage.sentences)
        assert length <= aimed or len(passage.sentences) == 1
