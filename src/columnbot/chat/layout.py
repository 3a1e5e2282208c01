"""What is on the page, and what it says in either language."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr

from columnbot.articles import Article
from columnbot.chat.welcome import example_questions, logo_address, masthead_html, placeholder_html
from columnbot.messages import say
from columnbot.settings import Settings

LONGEST_QUESTION = 500
TAGS_OFFERED = 200
_BOXES = ("author", "since", "until", "tags")


@dataclass(frozen=True, slots=True)
class Layout:
    """The components of the page, in the order in which they stand on it."""

    masthead: gr.HTML
    language: gr.Radio
    about: gr.Button
    history: gr.Button
    fresh: gr.Button
    chatbot: gr.Chatbot
    only: gr.Button  # takes away that only one column is searched
    question: gr.Textbox
    part: gr.Accordion
    boxes: tuple[gr.Dropdown, ...]  # author, since, until, tags
    reader: gr.HTML

    @property
    def of_archive(self) -> list[Any]:
        """What says something of the archive."""
        return [self.masthead, self.chatbot, *self.boxes]

    @property
    def spoken(self) -> list[Any]:
        """What says something in the language of the page."""
        return [*self.of_archive, self.language, self.about, self.history, self.fresh, self.question, self.part]


def lay_out(settings: Settings, articles: Sequence[Article], *, written: bool) -> Layout:
    """Puts the components on the page that is being built."""
    language = settings.language

    def text(key: str) -> str:
        return say(f"chat.{key}", language)

    with gr.Row(elem_id="cb-head"):
        masthead = gr.HTML(
            _masthead(settings, articles, language), elem_id="cb-masthead", apply_default_css=False, js_on_load=None
        )
        choice = gr.Radio(
            [("NL", "nl"), ("EN", "en")],
            value=language,
            label=text("language"),
            show_label=False,
            container=False,
            elem_id="cb-language",
        )
        about, history, fresh = (
            gr.Button(text(name), size="sm", elem_id=f"cb-{name}") for name in ("about", "history", "new")
        )
    with gr.Row(elem_id="cb-desk"):
        with gr.Column(elem_id="cb-talk"):
            chatbot = gr.Chatbot(
                elem_id="cb-conversation",
                show_label=False,
                container=False,
                height="100%",
                layout="panel",
                buttons=[],
                feedback_options=None,
                autoscroll=False,
                latex_delimiters=[],
                line_breaks=False,
                allow_tags=False,
                sanitize_html=True,
                **_welcome(articles, language, written),
            )
            only = gr.Button(visible=False, size="sm", elem_id="cb-only")
            question = gr.Textbox(
                placeholder=text("ask"),
                label=text("question"),
                show_label=False,
                container=False,
                lines=1,
                max_lines=6,
                max_length=LONGEST_QUESTION,
                submit_btn=True,
                autofocus=True,
                elem_id="cb-ask",
            )
            with gr.Accordion(text("filters"), open=False, elem_id="cb-filters") as part, gr.Row():
                boxes = tuple(
                    gr.Dropdown(multiselect=name == "tags", min_width=120, elem_id=f"cb-{name}",
                                **_box(name, articles, language))
                    for name in _BOXES
                )  # fmt: skip
        reader = gr.HTML(
            "",
            elem_id="cb-reader",
            apply_default_css=False,
            js_on_load="\n".join(_script(name) for name in ("chat.js", "history.js")),
        )
    return Layout(masthead, choice, about, history, fresh, chatbot, only, question, part, boxes, reader)


def said_of_archive(
    language: str, settings: Settings, articles: Sequence[Article], chosen: Sequence[Any] = (), *, written: bool
) -> tuple[Any, ...]:
    """What the `of_archive` of a layout say in that language, of the archive as it is now.

    The boxes show what is `chosen` in them, or nothing.
    """
    boxes = [_box(name, articles, language) for name in _BOXES]
    for box, value in zip(boxes, chosen, strict=False):
        box["value"] = value
    return (
        _masthead(settings, articles, language),
        gr.update(**_welcome(articles, language, written)),
        *(gr.update(**box) for box in boxes),
    )


def spoken_in(
    language: str, settings: Settings, articles: Sequence[Article], chosen: Sequence[Any] = (), *, written: bool
) -> tuple[Any, ...]:
    """What the `spoken` of a layout say in that language."""
    return (
        *said_of_archive(language, settings, articles, chosen, written=written),
        gr.update(label=say("chat.language", language)),
        *(gr.update(value=say(f"chat.{name}", language)) for name in ("about", "history", "new")),
        gr.update(placeholder=say("chat.ask", language), label=say("chat.question", language)),
        gr.update(label=say("chat.filters", language)),
    )


def _masthead(settings: Settings, articles: Sequence[Article], language: str) -> str:
    logo = logo_address(settings.logo) if settings.logo else ""
    return masthead_html(settings.title, articles, language, logo=logo)


def _box(name: str, articles: Sequence[Article], language: str) -> dict[str, Any]:
    """What a filter's box offers of the archive as it is; it is not there where it offers no choice."""
    if name == "author":
        offered: list[Any] = sorted({article.author for article in articles if article.author})
    elif name == "tags":
        counts = Counter(tag for article in articles for tag in article.tags)
        offered = sorted(tag for tag, _ in counts.most_common(TAGS_OFFERED))
    else:
        offered = sorted({article.date.year for article in articles if article.date})
    nothing = {"author": "chat.any", "since": "chat.any_year", "until": "chat.any_year"}.get(name)
    none = [(say(nothing, language), "")] if nothing else []
    return {
        "choices": [*none, *((str(value), str(value)) for value in offered)],
        "value": "" if nothing else [],
        "label": say(f"chat.{name}", language),
        "visible": len(offered) > 1,
    }


def _welcome(articles: Sequence[Article], language: str, written: bool) -> dict[str, Any]:
    examples = [{"text": text} for text in example_questions(articles, language)]
    return {
        "placeholder": placeholder_html(language, written=written),
        "examples": examples,
        "label": say("chat.conversation", language),
    }


def _script(name: str) -> str:
    return (files("columnbot.chat") / name).read_text(encoding="utf-8")
