"""A question about what somebody wrote → as the models know it best, by rules for Dutch and English.

They are asked "What does it say about cycling?", whoever is named as the writer and in whatever words: a column does
not say of itself who wrote it, so that to a model one that is asked for by its author seems to be about somebody else.
"""

import re
from dataclasses import replace

from columnbot.asked import asks_for_change
from columnbot.authors import is_a_word, names_of
from columnbot.language import fold, language_of, without_accents
from columnbot.questions import Question

_WRITER = (
    r"(?:(?:de|deze) (?:gast)?(?:columnist(?:e|en|s)?|schrijver|schrijfster|auteurs?|blogger|redactie|redacteur)|"
    r"(?:the|this) (?:guest )?(?:columnist|author|writer|blogger|editor))"
)
_WHO = (
    rf"(?:hij|hem|zij|ze|hen|he|him|she|they|them|{_WRITER}|"
    r"(?:het|dit|the|this) (?:archief|weblog|blog|archive))"
)
_COLUMNS = r"(?:columns?|artikel(?:en)?|stuk(?:ken|jes?)?|posts?|berichten|blogs?|verhalen|articles?)"
_EVER = (
    r"(?:(?:er|ook|allemaal|nog|ooit|eens|wel ?eens|al|eigenlijk|hier|iets|precies|ever|actually|anything|"
    r"in (?:19|20)\d\d) )*"
)
_ABOUT = rf"{_EVER}over (?P<topic>\w.*?)"
_SAID = r"(?:geschreven|gezegd|verteld)"
_PHRASES = {
    "Wat staat er over {}?": (
        rf"wat (?:schr(?:eef|even|ijft?|ijven)|zegt?|zeggen|zei|zeiden|vertelt?|vertelde) {_WHO} {_ABOUT}",
        rf"(?:wat )?(?:heeft|hebben|heb) {_WHO} {_ABOUT} {_SAID}",
        rf"(?:heeft|hebben|heb) {_WHO} {_EVER}{_SAID} {_ABOUT}",
        rf"schreef {_WHO} {_ABOUT}",
        rf"wat (?:is|wordt|werd) {_ABOUT} {_SAID}",
        rf"wat (?:is|wordt|werd) {_EVER}{_SAID} {_ABOUT}",
        rf"(?:welke {_COLUMNS} (?:gaan|gaat|zijn)|heb je {_COLUMNS}|(?:zijn|is) er (?:een )?{_COLUMNS}) {_ABOUT}",
    ),
    "Wat vind je van {}?": (
        rf"wat (?:vindt?|vinden|vond|vonden|denkt?|denken|dacht) {_WHO} {_EVER}(?:van|over) (?P<topic>\w.*?)",
        rf"wat (?:is|was) (?:de|het) (?:mening|visie|kijk|oordeel|standpunt) van {_WHO} (?:over|op) (?P<topic>\w.*?)",
    ),
    "What does it say about {}?": (
        rf"what (?:did|does|do|has|have) {_WHO} {_EVER}(?:write|written|say|said) about (?P<topic>\w.*?)",
        rf"(?:did|does|do|has|have) {_WHO} {_EVER}(?:write|written|say|said) {_EVER}about (?P<topic>\w.*?)",
        rf"what (?:is|was|has been) {_EVER}(?:written|said) about (?P<topic>\w.*?)",
        rf"(?:which {_COLUMNS} (?:are|is)|are there {_COLUMNS}) about (?P<topic>\w.*?)",
    ),
    "What do you think of {}?": (rf"what (?:did|does|do) {_WHO} {_EVER}think (?:of|about) (?P<topic>\w.*?)",),
}
_PATTERNS = [
    (re.compile(pattern, re.IGNORECASE), phrase) for phrase, patterns in _PHRASES.items() for pattern in patterns
]
_OWN_WORDS = frozenset({"staat", "say", "vind", "think"})  # of these phrases; they say nothing of the subject


def rephrased(question: Question, main_author: str | None = None) -> Question:
    """The question as it is searched for and read; a follow-up, and one on how something changed, is left as it is.

    So is one on what the main author of an archive, by name, did: there "he" may be anybody whom a column tells of.
    """
    if question.is_follow_up or asks_for_change(question.focus):
        return question
    asked = _without_writer(question)
    for pattern, phrase in _PATTERNS:
        if match := pattern.fullmatch(re.sub(r"^\W+|[\s?!.]+$", "", asked)):
            own = _OWN_WORDS.difference(fold(match["topic"]).split())
            return _put(question, phrase.format(match["topic"]), question.aside | own)
    of_main_author = question.author is not None and question.author == main_author
    return question if of_main_author else _put(question, asked, question.aside)


def _without_writer(question: Question) -> str:
    """The question with "he" in the place of the author whose columns it asks for."""
    text = question.text
    plain = without_accents(text.replace("’", "'"))
    if not question.author or len(plain) != len(text):
        return text
    whole, *parts = names_of(question.author)
    for name in (whole, *(part for part in parts if not is_a_word(part, text))):
        if match := re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", plain, re.IGNORECASE):
            before, behind = text[: match.start()], text[match.end() :]
            english = language_of(text) == "en"
            if others := _AND_OTHERS.match(behind):
                he, him, behind = "they" if english else "zij", "them" if english else "hen", behind[others.end() :]
            else:
                he, him = ("he", "him") if english else ("hij", "hem")
            return f"{before}{him if _BEHIND_WHICH_HIM.search(before) else he}{behind}"
    return text


_NAME = r"(?:(?:van|von|de|den|der|te|ten|ter|la|le|['’]t) )*[A-ZÀ-Þ][\w'’-]*"
_AND_OTHERS = re.compile(rf"(?:,? (?:en|of|and|or|&) {_NAME}(?: {_NAME})*)+(?![\w'’-])")
_BEHIND_WHICH_HIM = re.compile(
    r"\b(?:volgens|van|voor|met|aan|door|bij|over|to|of|by|with|for|about|from) $", re.IGNORECASE
)


def _put(question: Question, text: str, aside: frozenset[str]) -> Question:
    return replace(question, text=text, focus=text, aside=aside)
