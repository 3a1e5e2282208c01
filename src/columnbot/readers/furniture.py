"""What a site adds to every page: menus, share buttons, cookie notices, comment forms.

Some of it is known by its wording; the rest is learnt from what stands in many pages of one archive.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from columnbot.readers.front_matter import split_front_matter
from columnbot.readers.source import Unreadable, clean, decode

SHARE = 0.1  # a line that stands in this share of the pages is the site's,
FEWEST = 4  # when it stands in so many at least
SAMPLE = 2000  # pages to learn from

# From the first of these lines on, a page is the site's and no longer the column's.
_END_OF_COLUMN = re.compile(
    r"(?:reageren|reageer|reacties?|comments?)\W*(?:\d+\W*)?|"
    r"(?:reageren|reageer|reacties?|comments?) (?:op|on) (?:dit|deze|this)\b.{0,60}|"
    r"(?:reacties? zijn|comments are) (?:gesloten|uitgeschakeld|closed)\b.{0,80}|"
    r"\d+ (?:reacties?|comments?|gedachten|thoughts?)(?: (?:op|over|on) .{0,80})?\W*|"
    r"(?:er zijn nog geen reacties|plaats een reactie|geef een reactie|laat een reactie achter|"
    r"leave a (?:reply|comment)|no comments yet)\b.{0,80}",
    re.IGNORECASE,
)
# So it is from one of these on when only titles follow.
_LIST_OF_OTHERS = re.compile(
    r"(gerelateerde? (artikelen|berichten|columns)|related (articles|posts)|lees ook|read also|meer over dit onderwerp|"
    r"meer (artikelen|columns|berichten)( van .{1,40})?|ook interessant|dit vind je misschien ook leuk)\s*:?",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(let op|delen|deel (dit|deze|via|op)\b.{0,40}|share( (this|on)\b.{0,40})?|tweet|print(en)?|e-?mail|"
    r"facebook|twitter|linkedin|whatsapp|instagram|pinterest|"
    r"(schrijf|meld) (je|u|jezelf)\b.{0,20}\b(in|aan)\b.{0,100}|(abonneer|subscribe)\b.{0,80}|"
    r"(volg|follow) (ons|us)\b.{0,60}|"
    r"(ontvang|get) .{0,40}\b(nieuwsbrief|newsletter)\b.{0,80}|(onze |de )?nieuwsbrief|newsletter|"
    r"((wij|we|deze (web)?site) (gebruik(en|t)|use)|this (web)?site uses) cookies.{0,300}|"
    r"(accepteer|alle|accept)\b.{0,20}cookies.{0,100}|(lees|read) (ook|also)\b[^.]{0,120}|"
    r"(vorig|volgend)e? (artikel|bericht|column|post)\b.{0,100}|(previous|next) post\b.{0,100}|"
    r"(spring |ga |skip )?(naar|to) (de )?(inhoud|content|boven|top)|terug naar (boven|(het )?overzicht|home.{0,20})|"
    r"(© ?|copyright ).{0,100}|alle rechten voorbehouden.{0,60}|all rights reserved.{0,60}|"
    r"(privacy|cookie) ?(beleid|verklaring|statement|policy)|disclaimer|(leestijd|reading time)\b.{0,30}|"
    r"\d+ min(uten|utes)? (leestijd|lezen|read)|advertenti(e|on)s?|inloggen|registreren|zoeken|menu|home)\W*",
    re.IGNORECASE,
)  # fmt: skip


# A sentence that happens to begin as some of the above do is the columnist's: "Vorige column schreef ik over …".
_TOLD = re.compile(r"(?:\S+\s+){5,}\S*\w[.!…][\"”’')]*")
_OF_SITES = re.compile(
    r"nieuwsbrief|newsletter|mail|cookie|©|copyright|rechten|rights|abonn|subscri|updates|(?:een|a|nog geen) "
    r"(?:reactie|reply|comment)|reacties? (?:is|zijn) |lees ook|read also|hieronder|below",
    re.IGNORECASE,
)


def learn_furniture(pages: Iterable[bytes]) -> frozenset[str]:
    """The lines, folded, that stand in at least a tenth of the pages and in four of them."""
    counts: Counter[str] = Counter()
    read = 0
    for page in pages:
        try:
            first, *lines = clean(split_front_matter(decode(page))[1]).split("\n")
        except Unreadable:
            continue
        if not re.search(r"\d", first):  # the titles of a series differ in their number only
            lines.append(first)
        counts.update({folded(line) for line in lines if len(line) <= 2000})
        read += 1
    return frozenset(line for line, number in counts.items() if line and number >= max(FEWEST, SHARE * read))


def folded(line: str) -> str:
    """A line without what differs from page to page: case, numbers, marks at its ends."""
    return re.sub(r"\d+", "0", line.casefold()).strip(" .:;|·•*-–—>»<«\n")


def without_furniture(paragraphs: Sequence[str], learnt: Collection[str], *, own: Collection[int] = ()) -> list[str]:
    """The paragraphs of a page that are not its site's; those numbered in `own` are kept whatever they say."""
    kept = []
    for i, paragraph in enumerate(paragraphs):
        # Only in the second half: a column may well open with "Reageren" as its title.
        if i >= len(paragraphs) / 2 and i not in own:
            if _END_OF_COLUMN.fullmatch(paragraph) and not _is_told(paragraph):
                break
            if _LIST_OF_OTHERS.fullmatch(paragraph) and not any(_is_prose(after) for after in paragraphs[i + 1 :]):
                break
        of_site = _FURNITURE.fullmatch(paragraph) and not _is_told(paragraph)
        if i in own or not (of_site or folded(paragraph) in learnt):
            kept.append(paragraph)
    return kept


def _is_told(paragraph: str) -> bool:
    return bool(_TOLD.fullmatch(paragraph)) and not _OF_SITES.search(paragraph)


def _is_prose(paragraph: str) -> bool:
    return len(paragraph.split()) >= 20 or len(re.findall(r"\w[.!?…](?:\s|$)", paragraph)) > 1
