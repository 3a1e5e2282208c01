"""A follow-up, spelled out by a language model as a question that stands by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from columnbot.addressed import seen_text, speaks_to_a_model
from columnbot.errors import WriterFailed
from columnbot.language import stems_of
from columnbot.llm import LanguageModel
from columnbot.messages import say
from columnbot.prose import ADDRESS, THOUGHTS


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered, as the one who asks a follow-up has them in mind."""

    question: str
    answer: str


FOLLOW_UP_TOKENS = 80
LONGEST_ANSWER_TOLD = 600  # characters
LONGEST_QUESTION = 300


def spell_out(question: str, turns: Sequence[Turn], model: LanguageModel, language: str) -> str | None:
    """The follow-up as a question that stands by itself; None where the model makes nothing of it that can be trusted.

    It may only use words of the talk itself: what the model adds would be searched for as if it were asked.
    """
    talk = "\n".join(f"- {turn.question}\n  {seen_text(turn.answer)[:LONGEST_ANSWER_TOLD]}" for turn in turns)
    if not turns or speaks_to_a_model(talk):
        return None
    messages = [
        {"role": "system", "content": say("writer.follow_up", language)},
        {"role": "user", "content": f"{talk}\n\n{say('writer.question', language, question=question)}"},
    ]
    try:
        reply = model.complete(messages, tokens=FOLLOW_UP_TOKENS)
    except WriterFailed:
        return None
    spelled = " ".join(THOUGHTS.sub("", reply).split()).strip("\"“”‘’'*` ")
    asked, known = stems_of(question), stems_of(f"{talk} {question}")
    told = stems_of(spelled)
    keeps = len(asked & told) >= 0.5 * len(asked)
    adds = [stem for stem in told if stem not in known]
    if not spelled.endswith("?") or len(spelled) > LONGEST_QUESTION or ADDRESS.search(spelled) or adds or not keeps:
        return None
    return None if spelled.casefold() in {turn.question.casefold() for turn in turns} else spelled
