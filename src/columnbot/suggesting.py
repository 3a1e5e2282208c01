"""What to ask next: questions that the archive answers with something not yet shown, each tried before offered."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice

from columnbot.answering import Answer
from columnbot.articles import Article
from columnbot.asked import asks_for_change
from columnbot.language import fold
from columnbot.messages import say
from columnbot.questions import MAX_CHARACTERS
from columnbot.years import years_of

TRIED = 8  # questions at most; each costs as much as an answer
SURE = 0.4  # an answer less sure than this is not worth offering


def suggestions(answer: Answer, near: Sequence[Article], ask: Callable[[str], Answer], k: int = 3) -> tuple[str, ...]:
    """At most k questions, in the answer's language; `ask` answers one without regard to the conversation.

    They ask for the same in another year, for what a column says that is `near` (nearest first), or for what it
    is filed under. One is offered only if its answer quotes a column that neither this answer nor another
    suggestion does.
    """
    shown = {citation.article.path for citation in answer.citations}
    offered: list[str] = []
    for question in islice(filter(_may_be_asked, dict.fromkeys(_candidates(answer, near))), TRIED):
        if len(offered) == k:
            break
        tried = ask(question)
        new = {citation.article.path for citation in tried.citations} - shown
        if tried.found and tried.confidence >= SURE and new:
            shown |= new
            offered.append(question)
    return tuple(offered)


def _may_be_asked(question: str) -> bool:
    """Titles may be of any length, and of signs alone ("???")."""
    return len(question) <= MAX_CHARACTERS and bool(re.search(r"\w", question))


def _candidates(answer: Answer, near: Sequence[Article]) -> Iterator[str]:
    """Of each near column not quoted by turns its year, its title, and a tag that it shares with another."""
    cited = {citation.article.path for citation in answer.citations}
    years = {citation.article.date.year for citation in answer.citations if citation.article.date}
    shared = [tag for tag, columns in Counter(tag for article in near for tag in article.tags).items() if columns > 1]
    untold = [tag for tag in shared if fold(tag) not in fold(answer.question)]
    asked = answer.question.rstrip("?!. ")
    # Neither "… in 2012 in 2015?" nor "Wat staat er in “Het spoor” in 2015?" is a question, nor are two with one year.
    of_any_year = not (years_of(asked, date.today().year) or asks_for_change(asked) or re.search("[“?]", asked))
    for article in near:
        if article.path in cited:
            continue
        if of_any_year and answer.found and article.date and article.date.year not in years:
            years.add(article.date.year)
            yield say("suggest.year", answer.language, question=asked, year=article.date.year)
        title = article.title.strip()
        yield title if title.endswith("?") else say("chat.about_title", answer.language, title=title)
        if tag := next((tag for tag in untold if tag in article.tags), None):
            untold.remove(tag)
            yield say("suggest.tag", answer.language, tag=tag)
