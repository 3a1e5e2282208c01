"""What stands in a bubble: a question, an answer with its sources, or what went wrong, as HTML.

Whatever comes from the archive or the asker is escaped here. Each function gives one line: Gradio
takes a message as Markdown, and leaves an HTML block alone up to the first blank line. Its
sanitiser then drops what it does not know, `data-` and `aria-` attributes among them; so a button
says what it opens in its `value` ("2:citation:1": of turn 2, citation 1), and its name in text.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape

from columnbot.answering import Answer, AnswerSentence, Citation
from columnbot.articles import Article
from columnbot.asked import asks_for_change
from columnbot.chat.references import as_markdown, as_text, reference_of
from columnbot.feedback import REASONS, Verdict
from columnbot.filters import EVERYTHING, Filter
from columnbot.lines import in_lines
from columnbot.messages import say, signature

NEAREST = 3
_SURE, _LIKELY = 0.75, 0.5
_HEIGHTS = 8  # of a bar; the style sheet has as many classes
_LABELS = 12  # of years, at most


def question_html(question: str) -> str:
    """The question as it was typed."""
    return f'<div class="cb-question">{_text(question, line_break="<br>")}</div>'


def problem_html(message: str) -> str:
    """What went wrong, in one line."""
    return f'<div class="cb-problem">{_text(message)}</div>'


def answer_html(
    answer: Answer,
    turn: int,
    typed: str,
    *,
    where: Filter = EVERYTHING,
    years: Mapping[int, int] | None = None,
    following: Sequence[str] = (),
    verdict: Verdict | None = None,
) -> str:
    """The answer to the question of that turn, in the answer's language.

    `where` is what was searched; `years` how many columns name its subject, a year; `following` what to ask next.
    """
    above = _understood(answer, typed) + _within(where, answer.language)
    body = _found(answer, turn) if answer.found else _not_found(answer, turn)
    below = _over_the_years(years or {}, answer, turn) + _following(following, answer.language, turn)
    return (
        f'<div class="cb-answer" lang="{answer.language}">{above}{body}{below}{_footing(answer, turn, verdict)}</div>'
    )


def nearest_articles(answer: Answer) -> tuple[Article, ...]:
    """The distinct articles of the best hits, best first, three at most."""
    by_path = {hit.passage.article.path: hit.passage.article for hit in reversed(answer.hits)}
    paths = dict.fromkeys(hit.passage.article.path for hit in answer.hits)
    return tuple(by_path[path] for path in paths)[:NEAREST]


def _understood(answer: Answer, typed: str) -> str:
    if answer.question.strip() == typed.strip():
        return ""
    return f'<p class="cb-understood">{_text(say("chat.understood", answer.language, question=answer.question))}</p>'


def _within(where: Filter, language: str) -> str:
    if where == EVERYTHING:
        return ""
    return f'<p class="cb-understood">{_text(say("chat.within", language, filters=filters_in_words(where)))}</p>'


def filters_in_words(where: Filter) -> str:
    """Such as "Freek Janssen, 2012–2014, water"."""
    since, until = (str(day.year) if day else "" for day in (where.since, where.until))
    years = since if since == until else f"{since}–{until}"
    return ", ".join(part for part in (where.author, years, *where.tags, *sorted(where.paths)) if part)


def _over_the_years(years: Mapping[int, int], answer: Answer, turn: int) -> str:
    """How many columns name the subject in each year, as bars; a click on one asks for that year."""
    if len(years) < 2:
        return ""
    language = answer.language
    most, apart = max(years.values()), -(-len(years) // _LABELS)
    bars = "".join(
        _year(year, columns, -(-columns * _HEIGHTS // most), language, turn, labelled=place % apart == 0)
        for place, (year, columns) in enumerate(years.items())
    )
    heading = say("chat.over_the_years", language, number=sum(years.values()), first=min(years), last=max(years))
    quotes = ""
    if not asks_for_change(answer.question):
        quotes = _button(f"{turn}:year:all", "cb-all-years", _text(say("chat.a_quote_a_year", language)))
    content = f'<summary>{heading}</summary><div class="cb-years">{bars}</div>{quotes}'
    return f'<details class="cb-over-the-years">{content}</details>'


def _year(year: int, columns: int, height: int, language: str, turn: int, *, labelled: bool) -> str:
    count = say("chat.column" if columns == 1 else "chat.columns", language, number=columns)
    label = f'<span class="cb-label">{year}</span>' if labelled else ""
    bar = f'<span class="cb-bar cb-height-{height}"></span>{label}'
    if columns == 0:
        return f'<span class="cb-year" title="{year}: {count}">{bar}</span>'
    return _button(f"{turn}:year:{year}", "cb-year", bar, name=f"{year}: {count}")


def _following(questions: Sequence[str], language: str, turn: int) -> str:
    items = "".join(
        f"<li>{_button(f'{turn}:next:{place}', 'cb-next', _text(question))}</li>"
        for place, question in enumerate(questions)
    )
    heading = say("chat.following", language)
    return f'<h4 class="cb-heading">{heading}</h4><ul class="cb-following">{items}</ul>' if items else ""


def _found(answer: Answer, turn: int) -> str:
    citations = {citation.number: citation for citation in answer.citations}
    sentences = " ".join(_sentence(sentence, citations, answer, turn) for sentence in answer.sentences)
    beside = _sources(answer, turn) + _unsupported(answer)
    return f'<p class="cb-sentences">{sentences}</p>{_notice(answer)}{beside}'


def _notice(answer: Answer) -> str:
    return f'<p class="cb-notice">{_text(answer.notice)}</p>' if answer.notice else ""


def _unsupported(answer: Answer) -> str:
    """What a model wrote and no source bears out, for whoever wants to see it; never as part of the answer."""
    if not answer.unsupported:
        return ""
    heading = say("chat.withheld", answer.language, number=len(answer.unsupported))
    items = "".join(f"<li>{_text(sentence)}</li>" for sentence in answer.unsupported)
    return f'<details class="cb-withheld"><summary>{heading}</summary><ul>{items}</ul></details>'


def _sentence(sentence: AnswerSentence, citations: dict[int, Citation], answer: Answer, turn: int) -> str:
    markers = "".join(_marker(citations[number], answer, turn) for number in sentence.citations if number in citations)
    text = _text(sentence.text, line_break="<br>")  # an item of a list a line
    return f'<span class="cb-sentence">{text}<span class="cb-markers">{markers}</span></span>'


def _marker(citation: Citation, answer: Answer, turn: int) -> str:
    name = say("chat.source", answer.language, number=citation.number, title=citation.article.title)
    return _button(f"{turn}:citation:{citation.number}", "cb-marker", f"{citation.number}", name=name)


def _sources(answer: Answer, turn: int) -> str:
    """The sources, an article once, in the order of their first citation."""
    by_article: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        by_article.setdefault(citation.article.path, []).append(citation)
    sources = "".join(_source(citations, answer, turn) for citations in by_article.values())
    heading = say("sources", answer.language)
    return f'<h4 class="cb-heading">{heading}</h4><ul class="cb-sources">{sources}</ul>' if sources else ""


def _source(citations: list[Citation], answer: Answer, turn: int) -> str:
    head = _card(citations[0].article, f"{turn}:citation:{citations[0].number}", answer.language)
    quotes = "".join(
        _button(
            f"{turn}:citation:{citation.number}",
            "cb-quote",
            f'<span class="cb-number">{citation.number}</span><q>{_quote(citation)}</q>',
        )
        for citation in citations
    )
    return f'<li lang="{citations[0].article.language}">{head}{quotes}</li>'


def _not_found(answer: Answer, turn: int) -> str:
    cards = "".join(
        f'<li lang="{article.language}">{_card(article, f"{turn}:column:{place}", answer.language)}</li>'
        for place, article in enumerate(nearest_articles(answer))
    )
    heading = say("nearest", answer.language)
    why = answer.text.partition(heading)[0].strip()
    text = f'<p class="cb-unknown">{_text(why)}</p>'
    return text + (f'<h4 class="cb-heading">{heading}</h4><ul class="cb-sources">{cards}</ul>' if cards else "")


def _card(article: Article, reference: str, language: str) -> str:
    about = signature(article.author, article.date, language)
    label = (
        f'<span class="cb-title">{_text(article.title)}</span>'
        f'<span class="cb-about" lang="{language}">{_text(about)}</span>'
    )
    return _button(reference, "cb-card", label)


def _footing(answer: Answer, turn: int, verdict: Verdict | None) -> str:
    sure = answer.confidence >= _SURE
    key = "chat.sure" if sure else "chat.likely" if answer.confidence >= _LIKELY else "chat.unsure"
    right = say("chat.confidence", answer.language, number=round(answer.confidence * 10))
    said = f'<span class="cb-sure" title="{right}">{say(key, answer.language)}</span>' if answer.found else ""
    return f'<div class="cb-footing">{said}{_copy_button(answer, turn)}{_verdict(answer, turn, verdict)}</div>'


def _verdict(answer: Answer, turn: int, given: Verdict | None) -> str:
    """Was it any good? A "no" wants a reason."""
    language = answer.language
    if given:
        return f'<span class="cb-verdict">{say("chat.thanks", language)}</span>'
    good = _button(f"{turn}:verdict:good", "cb-judge", say("chat.good", language))
    reasons = "".join(
        f"<li>{_button(f'{turn}:verdict:bad_{reason}', 'cb-judge', say(f'chat.bad.{reason}', language))}</li>"
        for reason in REASONS
    )
    bad = f'<details class="cb-bad"><summary>{say("chat.bad", language)}</summary><ul>{reasons}</ul></details>'
    return f'<span class="cb-verdict">{say("chat.judge", language)} {good}{bad}</span>'


def _copy_button(answer: Answer, turn: int) -> str:
    """A button that puts the answer with its sources on the clipboard.

    Its value is the whole turn as JSON, in every form that the page can export: `chat.js` copies it, and
    keeps it in the browser.
    """
    labels = (
        f'<span class="cb-{state}">{escape(say(f"chat.{state}", answer.language))}</span>'
        for state in ("copy", "copied")
    )
    references = dict.fromkeys(citation.article for citation in answer.citations)
    kept = {
        "turn": turn,
        "question": answer.question,
        "text": as_text(answer),
        "markdown": as_markdown(answer),
        "references": [asdict(reference_of(article)) for article in references],
    }
    value = escape(json.dumps(kept, ensure_ascii=False))
    return f'<button type="button" class="cb-copy-answer" value="{value}">{"".join(labels)}</button>'


def _button(reference: str, kind: str, content: str, *, name: str = "") -> str:
    """A button whose value tells the page what to do: open a column, ask or judge.

    A `name` is read out in place of its content, and shown as a tip.
    """
    if name:
        tip = escape(" ".join(name.split()))  # a blank line would end the bubble's HTML
        content = f'<span class="cb-aside">{_text(name)}</span><span class="cb-shown">{content}</span>'
        return f'<button type="button" class="cb-open {kind}" value="{reference}" title="{tip}">{content}</button>'
    return f'<button type="button" class="cb-open {kind}" value="{reference}">{content}</button>'


def _quote(citation: Citation) -> str:
    """As the column has it, an item of a list a line."""
    return _text(in_lines(citation.article.text, citation.start, citation.end), line_break="<br>")


def _text(text: str, *, line_break: str = " ") -> str:
    return line_break.join(escape(line.strip()) for line in text.splitlines() if line.strip())
