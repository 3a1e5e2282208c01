"""What a question names, and what a follow-up leaves out, by rules for Dutch and English."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from columnbot.asked import OF_CHANGE, WHERE, asks_for_change
from columnbot.authors import GUEST, author_of, is_a_word, of_another_author
from columnbot.errors import QuestionError
from columnbot.language import content_words, fold, terms_of
from columnbot.years import YEAR, years_of

MAX_CHARACTERS = 2_000


_POINTS_BACK = re.compile(
    r"^[\W_]*(?:hij|zij|ze|hen|he|she|they|"
    r"(?:die|deze|these|those)(?! (?:week|weken|maand|maanden|dagen|avond|ochtend|middag|zomer|winter|days)\b))\b",
    re.IGNORECASE,
)


def points_back(sentence: str) -> bool:
    """Whether a sentence opens with a word for something that was named before it."""
    return bool(_POINTS_BACK.search(sentence))


def sound(question: str) -> str:
    """The question with "?" for half a pair of UTF-16, which a browser or shell may hand on and no file can hold."""
    return question.encode("utf-8", "replace").decode("utf-8")


def checked(question: str) -> str:
    """The question without spaces around it. Raises `QuestionError` when it is empty or far too long."""
    question = unicodedata.normalize("NFC", " ".join(sound(question).split()))
    if not re.search(r"\w", question):
        raise QuestionError("The question is empty; ask something about the columns.")
    if len(question) > MAX_CHARACTERS:
        raise QuestionError(f"The question has {len(question):,} characters; ask it in at most {MAX_CHARACTERS:,}.")
    return question


_LEANS = re.compile(
    r"^(en|maar|of|and|but|or|hoezo|waarom dan|why not|what about|hoe zit het met|vertel (me )?meer|meer)\b|"
    r"\b(dat|die|dit|deze|daar\w*|er(?:van|over|mee|voor|naartoe|heen|tegen)|toen|zo'n|(?:dat|die|het)zelfde|"
    r"het (?:dan|niet|ook|nog|al|toch|beter)|it|its|that|this|those|these|then)\b|"
    r"\b(?:de|het|the) (?:eerste|tweede|laatste|first|second|last)\W*$|"
    # "Wie zaten er in de jury?", and not "Wat staat er over fietsen?"
    r"\ber\b.*\b(?:de|het) \w+\W*$|"
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b"
)
# Somebody spoken of: the columnist, as often as whoever the question before was about.
_SOMEBODY = re.compile(
    r"\b(hij|zij|ze|hem|haar|hun|he|she|they|them|his|her|their)\b|"
    # "zijn mening", where it is not the verb
    r"(?<!^)(?<!\bwat )(?<!\bwaarom )(?<!\bhoe )(?<!\bwie )(?<!\bwaar )"
    r"\bzijn (?!(?:er|de|het|een|we|ze|jullie|aan|in|op|om|te)\b)\w+"
)


_ASKS = re.compile(
    rf"\?|\b(wie|wiens|wat|{WHERE}|wanneer|hoe(?:veel\w*|zo|lang|ver|vaak|laat|oud|groot)?|welke?|who|whose|what|where|when|why|how|which)\b|"
    r"^(is|zijn|was|waren|heeft|hebben|had|kan|kun|mag|moet|doet|wordt|werd|vertel|are|does|did|do|has|can|tell)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    `text` is what is searched for; `focus` its last part, the words that were actually asked (the
    same, unless it is a follow-up); `about` the paths of the articles the conversation is on;
    `years` those that the question speaks of, `tags` those it names as such, `author` the columnist
    whose columns it asks for, `of_guest` whether that is a guest of the archive's main author. `aside`
    are words, folded, that say nothing of the subject: the name of the author, who is not spoken of but
    speaks.
    """

    text: str
    focus: str
    about: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    author: str | None = None
    tags: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()
    of_guest: bool = False

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
    """The question, spelled out with the one before where it leans on that. Raises `QuestionError`.

    It leans on as much of a long one as keeps the whole a question that may be asked.
    """
    asked = checked(question)
    if before and (same := of_another_author(asked, before.text, before.author, archive.authors)):
        return understand(same, archive)
    years, tags = years_of(asked, date.today().year), tags_of(asked, archive.tags)
    author = author_of(asked, archive.authors)
    guest = GUEST.search(asked) if archive.main_author and not author else None
    names = " ".join(fold(who) for who in (author, archive.main_author) if who).split()
    aside = frozenset(name for name in names if not is_a_word(name, asked)) | ({fold(guest[1])} if guest else set())
    if before is None or not leans_back(asked, aside):
        return Question(asked, asked, frozenset(), years, author, tags, aside, guest is not None)
    room = max(0, MAX_CHARACTERS - len(asked) - 1)
    return Question(
        f"{before.text[:room]} {asked}".strip(), asked, cited or before.about, years or before.years,
        author or before.author, tags or before.tags, aside | before.aside, bool(guest or before.of_guest),
    )  # fmt: skip


_TAGGED = re.compile(r"(?:\b(?:tags?|trefwoord|label|categorie|category|rubriek)\s+|#)[\"“‘'„]?")


def tags_of(question: str, tags: frozenset[str]) -> frozenset[str]:
    """The tags, folded, that the question names as such: "#water", "met de tag sociale media"."""
    asked = fold(question)
    named = (_tag_at(asked, match.end(), tags) for match in _TAGGED.finditer(asked))
    return frozenset(tag for tag in named if tag)


def _tag_at(asked: str, start: int, tags: frozenset[str]) -> str | None:
    """The longest tag that stands there as a whole."""
    longest = max(map(len, tags), default=0)
    for end in range(min(len(asked), start + longest), start, -1):
        if asked[start:end] in tags and not re.match(r"[\w-]", asked[end:]):
            return asked[start:end]
    return None


# Of the asking, not of what is asked about: rare in most archives, so that they would outweigh the subject.
_ASKING = re.compile(
    r"\b(columnist\w*|columns?|schrijvers?|auteurs?|authors?|writers?|archief|archive|artikelen?|articles?|"
    r"schreef|schrijft|schreven|schrijven|geschreven|wrote|writes?|written|zegt|zei|zeggen|says?|said|"
    r"vertelt|vertelde|vindt?|vinden|vond|vonden|thinks?|thought|mening|opinions?|views?)\b",
    re.IGNORECASE,
)


def subject_of(question: str, aside: frozenset[str] = frozenset()) -> str:
    """The question without the words that only do the asking, or are aside, for a search by words."""
    subject = _ASKING.sub(" ", OF_CHANGE.sub(" ", question) if asks_for_change(question) else question)
    subject = re.sub(r"\w+(?:-\w+)*", lambda word: " " if fold(word.group()) in aside else word.group(), subject)
    return subject if terms_of(subject) else question


def telling_words(question: str, aside: frozenset[str] = frozenset()) -> list[tuple[int, int]]:
    """Character spans of the words that say what a question is about; of all its words where none does."""
    changes = list(OF_CHANGE.finditer(question)) if asks_for_change(question) else []
    words = [
        (start, end)
        for start, end in content_words(question)
        if not (_ASKING.fullmatch(word := question[start:end]) or re.fullmatch(YEAR, word) or fold(word) in aside)
        and not any(change.start() <= start < change.end() for change in changes)
    ]
    return words or [match.span() for match in re.finditer(r"\w+", question)]


_COURTESY = frozenset(
    """
    bedankt dag dank dankje dankjewel doei goedemiddag goedemorgen goedenavond hallo hey hi hoi oke ok prima ziens bye
    hello okay thank thanks
    """.split()
)
_SMALL_TALK = _COURTESY | frozenset(
    """
    alsjeblieft ben daarvan gaan gaat graag heet help helpen iets mee mogelijk test testen vertel vertellen weet weten
    welkom go good help know laat late morning please something tell there welcome
    """.split()
)


_OF_ITSELF = re.compile(r"^\W*(?:(?:hoe heet|wie ben|wat ben) (?:je|jij|u)|(?:who|what) are you)\W*$")


_OF_THE_MAKER = re.compile(
    r"^\W*(?:wie is (?:hier )?(?:de|deze) (?:hoofd)?(?:auteur|schrijver|schrijfster|columnist|redacteur)|"
    r"wie (?:schreef|schrijft|maakt) (?:dit|deze columns?)|wie heeft (?:dit|deze columns?) geschreven|"
    r"who (?:is (?:the|this) (?:author|writer|columnist|editor)|(?:wrote|writes) (?:this|these columns)))"
    r"(?: (?:hier|here|van (?:dit|deze|het|de) (?:archief|site|columns?|weblog|blog)|"
    r"of (?:this|these|the) (?:archive|site|columns?|weblog|blog)))?\W*$"
)


def is_courtesy(question: str) -> bool:
    """Whether it only greets, thanks, agrees, or asks who answers: it asks nothing, of what came before neither."""
    if _OF_ITSELF.search(fold(question)):
        return True
    words = [fold(question[start:end]) for start, end in content_words(question)]
    return bool(words) and not _ASKS.search(question) and all(word in _COURTESY for word in words)


def names_a_subject(question: Question) -> bool:
    """Whether there is anything in it to look for: "Hallo!" and "Wie ben jij?" have nothing, unless they follow up.

    Nor has "Who is the author?": of an archive's makers its columns do not tell.
    """
    if question.is_follow_up or question.years or question.author or question.tags:
        return True
    if _OF_THE_MAKER.search(fold(question.text)):
        return False
    words = [fold(question.text[start:end]) for start, end in content_words(question.text)]
    of_computing = _COMPUTING.search(question.text) and not question.text.isupper()
    return bool(of_computing) or any(word not in _SMALL_TALK for word in words)


_COMPUTING = re.compile(r"\bIT\b")  # which is no "it"


def leans_back(question: str, aside: frozenset[str] = frozenset()) -> bool:
    """Whether a question leans on the one before: it points back, or names too little to stand alone.

    One about "hij" that names a thing of its own ("Wat vond hij van Twitter?") stands alone; names that are aside,
    folded, do not count.
    """
    if not question.isupper():
        question = _COMPUTING.sub("ICT", question)
    terms, asked = {*terms_of(question, "nl")}, fold(question)
    if is_courtesy(question):
        return False
    named = _names_a_thing(question, aside)
    leans = _LEANS.search(asked) or (_SOMEBODY.search(asked) and not named)
    if len(terms) <= 1:
        return bool(leans) or not (named or _DEFINES.search(asked))
    return len(terms) <= 4 and bool(leans)


_DEFINES = re.compile(
    r"^(?:wat|wie|what|who) (?:is|zijn|was|waren|are|were|betekent) (?!(?:de|het|the|there|er\w{0,5}|daar\w*)\b)\w"
)


def _names_a_thing(question: str, aside: frozenset[str]) -> bool:
    words = (question[start:end] for start, end in content_words(question) if start > 0)
    return any(word[0].isupper() and fold(word) not in aside for word in words)
