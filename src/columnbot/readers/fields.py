"""What people call the parts of an article, in English and Dutch: columns of a table, fields of front matter."""

import re

# The likeliest name first, as `plain` gives it.
FIELDS = {
    "title": "title titel headline kop posttitle".split(),
    "text": "text body content tekst inhoud contenthtml html contenttext postcontent article artikel column".split(),
    "author": "author auteur authors auteurs postauthor byline by schrijver columnist door".split(),
    "date": "date datum published publishedat datepublished publishdate publicatiedatum pubdate postdate createdat "
    "created".split(),
    "url": "permalink url link webadres adres".split(),
    "tags": "tags tag keywords trefwoorden categories category categorieën categorie rubriek".split(),
    "name": "slug id".split(),
    "status": ["status"],
    "published": ["published"],
    "draft": ["draft", "concept"],
}
ONE_TAG = ("tag", "category", "categorie", "rubriek")  # fields of one, which may be of several words
# What else may stand among the labels above a text (Pelican, MultiMarkdown, people), and no column says of itself.
BESIDE = frozenset(
    """
    modified updated bijgewerkt summary samenvatting description omschrijving subtitle ondertitel slug id lang language
    taal layout template saveas css comments reacties format series serie cover image source bron krant blad medium site
    copyright words woorden status published draft concept thumbnail foto afbeelding gallery baseheaderlevel
    """.split()
)
UNPUBLISHED = ("draft", "drafts", "concept", "private", "privé", "pending", "future", "gepland", "trash")
YES = ("true", "yes", "on", "1", "ja", "waar")
NO = ("false", "no", "off", "0", "nee", "onwaar")


def plain(name: str) -> str:
    """The name without capitals, spaces, underscores and hyphens: "Post_Date" → "postdate"."""
    return re.sub(r"[\s_-]+", "", name).lower()
