"""What whoever runs the chat sees of it: never the words of a question, unless they asked for those."""

import logging
from typing import cast

import pytest
from prometheus_client.parser import text_string_to_metric_families

from columnbot import ColumnBot
from columnbot.chat.watch import Watch
from columnbot.errors import IndexUnavailable
from columnbot.index import Index

QUESTION = "Waarom belt Van Dalen geen onbekende bedrijven meer?"


def test_questions_are_counted_by_what_came_of_them(bot: ColumnBot) -> None:
    watch = Watch(bot, words=False)
    found, unknown = bot.ask(QUESTION), bot.ask("Hoe behandel je een tropische koortsaanval bij papegaaien?")
    watch.answered(QUESTION, found, 0.03)
    watch.answered("x", unknown, 0.2)
    watch.failed("?", 0.001)
    watch.judged("good")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(watch.figures().decode())
        for sample in family.samples
    }

    assert samples["columnbot_questions_total", "quoted"] == 1
    assert samples["columnbot_questions_total", "not_found"] == 1
    assert samples["columnbot_questions_total", "failed"] == 1
    assert samples["columnbot_verdicts_total", "good"] == 1
    assert samples["columnbot_answer_seconds_count",] == 3
    assert samples["columnbot_answer_seconds_bucket", "0.05"] == 2
    assert samples["columnbot_columns",] == len(bot.articles())
    assert samples["columnbot_passages",] == len(bot.index)


def test_figures_are_there_also_while_the_index_is_not() -> None:
    class Away:
        @property
        def index(self) -> Index:
            raise IndexUnavailable("Milvus does not answer.")

    watch = Watch(cast("ColumnBot", Away()), words=False)
    watch.failed("?", 0.001)
    figures = watch.figures().decode()

    assert not watch.ready()
    assert 'columnbot_questions_total{outcome="failed"} 1.0' in figures
    assert "columnbot_columns NaN" in figures
    assert "columnbot_passages NaN" in figures


@pytest.mark.parametrize("words", [False, True])
def test_the_log_has_a_line_a_question_and_its_words_only_if_asked(
    bot: ColumnBot, caplog: pytest.LogCaptureFixture, words: bool
) -> None:
    with caplog.at_level(logging.INFO, logger="columnbot"):
        Watch(bot, words=words).answered(QUESTION + "\nInjected: line", bot.ask(QUESTION), 0.031)
    (line,) = [record.getMessage() for record in caplog.records if "confidence" in record.getMessage()]
    assert "quoted" in line and "31 ms" in line
    assert ("Van Dalen" in line) is words
    assert "\n" not in line
