"""With a real server: llama.cpp's, serving a model that is bad at Dutch. A few questions, as it is slow."""

import pytest

from columnbot import ColumnBot
from columnbot.prose import sentences_of
from tests.servers import Served, real_server


@pytest.fixture(scope="module")
def served():
    with real_server() as server:
        yield server


def test_text_streams_out_of_a_real_server(served: Served) -> None:
    asked = [{"role": "user", "content": "Name three fruits in one short sentence."}]
    pieces = list(served.model(timeout=60).stream(asked, tokens=24))
    assert len(pieces) > 3
    assert list(sentences_of(iter(pieces)))


def test_whatever_it_writes_the_reader_gets_an_answer_that_stands_in_the_columns(
    bot: ColumnBot, served: Served
) -> None:
    bot.writer = served.model(timeout=20)
    try:
        answers = list(bot.stream("Wat stond er in het notitieboek van Ruud Postma?"))
    finally:
        bot.writer = None
    last = answers[-1]
    assert last.found
    assert last.sentences
    assert all(sentence.citations for sentence in last.sentences)
    assert (last.mode == "written") == (last.notice is None)
    for citation in last.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote
