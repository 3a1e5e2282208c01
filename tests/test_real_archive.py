"""The weblog that lies beside the project, where it does: its posts as somebody read them in the raw files."""

import re
from datetime import date
from pathlib import Path

import pytest

from columnbot import Article
from columnbot.readers import Archive, read_archive

FOLDER = Path(__file__).parents[2] / "shared" / "archive" / "digging-the-digital"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the archive digging-the-digital is not here")

# File, title, date; where none follows, the author is the weblog's own.
POSTS = """
2009-01-20-jezelf-verkopen.markdown | Jezelf verkopen... | 2009-01-20
2009-06-02-de-tweede-helft-kan-beginnen.markdown | De tweede helft kan beginnen! | 2009-06-02
2009-09-03-web-services-anthropomorphized.markdown | web services, anthropomorphized | 2009-09-03
2009-10-09-how-to-smack-my-bitch-up.markdown | How to: Smack my bitch up | 2009-10-09
2009-11-10-the-new-verbalizers-beginnen.markdown | The New Verbalizers beginnen! | 2009-11-10
2010-01-15-vrijdag-vragen-vuur-2.markdown | Vrijdag Vragen Vuur #2 | 2010-01-15
2010-02-01-het-einde-van-tastbare-media.markdown | Het einde van tastbare media? | 2010-02-01
2010-02-20-apps-for-all.markdown | Apps for all! | 2010-02-20
2010-03-22-een-week-na-sxsw.markdown | Een week na SXSW | 2010-03-22
2010-04-20-is-read-it-later-digest-het-ei-van-columbus.markdown | Is Read it Later Digest het ei van Columbus? | 2010-04-20
2010-05-24-er-breken-spannende-tijden-aan.markdown | Er breken spannende tijden aan! | 2010-05-24
2010-07-02-harrrr-pirate-conference-op-incubate-tilburg.markdown | Harrrr - Pirate Conference op Incubate Tilburg | 2010-07-02
2010-08-21-gaat-hyves-nu-social-tv-in-nederland-brengen.markdown | Gaat Hyves nu Social TV in Nederland brengen? | 2010-08-21
2010-10-21-help-bits-of-freedom-in-1-dag-aan-1000-donateurs.markdown | Help Bits of Freedom in 1 dag aan 1000 donateurs | 2010-10-21
2010-11-23-mentaliteit-en-middel.markdown | Social media? Het gaat om de mentaliteit, niet om het middel | 2010-11-23
2010-11-30-tedxamsterdam-live-online-te-volgen.markdown | TEDxAmsterdam - Live online te volgen | 2010-11-30
2011-01-13-twitter-als-geschiedeniskanaal.markdown | Twitter als geschiedeniskanaal | 2011-01-13
2011-02-18-all-your-base-are-belong-to-us-10-jaar-oud.markdown | "All Your Base Are Belong To Us" 10 jaar oud | 2011-02-18
2011-02-21-5-redenen-waarom-branchout-wel-interessant-gaat-worden.markdown | 5 Redenen waarom Branchout wél interessant gaat worden | 2011-02-21
2011-05-04-ik-kom-naar-je-toe-deze-lente.markdown | Ik kom naar je toe deze lente... | 2011-05-04
2011-08-05-moet-je-een-nieuwe-baan-zoeken-als-schrijver.markdown | Moet je een nieuwe baan zoeken als schrijver? | 2011-08-05
2011-11-14-het-probleem-met-social-media-zijn-de-experts.markdown | Het probleem met social media zijn de experts | 2011-11-14
2012-04-05-7-briljante-vragen-op-quora.markdown | 7 briljante vragen op Quora | 2012-04-05
2012-06-11-mobiel-adverteren-is-een-luchtspiegeling.markdown | Mobiel adverteren is een luchtspiegeling | 2012-06-11
2012-09-16-blogs-die-ik-graag-lees.markdown | Blogs die ik graag lees | 2012-09-16
2012-10-20-wauw-unless-it-comes-out-of-your-soul-like-a-rocket.markdown | Wauw..."unless it comes out of your soul like a rocket" | 2012-10-20
2012-10-22-lage-drempels-zitten-krachtenbundeling-in-de-weg.markdown | Lage drempels zitten krachtenbundeling in de weg | 2012-10-22 | Erwin Blom
2012-11-16-10-jaar-marketingfacts-gefeliciteerd-marco.markdown | 10 jaar Marketingfacts, gefeliciteerd Marco! | 2012-11-16
2013-01-01-1-januari-heyho-lets-go.markdown | 1 januari. Heyho let's go. | 2013-01-01
2013-01-17-sanoma-stopt-met-weblog-nl-een-terugblik-met-de-oprichter.markdown | Sanoma stopt met Weblog.nl - een terugblik met de oprichter | 2013-01-17
2013-02-03-doorklikdrang.markdown | Doorklikdrang | 2013-02-03
2013-02-19-lees-het-nieuws-van-een-jaar-geleden.markdown | Lees het nieuws van een jaar geleden. | 2013-02-19
2013-03-01-expositietip-jamel-shabazz-back-in-the-days.markdown | Expositietip! Jamel Shabazz "Represent" | 2013-03-01
2013-03-09-de-incredible-leesmap-10.markdown | De Incredible Leesmap #10 | 2013-03-09
2013-03-26-wat-is-jouw-oudste-spoor-van-jezelf-op-internet.markdown | Wat is jouw oudste spoor op internet? | 2013-03-26
2013-04-14-ik-heb-het-nooit-hardop-geschreven.markdown | Ik heb het nooit hardop geschreven… | 2013-04-14
2013-05-01-writers-block-is-een-gebrek-aan-voorbereiding.markdown | Writer's block is een gebrek aan voorbereiding | 2013-05-01
2013-05-23-en-dan-ben-je-ineens-ambassadeur.markdown | En dan ben je ineens ambassadeur... | 2013-05-23
2013-09-12-business-model-canvassing.markdown | Tijd voor een stukje Business Model Canvassing | 2013-09-12
2014-07-31-importeer-in-osx.md | Importeer automatisch documenten in Evernote (OSX) | 2014-07-31
2014-08-26-verschil-tussen-evernote-premium-en-evernote-business.md | Wat is het verschil tussen Evernote Premium en Evernote Business? | 2014-08-26
2014-09-22-evernote-communities-en-bijeenkomsten.md | Evernote communities en bijeenkomsten | 2014-09-22
2014-12-01-leestekens-evernote.md | Leestekens in Evernote : Is ! beter is dan $? | 2014-12-01
2015-01-05-hoe-werkt-evernote-context-en-hoe-zet-je-het-uit.md | Hoe werkt Evernote Context (en hoe zet je het uit)? | 2015-01-05
2015-11-23-weergave-notitielijst.md | Kies je eigen weergave van je notities in Evernote | 2015-11-23
2017-03-10-Nederlandse-Blogs.md | Waar is de Nederlandse blogosfeer? | 2017-03-10
2017-03-14-Lees-dit-niet-op-een-scherm.md | Lees dit niet op een scherm! | 2014-05-18
2017-03-14-Verhalen-vertellen-via-de-typemachine.md | Verhalen vertellen via de typemachine | 2014-03-08
2017-04-05-Mastodon.md | Waarom is Mastodon zo leuk voor me? | 2017-04-05
2017-04-17-Mastodon-problemen.md | De problemen met Mastodon | 2017-04-18
2017-10-22-Office-pr0n-wint-het-altijd.md | Ik blijf een zwak houden voor dit soort producten | 2017-10-22
2017-11-24-62985.md | Zo vader zo zoon... bubbelplasticpiet in actie | 2017-11-24
2017-12-24-30643.md | We kregen een kerstcadeau uit de Upside Down | 2017-12-24
2018-1-5-Homebrew-Website-Club-Meetup-1.md | Eerste Homebrew Website Club meetup in Nederland | 2018-01-05
2018-04-20-Rodney-Mullen-over-creativiteit.md | Rodney Mullen over creativiteit | 2018-04-20
2018-05-17-28208.md | Gisteren en vandaag zie ik op verschillende plekken deze teksten | 2018-05-17
2018-06-20-RSS-US-newspapers.md | RSS feed list for Major US Newspapers | 2018-06-20
2018-07-02-scripting-news-rss-can-t-be.md | Scripting News: RSS can't be centralized | 2018-07-02
2018-10-20-indieweb-webmention-client-ruby-a-ruby-gem-for.md | Hoe stuur je webmentions van een statische site. | 2018-10-20
2019-01-26-62533.md | Ik ben het helemaal eens met Marco | 2019-01-26
"""  # noqa: E501 - a table


@pytest.fixture(scope="module")
def archive() -> Archive:
    return read_archive(FOLDER)


def test_title_author_and_date_are_those_of_the_raw_files(archive: Archive) -> None:
    rows = [line.split(" | ") for line in POSTS.strip().split("\n")]
    found = {article.path: article for article in archive.articles}
    expected = [
        (path, title, *(author or ["Frank Meeuwsen"]), date.fromisoformat(day)) for path, title, day, *author in rows
    ]
    seen = [(a.path, a.title, a.author, a.date) for path, *_ in rows if (a := found.get(path))]

    assert len(rows) == 60
    assert seen == expected


MARKUP = {
    "a shortcode": r"\[/\w+\]|\[\w+(?:\s+\w+=[^\]]*)+\]|\[(?:gallery|more|toc)\]",
    "front matter": r"(?m)^---\s*$|^(?:layout|post_date|wordpress_id|comments): ",
    "an HTML tag": r"</?(?:[a-z]+|h[1-6])(?:\s[^<>]*)?/?>|<!--|-->",
    "an entity": r"&(?:[a-z]{2,8}|#\d+);",
    "a Liquid tag": r"\{%|%\}|\{\{|\}\}|\{:",
    "a Markdown link": r"\]\(",
}


@pytest.mark.parametrize("kind", MARKUP)
def test_no_text_or_title_holds_markup(archive: Archive, kind: str) -> None:
    def spots(article: Article) -> list[str]:
        return [match[0] for field in (article.title, article.text) for match in re.finditer(MARKUP[kind], field)]

    assert {article.path: found for article in archive.articles if (found := spots(article))} == {}


def test_every_file_gave_an_article_or_is_named_with_the_reason(archive: Archive) -> None:
    copies = [path for copy in archive.copies for path in copy.others]
    paths = [article.path for article in archive.articles] + copies + [skipped.path for skipped in archive.skipped]

    assert sorted(paths) == sorted(file.name for file in FOLDER.iterdir())
    assert archive.files == len(paths)
