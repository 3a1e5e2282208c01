"""What a question names, and what a follow-up leaves out, by rules for Dutch and English."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from columnbot.asked import OF_CHANGE, WHERE, asks_for_change
from columnbot.errors import QuestionError
from columnbot.language import STOP_WORDS, content_words, fold, terms_of
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
    r"\b(dat|die|dit|deze|daar\w*|ervan|erover|ermee|ervoor|toen|zo'n|(?:dat|die|het)zelfde|"
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
    years, tags = years_of(asked, date.today().year), tags_of(asked, archive.tags)
    author = author_of(asked, archive.authors)
    guest = _GUEST.search(asked) if archive.main_author and not author else None
    names = " ".join(fold(who) for who in (author, archive.main_author) if who).split()
    aside = frozenset(name for name in names if not _is_a_word(name, asked)) | ({fold(guest[1])} if guest else set())
    if before is None or not leans_back(asked, aside):
        return Question(asked, asked, frozenset(), years, author, tags, aside, guest is not None)
    room = max(0, MAX_CHARACTERS - len(asked) - 1)
    return Question(
        f"{before.text[:room]} {asked}".strip(), asked, cited or before.about, years or before.years,
        author or before.author, tags or before.tags, aside | before.aside, bool(guest or before.of_guest),
    )  # fmt: skip


def _is_a_word(name: str, question: str) -> bool:
    """Whether what may be a part of a name is a word of the question's: "het bos", where Kees Bos writes."""
    there = [word for word in re.findall(r"[\w-]+", question) if fold(word) == name]
    with_article = rf"\b(?:de|het|een|the|an?) {re.escape(name)}\b"
    return not any(word[0].isupper() for word in there) and bool(re.search(with_article, fold(question)))


def by_guest(author: str | None, tags: Iterable[str], main_author: str | None) -> bool:
    """Whether a column of that author and tags is by a guest of the archive's main author."""
    return bool(author and author != main_author) or any(_GUEST_TAG.match(fold(tag)) for tag in tags)


_GUEST_TAG = re.compile(r"gast(?:artikel|auteur|bijdrage|blog|column|post|schrijver)|guest")
# "The" guest is one of the archive; "een gastblogger" may be the subject.
_GUEST = re.compile(
    r"\b(?:de|deze|the|this) (gast(?:schrijver|schrijfster|auteur|blogger|columnist|redacteur)|"
    r"guest (?:author|writer|blogger|columnist|editor))\b",
    re.IGNORECASE,
)


# A name beside one of these is that of a writer; elsewhere it may be somebody written about.
_WRITES = r"(?:schreef|schrijft|schreven|heeft|had|vindt|vond|zegt|zei|denkt|dacht|raadt|noemt|noemde|does|did|has)"
_BY = (
    r"(?:volgens|according to|by|(?:columns?|stuk(?:ken)?|artikel(?:en)?|posts?|geschreven|mening) (?:van|door)|"
    r"(?:columns?|articles?|posts?|opinions?|views?) of)"
)
_PARTICLES = STOP_WORDS | {"den", "der", "von"}


def author_of(question: str, authors: Sequence[str]) -> str | None:
    """The author whose columns the question asks for: named in full, or by a part of the name, as their writer."""
    asked = fold(question)
    for author in authors:
        if _writes(asked, [fold(author)]):
            return author
    for author in authors:
        parts = [part for part in fold(author).split() if len(part) > 2 and part not in _PARTICLES]
        # "Jan Terlouw" is not asked of Jan de Vries; what follows a name in lower case cannot be told.
        others = [part for part in parts if re.search(_ANOTHER.format(re.escape(part)), question)]
        if _writes(asked, [part for part in parts if part not in others]):
            return author
    return None


_PARTICLE = r"(?:(?:von|de|den|der|te|ten|ter|la|le|['’]t) )*"
_OF_WHAT = r"(?:vindt|vond|denkt|dacht)"  # what follows with "van" is what is asked about
# Behind a first name another family name. "Jan van Dalen" is one, but "Wat vindt Jan van Dalen?" asks about Dalen.
_ANOTHER = (
    rf"(?i:\b{{0}}) {_PARTICLE}[A-ZÀ-Þ]|"
    rf"(?<!\bvindt )(?<!\bvond )(?<!\bdenkt )(?<!\bdacht )(?i:\b{{0}}) van {_PARTICLE}[A-ZÀ-Þ]|"
    rf"{_OF_WHAT} (?i:{{0}}) van {_PARTICLE}[A-ZÀ-Þ][\w-]* van\b"
)


def _writes(asked: str, names: Sequence[str]) -> bool:
    """Whether one of these names stands where a writer's does, and is no word ("toen de bakker had gebeld")."""
    called = "|".join(map(re.escape, names))
    return bool(names) and bool(
        re.search(rf"\b(?:{_WRITES}|{_BY}) (?:{called})\b|(?<!\bde )(?<!\bhet )(?<!\been )(?<!\bthe )(?<!\ba )"
                  rf"\b(?:{called}) {_WRITES}\b", asked)
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


def is_courtesy(question: str) -> bool:
    """Whether it only greets, thanks, agrees, or asks who answers: it asks nothing, of what came before neither."""
    if _OF_ITSELF.search(fold(question)):
        return True
    words = [fold(question[start:end]) for start, end in content_words(question)]
    return bool(words) and not _ASKS.search(question) and all(word in _COURTESY for word in words)


_ENDS = r"(?=\W*(?:$|[,.;!?]))"
_OF_A_TEXT = r"las|lees|lezen|gelezen|hoorde|gehoord|gezien|zoek|stuk|column|artikel|boek|film|verhaal"
_OWN_DEATH = re.compile(
    rf"\bik\b(?!.*\b(?:over (?:(?:de|een|zijn|haar|hun) )?(?:zelf|sui)|(?:{_OF_A_TEXT})\b.*\b(?:zelf|sui))).*"
    r"\b(?:zelfmoord|zelfdoding|suicide)\b|"
    r"\b(?:zelfmoord|zelfdoding|suicide) (?:wil|kan|ga|moet) ik\b|\bhoe (?:pleeg|pleegt) (?:je|men)\b.*\b(?:zelf|sui)|"
    r"\bik (?:wil|ga|kan) (?:echt |gewoon |liever )?(?:dood\b(?! \w)|doodgaan\b|sterven\b|"
    rf"niet (?:(?:meer|langer) )?leven\b|niet (?:meer|langer) verder{_ENDS}|er niet meer zijn\b|"
    r"(?:mijn|m'n) leven beeindigen|"
    r"er (?:een )?einde? aan maken|mezelf (?:doden|ombrengen|verhangen|ophangen|van kant maken))|"
    r"\beinde? (?:maken )?aan (?:mijn|m'n) leven\b|"
    r"\b(?:kill|hang) myself\b|\bend my (?:own )?life\b|\bi (?:want|wish) to (?:die|end it all)\b|"
    r"\bi(?: am|['’]?m) suicidal\b|\bi (?:do not|don['’]?t) want to (?:live|be alive)\b|"
    r"\bhow (?:do i|can i|to) commit suicide\b"
)


def asks_for_help(question: str) -> bool:
    """Whether somebody asks after a way to die, or says to want to; a question on a column about it does not."""
    return bool(_OWN_DEATH.search(fold(question)))


def names_a_subject(question: Question) -> bool:
    """Whether there is anything in it to look for: "Hallo!" and "Wie ben jij?" have nothing, unless they follow up."""
    if question.is_follow_up or question.years or question.author or question.tags:
        return True
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
