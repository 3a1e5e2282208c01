"""What kind of thing a question asks for, and whether a sentence holds one; rules for Dutch and English."""

import re
from enum import Enum

from columnbot.language import fold


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


# What a question asks for is told by the pattern that matches first in it; of two in one place by the upper one.
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
    (Asked.PLACE, r"\b((?<!dat )(?<!het )waar(?! dat\b)|in welke (stad|plaats|gemeente|straat|land)|where)\b"
                  r"(?!.*\b(over|van|voor|aan|door|mee)\W*$)"),
    (Asked.NAME, r"\b(welke?|which)\b"),
    (Asked.ANYTHING, r"\b(wat|hoe|what|how)\b"),
)  # fmt: skip
WHERE = r"waar(?:om|over|van|voor|mee|door|in|op|aan|bij|uit|heen|naar(?:toe)?|toe|tegen|achter)?"  # and not "waarde"
_NUMBER_WORDS = """
    één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien
    negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd duizend miljoen miljard half helft
    kwart derde two three four five six seven eight nine twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million
    """.split()
_MONTHS = """
    januari februari maart april mei juni juli augustus september oktober november december january
    february march june july august october
    """.split()
# A capital that does not merely open the sentence, or what is said in it.
_NAME = r"(?<![.!?…:“\"] )(?<![“\"‘'(])(?<!^)\b(?!I['’])[A-ZÀ-Þ][\w'’-]+"
_HOLDS = {
    Asked.NUMBER: re.compile(
        rf"\d+|\b({'|'.join(_NUMBER_WORDS)}|\w*(?:honderd|duizend)\w*|anderhal(?:f|ve)|\w+[eë]nhal(?:f|ve)|\w+(en|ën)(?:twintig|dertig|(?:veer|vijf|zes|zeven|tach|negen)tig))\b",
        re.IGNORECASE,
    ),
    Asked.TIME: re.compile(
        rf"\b(1[89]|20)\d\d\b|\b\d{{1,2}}[:.]\d\d\b|\b({'|'.join(_MONTHS)}|maandag|dinsdag|woensdag|donderdag|vrijdag|"
        r"zaterdag|zondag|(?:mon|tues|wednes|thurs|fri|satur|sun)day|gisteren|vandaag|morgen|vorige?|geleden|ochtend|"
        r"avond|week|jaren|voorjaar|najaar|lente|zomer|herfst|winter|afgelopen|yesterday|ago|spring|summer|autumn)\b",
        re.IGNORECASE,
    ),
    Asked.REASON: re.compile(
        r"\b(omdat|want|doordat|daarom|daardoor|dankzij|vanwege|wegens|zodat|immers|namelijk|reden|oorzaak|komt door|"
        r"because|since|therefore|due to|reason|so that)\b",
        re.IGNORECASE,
    ),
    Asked.PERSON: re.compile(_NAME),
    Asked.OPINION: re.compile(
        r"\b(ik (vind|vond|denk|dacht|geloof|hou|hoop|twijfel|snap)|(vind|vond|denk|geloof|hoop) ik|volgens mij|"
        r"wat mij betreft|eerlijk gezegd|helaas|jammer|gelukkig|liever|beter|slechter|mooi(er|ste?)?|"
        r"prachtig\w*|geweldig\w*|fantastisch\w*|vreselijk\w*|belachelijk\w*|onzin|teleurgesteld|terecht|"
        r"i (think|believe|like|love|hate|hope|feel)|in my opinion|better|worse|great|sadly)\b",
        re.IGNORECASE,
    ),
    Asked.PLACE: re.compile(
        r"\b([Ii]n|[Tt]e|[Oo]p|[Bb]ij|[Nn]aar|[Uu]it|[Aa]t|[Ff]rom|[Nn]ear)\s+(?:de |het |the )?[A-Z][\w'’-]+"
    ),
    Asked.NAME: re.compile(rf"{_NAME}|[“\"‘']\w"),
}


def asked_for(question: str) -> Asked:
    """What kind of thing the question wants to hear; one on change wants no single one."""
    if asks_for_change(question):
        return Asked.ANYTHING
    found = ((re.search(pattern, question.lower()), place, asked) for place, (asked, pattern) in enumerate(_ASKED))
    places = [(match.start(), place, asked) for match, place, asked in found if match]
    return min(places, key=lambda at: at[:2])[2] if places else Asked.ANYTHING


def offers(asked: Asked, question: str, sentence: str) -> bool:
    """Whether a sentence holds a thing of that kind which the question does not itself name; `ANYTHING` is in each."""
    pattern = _HOLDS.get(asked)
    said = f" {' '.join(_PARTS.findall(question.lower()))} "
    return pattern is None or any(
        f" {' '.join(_PARTS.findall(match.group().lower()))} " not in said for match in pattern.finditer(sentence)
    )


_PARTS = re.compile(r"\w+|[“\"‘'’]")
_OVER_TIME = (
    r"door de jaren heen|in de loop (?:der|van de) (?:jaren|tijd)|over (?:time|the years)|"
    r"(?:anders|van mening) (?:gaan|geworden)"
)
_CHANGED = r"verander(?:de|den|d|t|en)|ontwikkelde zich|evolue\w+|chang(?:ed|ing)|evolve[ds]?"
# "Change" is a noun as often: "What has he written about climate change?"
_DID_CHANGE = r"(?:how (?:did|does)|did|does)\b.*\bchange(?=\W*$| (?:over|since|in|after|between)\b)"
# A change is asked for by how it went, or whether it did: "wat is evolutie?" and "wie veranderde het?" want no years.
_CHANGE = re.compile(
    rf"\b(?:{_OVER_TIME})\b|"
    r"(?:^|[.!?]\s)\W*(?:(?:en|maar|and|but)\s+)?(?:(?:hoe(?! (?:kan|kun|kunt|moet|verander)\b)|is|zijn|wat is er|werd|"
    rf"in hoeverre|how(?! (?:do|can|to|should)\b)|has|have|did|what has)\b.*\b(?:{_CHANGED})\b|{_DID_CHANGE}|"
    r"veranderde\b|(?:wat veranderde|what changed)\b.*\b(?:mening|visie|opvatting|houding|views?|opinion)\b)",
    re.DOTALL,
)
OF_CHANGE = re.compile(rf"\b(?:{_OVER_TIME}|{_CHANGED}|change)\b", re.IGNORECASE)  # the words that say so


def asks_for_change(question: str) -> bool:
    """Whether the question asks how something, or what was thought of it, changed with time."""
    return bool(_CHANGE.search(fold(question)))
