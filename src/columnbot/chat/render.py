"""What stands in a bubble: a question, an answer with its sources, or what went wrong, as HTML.

Whatever comes from the archive or the asker is escaped here. Each function gives one line: Gradio
takes a message as Markdown, and leaves an HTML block alone up to the first blank line. Its
sanitiser then drops what it does not know, `data-` and `aria-` attributes among them; so a button
says what it opens in its `value` ("2:citation:1": of turn 2, citation 1), and its name in text.
"""

from html import escape

from columnbot.answering import Answer, AnswerSentence, Citation
from columnbot.articles import Article
from columnbot.messages import say, signature

NEAREST = 3
_SURE, _LIKELY = 0.75, 0.5


def question_html(question: str) -> str:
    """The question as it was typed."""
    return f'<div class="cb-question">{_text(question, line_break="<br>")}</div>'


def problem_html(message: str) -> str:
    """What went wrong, in one line."""
    return f'<div class="cb-problem">{_text(message)}</div>'


def answer_html(answer: Answer, turn: int, typed: str) -> str:
    """The answer to the question of that turn, in the answer's language."""
    understood = _understood(answer, typed)
    body = _found(answer, turn) if answer.found else _not_found(answer, turn)
    return f'<div class="cb-answer" lang="{answer.language}">{understood}{body}</div>'


def nearest_articles(answer: Answer) -> tuple[Article, ...]:
    """The distinct articles of the best hits, best first, three at most."""
    by_path = {hit.passage.article.path: hit.passage.article for hit in reversed(answer.hits)}
    paths = dict.fromkeys(hit.passage.article.path for hit in answer.hits)
    return tuple(by_path[path] for path in paths)[:NEAREST]


def _understood(answer: Answer, typed: str) -> str:
    if answer.question.strip() == typed.strip():
        return ""
    return f'<p class="cb-understood">{_text(say("chat.understood", answer.language, question=answer.question))}</p>'


def _found(answer: Answer, turn: int) -> str:
    citations = {citation.number: citation for citation in answer.citations}
    sentences = " ".join(_sentence(sentence, citations, answer, turn) for sentence in answer.sentences)
    beside = _sources(answer, turn) + _footing(answer) + _unsupported(answer)
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
    return f'<span class="cb-sentence">{_text(sentence.text)}<span class="cb-markers">{markers}</span></span>'


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
            f'<span class="cb-number">{citation.number}</span><q>{_text(citation.quote)}</q>',
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


def _footing(answer: Answer) -> str:
    sure = answer.confidence >= _SURE
    key = "chat.sure" if sure else "chat.likely" if answer.confidence >= _LIKELY else "chat.unsure"
    right = say("chat.confidence", answer.language, number=round(answer.confidence * 10))
    kind = f"cb-{key.removeprefix('chat.')}"
    said = f'<span class="{kind}" title="{right}">{say(key, answer.language)}</span>'
    return f'<p class="cb-footing">{said}{_copy_button(answer)}</p>'


def _copy_button(answer: Answer) -> str:
    """A button that puts the answer with its sources on the clipboard: `chat.js` takes its value."""
    labels = (
        f'<span class="cb-{state}">{escape(say(f"chat.{state}", answer.language))}</span>'
        for state in ("copy", "copied")
    )
    value = escape(with_references(answer)).replace("\n", "&#10;")
    return f'<button type="button" class="cb-copy-answer" value="{value}">{"".join(labels)}</button>'


def with_references(answer: Answer) -> str:
    """Question, answer and where it stands, as plain text for somebody's own document."""
    sources = [
        f"[{citation.number}] “{citation.article.title}”, "
        f"{signature(citation.article.author, citation.article.date, answer.language)}, "
        f"{citation.article.url or citation.article.path}"
        for citation in answer.citations
    ]
    return "\n".join([answer.question, "", answer.text, "", f"{say('sources', answer.language)}", *sources])


def _button(reference: str, kind: str, content: str, *, name: str = "") -> str:
    """A button that opens a column. A `name` is read out in place of its content, and shown as a tip."""
    if name:
        tip = escape(name)
        content = f'<span class="cb-aside">{_text(name)}</span><span class="cb-shown">{content}</span>'
        return f'<button type="button" class="cb-open {kind}" value="{reference}" title="{tip}">{content}</button>'
    return f'<button type="button" class="cb-open {kind}" value="{reference}">{content}</button>'


def _text(text: str, *, line_break: str = " ") -> str:
    return line_break.join(escape(line.strip()) for line in text.splitlines() if line.strip())
