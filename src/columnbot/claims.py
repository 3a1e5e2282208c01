"""What a sentence commits itself to besides numbers: names, denials, causes, opposites; rules for Dutch and English."""

import re
from collections.abc import Iterator

from columnbot.articles import Article
from columnbot.asked import WHERE
from columnbot.figures import CALENDAR, MAY, MONTHS
from columnbot.language import STOP_WORDS, fold, language_of

_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"[^\W_]+(?:[’'&.][^\W_]+)*")
# Words that open a sentence before a name ("Met Offerpop …"), besides the stop words.
_OPENERS = (
    frozenset(
        """
    met doordat hoewel zodra nadat voordat terwijl wanneer zowel volgens ondanks vanwege wegens dankzij sommige veel
    vooral ene andere beide vroeger later soms inmiddels helaas gelukkig rond langs achter boven onder zelfs alleen
    elke iedere twee drie vier oud nieuw ex according although because while despite during since both even only
    every each other some unlike like through within without around before under over between
    """.split()
    )
    | STOP_WORDS
)
_NO_NAMES = (
    frozenset(CALENDAR)
    | STOP_WORDS
    | frozenset(
        """
    i i'm i've i'll i'd nederland nederlander nederlanders nederlands nederlandse dutch netherlands internet web
    """.split()
    )
)
_OPENS = re.compile(r"[.!?…:“”\"‘(]\s*$|[-–—]\s+$")


def names_of(text: str) -> list[str]:
    """Words with a capital that does not merely open a sentence, without the parts of a hyphened one that have none."""
    found = []
    matches = list(_NAME.finditer(text))
    for place, match in enumerate(matches):
        word = match.group()
        if word == word.lower() or fold(word) in _NO_NAMES or (word == "May" and MAY.search(text)):
            continue
        opens = place == 0 or _OPENS.search(text[: match.start()])
        follows = text[match.end() :][1:2].isupper() and text[match.end()] == " " and fold(word) not in _OPENERS
        if not opens or follows or word[1:] != word[1:].lower():
            found.append(word)
    return found


def opening_word(text: str) -> str | None:
    """A sentence's first word where its capital may be that of a name."""
    match = _NAME.search(text)
    word = match.group() if match else ""
    return word if len(word) > 2 and word[0].isupper() and fold(word) not in _OPENERS | _NO_NAMES else None


def stands_in(name: str, words: set[str]) -> bool:
    """Whether a name, perhaps inflected ("Utrechtse"), is one of these folded words, or opens one ("Twitterfeed")."""
    parts = _WORD.findall(fold(name).removesuffix("'s").removesuffix("'"))
    plain = "".join(parts)
    if words.issuperset(parts) or (len(plain) >= 4 and any(word.startswith(plain) for word in words)):
        return True
    return any(_same_stem(plain, word) for word in words if word[:4] == plain[:4] and len(plain) >= 4)


def _same_stem(one: str, other: str) -> bool:
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return shared >= 4 and len(one) - shared <= 3 and len(other) - shared <= 3


def folded_words(text: str) -> set[str]:
    """The words of a text, folded, and the parts of those with a hyphen or apostrophe."""
    return set(_WORD.findall(fold(text)))


def line_of(article: Article, written: str) -> str:
    """What a sentence may say of a column besides its text: title, author, tags, year; its day with its year."""
    day = article.date
    when = f"{day.day} {MONTHS[day.month - 1]}" if day and str(day.year) in written else ""
    return f"{article.title}\n{article.author or ''}\n{when} {day.year if day else ''}\n{', '.join(article.tags)}"


_DENIAL = re.compile(
    r"\b(?:niet|geen|nooit|niemand|nergens|niets|niks|noch|evenmin|zonder|nauwelijks|amper|onmogelijk|allerminst|"
    r"not|never|nobody|none|nothing|without|nor|cannot|no|hardly|impossible)\b(?! alleen\b| only\b)|n't\b",
)
_CLAUSE = re.compile(
    rf"[,;:()–—]|\b(?:en|maar|want|omdat|doordat|hoewel|terwijl|dat|die|{WHERE}|zodat|als|toen|and|but|because|although|"
    r"while|which|that|who|if|when)\b"
)


def clauses_of(sentence: str) -> list[tuple[int, int, bool]]:
    """Start and end of each clause, roughly, and whether it denies something."""
    plain = sentence.lower().translate({0x2019: "'"})
    cuts = [0, *(match.start() for match in _CLAUSE.finditer(plain)), len(plain)]
    return [(a, b, bool(_DENIAL.search(plain, a, b))) for a, b in zip(cuts, cuts[1:], strict=False) if a < b]


def denials(text: str) -> int:
    """How many words of denial a text has."""
    return len(_DENIAL.findall(text.lower().translate({0x2019: "'"})))


_FINITE = re.compile(
    r"\b(?:is|was|zijn|waren|kan|kun|kunt|kunnen|kon|wordt|werd|worden|heeft|heb|hebben|had|moet|wil|gaat|ligt|krijgt?|"
    r"krijgen|staat|doet|vindt|denkt|blijft|komt|maakt|gebruikt|are|were|can|could|will|would|has|have|had|should)\b",
    re.IGNORECASE,
)


_TURNED = {"niemand": "iedereen", "niets": "alles", "niks": "alles", "nergens": "overal", "onmogelijk": "mogelijk",
           "nobody": "everybody", "nothing": "everything", "none": "all", "impossible": "possible"}  # fmt: skip


_TAKEN_OUT = re.compile(
    r"\b(?:niet|nooit|noch|evenmin|zonder|nauwelijks|amper|allerminst|not|never|without|nor|no|hardly)\b"
    r"(?! alleen\b| only\b) ?|n['’]t\b",
    re.IGNORECASE,
)


def turned(sentence: str) -> str:
    """The same sentence, roughly, saying the opposite: its denials taken out, or one put in."""
    if denials(sentence):
        sentence = re.sub(r"\b([Cc]an)(?:['’]t|not)\b", r"\1", re.sub(r"\b([Ww])on['’]t\b", r"\1ill", sentence))
        for denial, other in _TURNED.items():
            sentence = re.sub(rf"\b{denial}\b", other, sentence, flags=re.IGNORECASE)
        some = re.sub(r"\b([Gg])een\b", lambda match: "Een" if match[1] == "G" else "een", sentence)
        return _TAKEN_OUT.sub("", some)
    no = "not" if language_of(sentence) == "en" else "niet"
    put, times = _FINITE.subn(rf"\g<0> {no}", sentence, count=1)
    if times:
        return put
    *before, last = sentence.split()
    return " ".join([*before, no, last])


_CLAIMS_CAUSE = re.compile(
    r"\b(?:omdat|want|doordat|daardoor|waardoor|daarom|dankzij|vanwege|wegens|aangezien|because|therefore|due to|"
    r"thanks to|owing to)\b"
)
_GIVES_CAUSE = re.compile(
    _CLAIMS_CAUSE.pattern + r"|\b(?:dus|door|zodat|zodoende|vandaar|immers|namelijk|reden|oorzaak|om|daarmee|so|since|"
    r"as|reason|cause\w*|hence|for)\b"
)


def claims_cause(sentence: str) -> bool:
    """Whether a sentence says that one thing is so because of another."""
    return any(
        match.group() != "want" or language_of(sentence) == "nl" for match in _CLAIMS_CAUSE.finditer(sentence.lower())
    )


def gives_cause(text: str) -> bool:
    """Whether a text may be read as saying so: it also has a "dus", a "door", a "zodat"."""
    return bool(_GIVES_CAUSE.search(text.lower()))


# What a text cannot both be said to be. Word vectors put opposites close together.
_OPPOSITES = tuple(
    tuple(re.compile(rf"\b(?:{side})\b") for side in pair.strip().split(" / "))
    for pair in r"""
    altijd|always / nooit|zelden|never|rarely
    alles?|iedereen|everything|everyone / geen|niets|niemand|none|nothing|nobody
    veel|vaak|many|much|often / weinig|zelden|few|little|seldom
    linker\w*|links (?:van|af)|on the left / rechter\w*|rechts (?:van|af)|on the right
    eerste|first / laatste|(?<!\bat )last
    vooraf|tevoren|beforehand / achteraf|daarna|afterwards
    vorige?|previous / volgende?|next
    meer|more / minder|less|fewer
    meeste|most / minste|least
    groot|grote?r?|large|big|bigger|larger / kleine?r?|small|smaller
    lange?r?|longe?r? / korte?r?|shorte?r?
    goede?|beter|good|better / slechte?r?|bad|worse
    nieuwe?|new / oude?|old
    (?:ge)?makkelijke?r?|eenvoudige?r?|easy|easily|simple / moeilijke?r?|lastige?r?|difficult
    snel|snelle?r?|fast|quick\w* / langza\w*|traag|trage?r?|slow\w*
    hoog|hoge?r?|high\w* / laag|lage?r?|low\w*
    vroege|vroeger|(?:te|heel|erg|zo|is|was) vroeg|early|earlier / (?<=\bwas )laat|(?<=\bis )laat|(?<=\bte )laat|late?r?
    gratis|free / betaalde?|betalende?|paid
    voordele?n?|advantages? / nadele?n?|disadvantages?
    winst\w*|profits? / verlie[sz]\w*|loss\w*
    verzend\w*|verstu\w*|send\w*|sent / ontvang\w*|receiv\w*
    begin\w*|begon\w*|start\w*|began / eindig\w*|ophoud\w*|stop\w*|ends?|ended
    jonge?r?|young\w* / oude?r?|older|old
    duur|dure?r?|expensive / goedko\w*|cheap\w*
    zwaar|zware?|heavy / lichte|(?:is|was|heel|zo|te) licht
    publieke?|openba\w*|public / priv[eé]|besloten|private
    interessante?|boeiende?|interesting / saaie?|boring|verve\w*
    leuke?|mooie?|fijne?|prettige?|nice|fun / vervelende?|lelijke?|vreselijke?|awful
    positie\w*|positive / negatie\w*|negative
    toename|groei\w*|increase\w* / afname|daling|daal\w*|decrease\w*
    kopen|koop\w*|buy\w* / verko\w*|sell\w*
    """.strip().splitlines()
)


def opposed(written: str, source: str) -> Iterator[str]:
    """Words of one text whose opposite stands in the other, where they do not stand themselves."""
    one, other = written.lower(), source.lower()
    for here, there in _OPPOSITES:
        for said, against in ((here, there), (there, here)):
            match = said.search(one)
            if match and not said.search(other) and against.search(other) and not against.search(one):
                yield match.group()
