"""Whether somebody asks after a way to die, or says to want to: then a helpline is named, and no column quoted."""

import re

from columnbot.language import fold

_ENDS = r"(?=\W*(?:$|[,.;!?]))"
_OF_A_TEXT = r"las|gelezen|hoorde|gehoord|gezien|(?:zijn|haar|het|een|dat|de) (?:stuk|column|artikel|boek|film|verhaal)"
_OWN_DEATH = re.compile(
    rf"\bik\b(?!.*\b(?:over (?:(?:de|een|zijn|haar|hun) )?(?:zelf|sui)|(?:{_OF_A_TEXT})\b.*\b(?:zelf|sui))).*"
    r"\b(?:zelfmoord|zelfdoding|suicide)\b|"
    r"\b(?:zelfmoord|zelfdoding|suicide) (?:wil|kan|ga|moet) ik\b|\bhoe (?:pleeg|pleegt) (?:je|men)\b.*\b(?:zelf|sui)|"
    r"\bhoe (?:je|men|ik) (?:\w+ )?(?:zelfmoord|zelfdoding|suicide) (?:(?:kan|kunt|moet) )?(?:pleegt?|plegen)\b|"
    r"\bik (?:wil|ga|kan) (?:(?:echt|gewoon|liever|graag|eigenlijk|heel|zo|maar) )*"
    r"(?:dood\b(?! \w)|doodgaan\b|sterven\b|"
    rf"niet (?:(?:meer|langer) )?leven\b|niet (?:meer|langer) verder{_ENDS}|er niet meer zijn\b|"
    r"(?:mijn|m'n) leven beeindigen|stoppen met leven\b|(?:me|mij|mezelf) van het leven beroven\b|"
    r"er (?:een )?einde? aan maken|mezelf (?:doden|ombrengen|verhangen|ophangen|van kant maken))|"
    r"\beinde? (?:maken )?aan (?:mijn|m'n) leven\b|"
    r"\bhoe (?:verhang|dood) ik (?:me|mij|mezelf)\b|"
    r"\b(?:kill|hang) my ?self\b|\bend my (?:own )?life\b|\bi (?:want|wish) to (?:die|end it all)\b|"
    r"\bi(?: am|['’]?m) suicidal\b|\bi (?:do not|don['’]?t) want to (?:live|be alive)\b|"
    r"\bhow (?:do i|can i|to) commit suicide\b"
)


def asks_for_help(question: str) -> bool:
    """Whether somebody asks after a way to die, or says to want to; a question on a column about it does not."""
    return bool(_OWN_DEATH.search(fold(question)))
