"""What a question asks for, and what a follow-up leaves out, by rules for Dutch and English."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from columnbot.errors import QuestionError
from columnbot.language import content_words, fold, terms_of

MAX_CHARACTERS = 2_000


class Asked(Enum):
    """What a sentence must hold to answer the question."""

    NUMBER = "number"
    TIME = "time"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    NAME = "name"
    OPINION = "opinion"
    ANYTHING = "anything"


# The first pattern that a question matches tells what it asks for.
_ASKED = (
    (Asked.NUMBER, r"\b(hoe ?(veel\w*|oud|groot|lang|hoog|duur|diep|ver|vaak|zwaar)\b|"
                   r"wat (kost|betaal)\w*|wat moest?\b.*\bkosten|"
                   r"welk (percentage|bedrag|cijfer|aantal)|"
                   r"how (many|much|old|long|big|far|often)|what (does|did) .* cost|what percentage)\b"),
    (Asked.TIME, r"\b(wanneer|sinds wanneer|hoe laat|(in|uit|vanaf|tot) welke? (jaar|jaren|maand|dag)|"
                 r"(op )?welke (dag|datum)|when|(in )?(what|which) year|since when)\b"),
    (Asked.REASON, r"\b(waarom|hoezo|waardoor|hoe komt het|wat is de reden|why|how come)\b"),
    (Asked.OPINION, r"\b(wat (vind\w*|vond\w*|denk\w*|dacht\w*)\b.*\b(van|over|ervan|erover)\b|"
                    r"hoe (denkt|dacht|oordeelt)\b|(zijn|haar|hun) mening|"
                    r"what (do|does|did) .*\b(think|feel)\b|opinion)"),
    (Asked.PERSON, r"\b(wie|wiens|who|whose|whom)\b"),
    (Asked.PLACE, r"\b(waar|in welke (stad|plaats|gemeente|straat|land)|where)\b"
                  r"(?! (gaat|ging|gaan|gingen)\b.*\bover\b)"),
    (Asked.NAME, r"\b(welke?|which)\b"),
)  # fmt: skip
_NUMBER_WORDS = """
    een één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien twintig
    dertig veertig vijftig zestig zeventig tachtig negentig honderd duizend miljoen miljard half helft
    kwart derde two three four five six seven eight nine ten twelve twenty thirty fifty hundred thousand
    million
    """.split()
_MONTHS = """
    januari februari maart april mei juni juli augustus september oktober november december january
    february march may june july august october
    """.split()
# A capital that does not merely open the sentence.
_NAME = re.compile(r"(?<![.!?…:“\"] )(?<!^)\b[A-Z][\w'’-]+")
_HOLDS = {
    Asked.NUMBER: re.compile(rf"\d+|\b({'|'.join(_NUMBER_WORDS[1:])})\b", re.IGNORECASE),
    Asked.TIME: re.compile(
        rf"\b(1[89]|20)\d\d\b|\b\d{{1,2}}[:.]\d\d\b|\b({'|'.join(_MONTHS)}|maandag|dinsdag|woensdag|donderdag|vrijdag|"
        r"zaterdag|zondag|gisteren|vandaag|morgen|vorige?|geleden|ochtend|avond|week|jaren|yesterday|ago)\b",
        re.IGNORECASE,
    ),
    Asked.REASON: re.compile(
        r"\b(omdat|want|doordat|daarom|daardoor|dankzij|vanwege|wegens|zodat|immers|namelijk|reden|oorzaak|komt door|"
        r"because|since|therefore|due to|reason|so that)\b",
        re.IGNORECASE,
    ),
    Asked.PERSON: _NAME,
    Asked.OPINION: re.compile(
        r"\b(ik (vind|vond|denk|dacht|geloof|hou|hoop|twijfel|snap)|(vind|vond|denk|geloof|hoop) ik|volgens mij|"
        r"wat mij betreft|eerlijk gezegd|helaas|jammer|gelukkig|liever|beter|slechter|mooi(er|ste?)?|"
        r"prachtig\w*|geweldig\w*|fantastisch\w*|vreselijk\w*|belachelijk\w*|onzin|teleurgesteld|terecht|"
        r"i (think|believe|like|love|hate|hope|feel)|in my opinion|better|worse|great|sadly)\b",
        re.IGNORECASE,
    ),
    Asked.PLACE: re.compile(r"\b(in|te|op|bij|naar|uit|at|from|near)\s+(?:de |het |the )?[A-Z][\w'’-]+"),
    Asked.NAME: re.compile(r"(?<![.!?…:“\"] )(?<!^)\b[A-Z][\w'’-]+|[“\"‘']\w"),
}


def asked_for(question: str) -> Asked:
    """What kind of thing the question wants to hear; one on change wants no single one."""
    if asks_for_change(question):
        return Asked.ANYTHING
    folded = question.lower()
    return next((asked for asked, pattern in _ASKED if re.search(pattern, folded)), Asked.ANYTHING)


def offers(asked: Asked, question: str, sentence: str) -> bool:
    """Whether a sentence holds a thing of that kind which the question does not itself name; `ANYTHING` is in each."""
    pattern, said = _HOLDS.get(asked), question.lower()
    return pattern is None or any(match.group().lower() not in said for match in pattern.finditer(sentence))


_CHANGE = re.compile(
    r"\b(verander\w*|door de jaren heen|in de loop (?:der|van de) (?:jaren|tijd)|ontwikkelde zich|evolu\w+|"
    r"(?:anders|van mening) (?:gaan|geworden)|over (?:time|the years)|chang(?:e|ed|ing)|evolve[ds]?)\b",
    re.IGNORECASE,
)


def asks_for_change(question: str) -> bool:
    """Whether the question asks how something, or what was thought of it, changed with time."""
    return bool(_CHANGE.search(fold(question)))


_POINTS_BACK = re.compile(r"^[\W_]*(?:hij|zij|ze|hen|die|deze|he|she|they|these|those)\b", re.IGNORECASE)


def points_back(sentence: str) -> bool:
    """Whether a sentence opens with a word for something that was named before it."""
    return bool(_POINTS_BACK.search(sentence))


def checked(question: str) -> str:
    """The question without spaces around it. Raises `QuestionError` when it is empty or far too long."""
    question = unicodedata.normalize("NFC", " ".join(question.split()))
    if not re.search(r"\w", question):
        raise QuestionError("The question is empty; ask something about the columns.")
    if len(question) > MAX_CHARACTERS:
        raise QuestionError(f"The question has {len(question):,} characters; ask it in at most {MAX_CHARACTERS:,}.")
    return question


_LEANS = re.compile(
    r"^(en|maar|of|and|but|or|hoezo|waarom dan|why not|what about|hoe zit het met|vertel (me )?meer|meer)\b|"
    r"\b(hij|zij|ze|hem|haar|hun|zijn (?!er|de|het|een|we|ze|jullie)\w+|dat|die|dit|deze|daar\w*|er|ervan|erover|ermee|"
    r"ervoor|eerste|tweede|laatste|toen|zo'n|(?:dat|die|het)zelfde|het (?:dan|niet|ook|nog|al|toch|beter)|"
    r"he|she|they|them|his|her|their|it|its|that|this|those|these|there|then)\b"
)


_ASKS = re.compile(
    r"\?|\b(wie|wiens|wat|waar\w*|wanneer|hoe\w*|welke?|who|whose|what|where|when|why|how|which)\b|"
    r"^(is|zijn|was|waren|heeft|hebben|had|kan|kun|mag|moet|doet|wordt|werd|vertel|are|does|did|do|has|can|tell)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    `text` is what is searched for; `focus` its last part, the words that were actually asked (the
    same, unless it is a follow-up); `about` the paths of the articles the conversation is on;
    `years` those that the question speaks of, `tags` those it names as such, `author` the columnist
    whose columns it asks for. `aside` are words, folded, that say nothing of the subject: the name of
    the author, who is not spoken of but speaks.
    """

    text: str
    focus: str
    about: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    author: str | None = None
    tags: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()

    @property
    def is_follow_up(self) -> bool:
        """Whether it leans on the question before."""
        return self.text != self.focus

    @property
    def is_topic(self) -> bool:
        """Whether it only names a subject ("fietsen in de winter"), and asks nothing about it."""
        return not _ASKS.search(self.text)


@dataclass(frozen=True, slots=True)
class Archive:
    """What a question may name of an archive: its authors and tags, and the author of most of it, if there is one."""

    authors: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    main_author: str | None = None


def understand(
    question: str,
    archive: Archive = Archive(),  # noqa: B008 - frozen
    *,
    before: Question | None = None,
    cited: frozenset[str] = frozenset(),
) -> Question:
    """The question, spelled out with the one before where it leans on that. Raises `QuestionError`."""
    asked = checked(question)
    years, tags = years_of(asked, date.today().year), tags_of(asked, archive.tags)
    author = author_of(asked, archive.authors)
    aside = frozenset(name for who in (author, archive.main_author) if who for name in fold(who).split())
    if before is None or not leans_back(asked):
        return Question(asked, asked, frozenset(), years, author, tags, aside)
    return Question(
        f"{before.text} {asked}", asked, cited or before.about, years or before.years, author or before.author,
        tags or before.tags, aside | before.aside,
    )  # fmt: skip


# A name beside one of these is that of a writer; elsewhere it may be somebody written about.
_WRITES = r"(?:schreef|schrijft|schreven|heeft|had|vindt|vond|zegt|zei|denkt|dacht|raadt|noemt|noemde|does|did|has)"
_BY = r"(?:volgens|according to|by|(?:columns?|stuk(?:ken)?|artikel(?:en)?|posts?|geschreven) (?:van|door))"


def author_of(question: str, authors: Sequence[str]) -> str | None:
    """The author whose columns the question asks for: named in full, or by a part of the name, as their writer."""
    asked = fold(question)
    for author in authors:
        names = [fold(author), *(part for part in fold(author).split() if len(part) > 2)]
        called = "|".join(re.escape(name) for name in names)
        if re.search(rf"\b(?:{_WRITES}|{_BY}) (?:{called})\b|\b(?:{called}) {_WRITES}\b", asked):
            return author
    return None


_TAGGED = re.compile(r"(?:\b(?:tags?|trefwoord|label|categorie|category|rubriek)\s+|#)[\"“‘']?(\w[\w-]*)")


def tags_of(question: str, tags: frozenset[str]) -> frozenset[str]:
    """The tags, folded, that the question names as such: "#water", "met de tag water"."""
    return frozenset(_TAGGED.findall(fold(question))) & tags


_YEAR = r"((?:19|20)\d\d)"
# Of the asking, not of what is asked about: rare in most archives, so that they would outweigh the subject.
_ASKING = re.compile(
    r"\b(columnist\w*|columns?|schrijvers?|auteurs?|authors?|writers?|archief|archive|artikelen?|articles?|"
    r"schreef|schrijft|schreven|schrijven|geschreven|wrote|writes?|written|zegt|zei|zeggen|says?|said|"
    r"vertelt|vertelde|vindt?|vinden|vond|vonden|thinks?|thought|mening|opinions?|views?)\b",
    re.IGNORECASE,
)


def subject_of(question: str, aside: frozenset[str] = frozenset()) -> str:
    """The question without the words that only do the asking, or are aside, for a search by words."""
    subject = _CHANGE.sub(" ", _ASKING.sub(" ", question))
    subject = re.sub(r"\w+", lambda word: " " if fold(word.group()) in aside else word.group(), subject)
    return subject if terms_of(subject) else question


def telling_words(question: str, aside: frozenset[str] = frozenset()) -> list[tuple[int, int]]:
    """Character spans of the words that say what a question is about; of all its words where none does."""
    changes = list(_CHANGE.finditer(question))
    words = [
        (start, end)
        for start, end in content_words(question)
        if not (_ASKING.fullmatch(word := question[start:end]) or re.fullmatch(_YEAR, word) or fold(word) in aside)
        and not any(change.start() <= start < change.end() for change in changes)
    ]
    return words or [match.span() for match in re.finditer(r"\w+", question)]


_SMALL_TALK = frozenset(
    """
    alsjeblieft bedankt ben daarvan dag dank doei gaan gaat goedemiddag goedemorgen goedenavond graag hallo 
    hey help helpen hi hoi iets mee mogelijk test testen vertel vertellen weet weten welkom hello bye go good help
    know laat late morning please something tell thank thanks there welcome
    """.split()
)


def names_a_subject(question: Question) -> bool:
    """Whether there is anything in it to look for: "Hallo!" and "Wie ben jij?" have nothing, unless they follow up."""
    if question.is_follow_up or question.years or question.author or question.tags:
        return True
    words = [fold(question.text[start:end]) for start, end in content_words(question.text)]
    return any(word not in _SMALL_TALK for word in words)


_BETWEEN = re.compile(rf"\b(?:tussen|van|between|from)\s+{_YEAR}\s+(?:en|tot|tot en met|t/m|and|to|until)\s+{_YEAR}\b")
_FROM = re.compile(rf"\b(?:sinds|vanaf|na|since|after)\s+{_YEAR}\b")
_UNTIL = re.compile(rf"\b(?:voor|tot|before|until)\s+{_YEAR}\b")
_RELATIVE = (
    (re.compile(r"\b(?:dit jaar|this year)\b"), 0, 0),
    (re.compile(r"\b(?:vorig jaar|last year)\b"), 1, 1),
    (re.compile(r"\b(?:(?:laatste|afgelopen|recente) jaren|(?:last|past|recent) (?:few )?years)\b"), 0, 3),
)


def years_of(question: str, this_year: int) -> frozenset[int]:
    """The years a question speaks of: "in 2012", "tussen 2010 en 2013", "sinds 2015", "vorig jaar"; or none."""
    asked = fold(question)
    if between := _BETWEEN.search(asked):
        return frozenset(range(int(between[1]), int(between[2]) + 1))
    if since := _FROM.search(asked):
        return frozenset(range(int(since[1]), this_year + 1))
    if until := _UNTIL.search(asked):
        return frozenset(range(1900, int(until[1])))
    named = {int(year) for year in re.findall(rf"\b{_YEAR}\b", asked)}
    for pattern, newest, oldest in _RELATIVE:
        if pattern.search(asked):
            named |= set(range(this_year - oldest, this_year - newest + 1))
    return frozenset(named)


def leans_back(question: str) -> bool:
    """Whether a question leans on the one before: it points back, or names too little to stand alone."""
    terms = {*terms_of(question, "nl")}
    return len(terms) <= 1 or (len(terms) <= 4 and bool(_LEANS.search(fold(question))))
