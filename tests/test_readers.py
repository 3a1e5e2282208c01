"""Reading a folder: what people keep in archives, and what must never stop the reading."""

import re
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot import Article
from columnbot.errors import ArchiveError
from columnbot.readers import Archive, Skipped, read_archive
from columnbot.readers.source import find_date

GOOD = "---\ntitle: Een goed stuk\n---\n\nDit stuk is in orde.\n"


def archive_of(folder: Path, files: dict[str, str | bytes]) -> Archive:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_archive(folder)


def read_one(folder: Path, name: str, content: str | bytes) -> Article:
    (article,) = archive_of(folder, {name: content}).articles
    return article


def skipped_of(folder: Path, name: str, content: str | bytes) -> tuple[Skipped, ...]:
    """What is skipped of a bad file beside a good one, which is always read."""
    archive = archive_of(folder, {name: content, "goed.md": GOOD})
    assert [article.title for article in archive.articles] == ["Een goed stuk"]
    return archive.skipped


def test_front_matter_of_jekyll_is_understood(tmp_path):
    matter = 'layout: post\ntitle: "Te laat: de trein"\ndate: 2012-04-03 23:30:00 +0200\ncategories: werk reizen\n'
    article = read_one(
        tmp_path, "_posts/2012-04-03-trein.md", f"---\n{matter}tags: [trein, 7]\n---\n\nHij kwam niet.\n"
    )
    assert article == Article(
        path="_posts/2012-04-03-trein.md",
        title="Te laat: de trein",
        text="Hij kwam niet.",
        date=date(2012, 4, 3),
        tags=("trein", "7", "werk", "reizen"),
    )


PELICAN = """Title: De lege stoel: een vervolg
Date: 2014-03-06 10:20
Modified: 2014-03-07
Category: Wonen
Tags: stoel, lege hal
Slug: de-lege-stoel
Author: Petra Smit
Summary: Over een stoel
    die niemand wilde.

"""


@pytest.mark.parametrize("name", ["stoel.md", "stoel.txt"])
@pytest.mark.parametrize(
    "labels",
    [
        PELICAN,
        "---\ntitle: 'De lege stoel: een vervolg'\ndate: 2014-03-06\nauthor: Petra Smit\n"
        "tags: [stoel, lege hal]\ncategory: Wonen\n---\n\n",
        "\ufeffTitel: De lege stoel: een vervolg\r\nAuteur: Petra Smit\r\nDatum: 6 maart 2014\r\n"
        "Trefwoorden: stoel, lege hal\r\nRubriek: Wonen\r\nOndertitel:\r\n \r\n",
    ],
    ids=["Pelican", "YAML", "typed"],
)
def test_labels_above_a_text_are_what_it_says_of_itself(tmp_path, name, labels):
    body = "De stoel staat er nog steeds, en niemand wil hem hebben.\n\nTot er gisteren iemand op ging zitten.\n"
    article = read_one(tmp_path, name, labels + body)
    assert article.text == body.strip()
    assert (article.title, article.author) == ("De lege stoel: een vervolg", "Petra Smit")
    assert (article.date, article.tags) == (date(2014, 3, 6), ("stoel", "lege hal", "Wonen"))


@pytest.mark.parametrize("name", ["stoel.md", "stoel.txt"])
def test_a_label_that_says_it_is_a_draft_leaves_a_text_out(tmp_path, name):
    (skipped,) = skipped_of(tmp_path, name, "Title: De lege stoel\nStatus: draft\n\nNog niet af.\n")
    assert "draft" in skipped.reason


@pytest.mark.parametrize("name", ["diner.md", "diner.txt"])
@pytest.mark.parametrize(
    "opening",
    [
        "Titel: Het diner\nAuteur: Herman Koch\nUitgever: Anthos\n\n",  # a review, of which none of these is the writer
        "Vraag: hoe lang duurt een diner?\nAntwoord: twee uur.\n\n",
        "Datum: weet ik niet meer.\n\n",
        "Titel: Het diner\nDatum: 24 september 1991\n\nDoor Jan Bos, 3 mei 2014\n\n",
        "Titel: Het diner\n",  # with no empty line below it is a sentence among others
    ],
    ids=["of a book", "a talk", "a sentence", "of a record", "no header"],
)
def test_lines_that_look_like_labels_stay_in_the_text(tmp_path, name, opening):
    article = read_one(
        tmp_path, name, f"Ik las een boek.\n\n{opening}Het boek is goed geschreven en ik raad het aan.\n"
    )
    assert opening.split("\n")[0] in article.text
    beginning = read_one(tmp_path / "begin", name, f"{opening}Het boek is goed geschreven en ik raad het aan.\n")
    assert beginning.author in (None, "Jan Bos")
    assert opening.split("\n")[0] in f"{beginning.title}\n{beginning.text}"


def test_a_talk_between_two_rules_stays_in_a_text(tmp_path):
    talk = "---\nInterviewer: waarom schrijft u?\nMulisch: omdat ik moet.\n---\n\nHij lachte erbij.\n"
    assert "omdat ik moet" in read_one(tmp_path, "praatje.txt", talk).text


def test_what_strikes_out_and_is_not_closed_strikes_out_nothing(tmp_path):
    article = read_one(tmp_path, "hal.md", "De tag <s> streept door, en hier streept niets door.\n")
    assert article.text == "De tag streept door, en hier streept niets door."


def test_authors_named_by_labels_are_no_furniture_of_the_site(tmp_path):
    files = {
        f"{number}.txt": f"Titel: Stuk {number}\nAuteur: Petra Smit\nRubriek: Wonen\n\n"
        f"Dit stuk gaat over stoel {number * 7} in huis {number * 13}, en over wie daar {number} jaar op zat.\n"
        for number in range(1, 9)
    }
    archive = archive_of(tmp_path, files)
    assert {article.author for article in archive.articles} == {"Petra Smit"}
    assert archive.notes == ()


@pytest.mark.parametrize(
    "name",
    ["2014/03/06/hal.md", "site.nl/2014/03/06/hal/index.html", "2014/03/06-hal.txt", "oud.2001/2014/03/06/hal.md"],
)
def test_a_day_may_stand_in_the_folders(tmp_path, name):
    text = "De hal is leeg, en dat blijft hij nog wel een tijdje.\n"
    assert read_one(tmp_path, name, f"<p>{text}</p>" if name.endswith("html") else text).date == date(2014, 3, 6)


@pytest.mark.parametrize("name", ["2014/03/hal.md", "x2014/03/06/hal.md", "2014/13/06/hal.md", "2014/3/12-hal.md"])
def test_what_is_no_day_in_the_folders_gives_no_date(tmp_path, name):
    assert read_one(tmp_path, name, "De hal is leeg.\n").date is None


def test_front_matter_of_a_wordpress_export_is_understood(tmp_path):
    matter = (
        "title: Wij &amp; zij\nauthor:\n  name: Petra Smit\ndate: '2018-04-08T00:12:00+02:00'\n"
        "categories:\n  - Werk\ntags: trein, te laat\nlink: https://voorbeeld.nl/wij\n"
    )
    assert read_one(tmp_path, "wij.markdown", f"---\r\n{matter}---\r\nHij kwam.\r\n\r\nZij niet.\r\n") == Article(
        path="wij.markdown",
        title="Wij & zij",
        text="Hij kwam.\n\nZij niet.",
        author="Petra Smit",
        date=date(2018, 4, 8),
        url="https://voorbeeld.nl/wij",
        tags=("trein", "te laat", "Werk"),
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('Zet een `<input>` in een `<form class="a">`.', 'Zet een input in een form class="a".'),
        ("Een ``<b/>`` of `</ul>` en `<ol><li>`.", "Een b of ul en ol li."),
        ("Met `#include <iostream>` of `<naam>`.", "Met #include <iostream> of <naam>."),
        ("Hij is `a < b` of `b > c`, en `<i>ja</i>`.", "Hij is a < b of b > c, en ja."),
    ],
)
def test_a_tag_that_a_sentence_speaks_of_is_named_in_it(tmp_path, markup, text):
    assert read_one(tmp_path, "tag.md", f"{markup}\n").text == text


STRUCK = ["<strike>opnieuw</strike>", "<s>opnieuw</s>", "<del>opnieuw</del>"]


@pytest.mark.parametrize(
    ("name", "struck"),
    [("wij.md", "~~opnieuw~~"), *(("wij.md", struck) for struck in STRUCK), *(("wij.html", s) for s in STRUCK)],
)
def test_what_is_struck_out_is_no_longer_said(tmp_path, name, struck):
    sentence = "Hij stelt zich {}niet herkiesbaar, zei hij op de vergadering."
    assert read_one(tmp_path, name, f"{sentence.format(struck + ' ')}\n").text == sentence.format("")


TOML = """+++
title = 'De "lege" stoel'
date = 2014-03-06T10:00:00+01:00
draft = false
authors = ["Petra Smit"]
[taxonomies]
tags = ["stoel", "hal"]
+++
"""
JSON = """{
  "title": "De \\"lege\\" stoel", "date": "2014-03-06",
  "author": {"name": "Petra Smit"}, "tags": ["stoel", "hal"]
}
"""


@pytest.mark.parametrize("before", ["", "\ufeff", "\n\n", "\ufeff\r\n"])
@pytest.mark.parametrize("matter", [TOML, JSON, f"---json\n{JSON}---\n", f"---toml\n{TOML[4:-4]}---\n"])
def test_front_matter_in_toml_and_json_is_understood(tmp_path, matter, before):
    assert read_one(tmp_path, "a.md", f"{before}{matter}\nNiemand zat er.\n") == Article(
        path="a.md",
        title='De "lege" stoel',
        text="Niemand zat er.",
        author="Petra Smit",
        date=date(2014, 3, 6),
        tags=("stoel", "hal"),
    )


@pytest.mark.parametrize(
    "matter", ["+++\ndraft = true\n+++\n", '{"draft": true}\n', "+++\ntitle = x: y\ndraft = true\n+++\n"]
)
def test_a_draft_in_any_front_matter_is_skipped(tmp_path, matter):
    (skipped,) = skipped_of(tmp_path, "later.md", f"{matter}Nog niet af.\n")
    assert "draft" in skipped.reason


def test_a_text_that_opens_with_a_brace_or_a_line_is_no_front_matter(tmp_path):
    assert read_one(tmp_path, "a.md", '{"Nee", zei zij.} Dat was alles.').text == '{"Nee", zei zij.} Dat was alles.'


@pytest.mark.parametrize(
    "prose",
    ["Dit stuk opent met een streep.\n\nEn het gaat door.", "Let op: dit is geen veld.", "- een\n- twee",
     "Toen: niets.\nDaarna kwam er iemand: hij.\nEn weer niemand\nEn nog eens."],
)  # fmt: skip
@pytest.mark.parametrize("rule", ["---", "+++"])
def test_prose_between_two_rules_is_no_front_matter(tmp_path, prose, rule):
    text = read_one(tmp_path, "a.md", f"{rule}\n{prose}\n{rule}\nEn verder.\n").text
    assert re.findall(r"\w+", text) == re.findall(r"\w+", f"{prose} En verder.")


@pytest.mark.parametrize("matter", ["", "# Hier komt nog wat.\n", "\n  # a: b\n\n"])
def test_front_matter_of_nothing_is_front_matter(tmp_path, matter):
    assert read_one(tmp_path, "a.md", f"---\n{matter}---\nNiemand zat er.\n").text == "Niemand zat er."


@pytest.mark.parametrize(
    "title", ["12:30", "No", "007", "1.5", "0x1F", "1_000", "2012-04-03", "Yes", "1e3", "Ontheemd", "Kop # 1"]
)
def test_a_title_is_what_is_written(tmp_path, title):
    quoted = f'"{title}"' if "#" in title else title
    assert read_one(tmp_path, "a.md", f"---\ntitle: {quoted}\ntags: 2012\n---\nNiemand.\n") == Article(
        "a.md", title, "Niemand.", tags=("2012",)
    )


@pytest.mark.parametrize("unset", ["", "~", "null"])
def test_an_unset_field_is_none(tmp_path, unset):
    matter = "".join(f"{field}: {unset}\n" for field in ("title", "author", "date", "tags", "url", "draft"))
    assert read_one(tmp_path, "de-stoel.md", f"---\n{matter}---\nNiemand.\n") == Article(
        "de-stoel.md", "De stoel", "Niemand."
    )


@pytest.mark.parametrize(
    "matter",
    [
        "author: PetraSmit\nauteur: Petra Smit",
        "author: PetraSmit\nauteur: Petra Smit\nauthors: Jan Bos",
        "author: map[email:petra@voorbeeld.nl name:Petra Smit photo:/p.jpg url:https://voorbeeld.nl/]",
        "author: 'map[name:Petra Smit]'",
        "authors: '[map[name:Petra Smit url:/petra]]'",
        "author: {name: Petra Smit, url: /petra}",
    ],
)
def test_an_author_is_named_as_people_write_the_name(tmp_path, matter):
    assert read_one(tmp_path, "a.md", f"---\n{matter}\n---\nNiemand zat er.\n").author == "Petra Smit"


def test_fields_are_known_in_dutch_and_in_capitals(tmp_path):
    dutch = "titel: De stoel\nDatum: 6-3-2014\nAUTEUR: Petra Smit\ntrefwoorden: [stoel, hal]\n"
    english = "Title: De stoel\nDate: 2014-03-06\nAuthor: Petra Smit\nTags: stoel, hal\n"
    for matter in (dutch, english):
        assert read_one(tmp_path, "a.md", f"---\n{matter}---\nNiemand.\n") == Article(
            "a.md", "De stoel", "Niemand.", author="Petra Smit", date=date(2014, 3, 6), tags=("stoel", "hal")
        )
    (skipped,) = skipped_of(tmp_path, "a.md", "---\nconcept: ja\n---\nNog niet af.")
    assert "draft" in skipped.reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "---\ntitle: Kop<br><br>Onderkop\n---\nNiemand zat er."),
        ("a.html", "<h1>Kop<br><br>Onderkop</h1><p>Niemand zat er.</p>"),
        ("a.csv", "titel,tekst\nKop<br><br>Onderkop,Niemand zat er.\n"),
    ],
)
def test_a_title_is_one_line(tmp_path, name, content):
    article = read_one(tmp_path, name, content)
    assert (article.title, article.text) == ("Kop Onderkop", "Niemand zat er.")


@pytest.mark.parametrize("name", ["2014-03-06-bellen.md", "6-3-2014 bellen.md"])
def test_a_date_that_is_unset_is_none_and_the_file_s_name_gives_it(tmp_path, name):
    article = read_one(tmp_path, name, "---\ndate: 0001-01-01T00:00:00Z\n---\nWij bellen liever.")
    assert (article.title, article.date) == ("Bellen", date(2014, 3, 6))


def test_without_front_matter_the_file_s_name_gives_date_and_title(tmp_path):
    article = read_one(tmp_path, "2014-03-06-bellen-of-mailen.md", "Wij bellen liever dan dat we mailen.")
    assert (article.title, article.date, article.author) == ("Bellen of mailen", date(2014, 3, 6), None)


def test_a_heading_is_the_title_when_nothing_else_says_it(tmp_path):
    article = read_one(tmp_path, "2014-03-06-x.md", "# De *lege* stoel\n\nNiemand zat er.")
    assert (article.title, article.text) == ("De lege stoel", "Niemand zat er.")


@pytest.mark.parametrize(
    ("body", "title", "text"),
    [
        ("```\n# pip install stoel\n```\n\nZo gaat het.", "De brug", "# pip install stoel\n\nZo gaat het."),
        ("Wim draait.\n\n## Slot\n\nHij is moe.", "De brug", "Wim draait.\n\nSlot\n\nHij is moe."),
        ("## Begin\n\nWim draait.\n\n## Slot\n\nMoe.", "De brug", "Begin\n\nWim draait.\n\nSlot\n\nMoe."),
        ("Wim draait al jaren.\n---\n\nMoe.", "De brug", "Wim draait al jaren.\n\nMoe."),
        ("## Wim\n\nHij draait.", "Wim", "Hij draait."),
        ("<!-- weg -->\n\nWim\n===\n\nHij draait.", "Wim", "Hij draait."),
        ("# Wim", "Wim", "Wim"),
        ("---\ntitle: Wim\n---\n\n### WIM\n\nHij draait.", "Wim", "Hij draait."),
        ("---\ntitle: Wim\n---\n\n# De brug\n\nHij draait.", "Wim", "De brug\n\nHij draait."),
    ],
)
def test_only_a_heading_that_opens_the_text_is_its_title_and_stands_there_no_more(tmp_path, body, title, text):
    article = read_one(tmp_path, "2014-05-01-de-brug.md", f"{body}\n")
    assert (article.title, article.text) == (title, text)


@pytest.mark.parametrize(
    "matter", ["title: De trein: te laat", "title: De trein: te laat\n\tslug: x", "title: 'De trein: te laat"]
)
def test_broken_yaml_is_read_line_by_line(tmp_path, matter):
    article = read_one(tmp_path, "a.md", f"---\n{matter}\ndate: 2012-04-03\n---\nHij kwam niet.\n")
    assert (article.title, article.date, article.text) == ("De trein: te laat", date(2012, 4, 3), "Hij kwam niet.")


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Dit is *heel* **vet** en `code`.", "Dit is heel vet en code."),
        ("Lees [dit stuk](https://voorbeeld.nl/a_(b)) maar.", "Lees dit stuk maar."),
        ("Lees [dit stuk][1] maar.\n\n[1]: https://voorbeeld.nl", "Lees dit stuk maar."),
        ("Kijk: ![een lege stoel](stoel.jpg)", "Kijk:"),
        ("<figure><img src='a.jpg' alt='Een lege stoel'><figcaption>Mijn stoel</figcaption></figure>", "Mijn stoel"),
        ("Kijk: ![](stoel.jpg) daar.", "Kijk: daar."),
        ("Kijk: ![IMG_2031.jpg](stoel.jpg) daar.", "Kijk: daar."),
        ("> Een citaat\n\nEn *niet* meer.", "> Een citaat\n\nEn niet meer."),
        ("Zij zei:\n> Eerst dit.\n>\n> > En dat.\n\nJa.", "Zij zei:\n\n> Eerst dit.\n\n> En dat.\n\nJa."),
        ("<figure class='wp-block-pullquote'><blockquote>Mijn zin.</blockquote></figure>", "Mijn zin."),
        ("## Een kop\nEn de tekst.", "Een kop\n\nEn de tekst."),
        ("Een.\n\n<script>alert(1)</script>\n\n<!-- weg -->Twee.", "Een.\n\nTwee."),
        ('<div class="x">Zij zei **ja** en [kwam](https://voorbeeld.nl).</div>', "Zij zei ja en kwam."),
        ("Een caf&eacute; &amp; bar<br>op de hoek.", "Een café & bar\nop de hoek."),
        ('Een foto. [gallery ids="1,2"] Nog een.', "Een foto. Nog een."),
        ("Dit [box]staat binnen[/box] het kader.", "Dit staat binnen het kader."),
        ("Zij zei [iets] en zweeg.", "Zij zei [iets] en zweeg."),
        ("Een {% include foto.html naam='x' %} foto van {{ site.naam }} hier.", "Een foto van hier."),
        ("Dat klopt.[^1]\n\n[^1]: Bijna.", "Dat klopt.\n\nBijna."),
        ('Een [caption id="a_1" width="7"][![foto](f.jpg)](g.jpg) De hal[/caption] foto.', "Een De hal foto."),
        ('Zo is het. [tweet tekst="Hij zei "nee" tegen mij" kort=""]', "Zo is het."),
        ("Zie [de site](http://voorbeeld.nl/Alle dingen.html) maar.", "Zie de site maar."),
        ("Zie [[de zaak]](http://voorbeeld.nl/a) maar.", "Zie [de zaak] maar."),
        ("Hij schreef `<script>ja</script>` op de muur.", "Hij schreef ja op de muur."),
        ("Zie [[Oude notitie]] en [[Map/Kast#Plank|de kast]] maar.", "Zie Oude notitie en de kast maar."),
        ("Kijk ![[stoel.png|300]] daar. %%niet vergeten%%", "Kijk daar."),
        ("Dat is ==heel== waar, en 3 == 3. ^blok1", "Dat is heel waar, en 3 == 3."),
        ("> [!note] Pas op\n> De stoel is nat.", "> Pas op De stoel is nat."),
        ("Vroeger 100%% zeker.\n\nNu 50%% zeker.", "Vroeger 100%% zeker.\n\nNu 50%% zeker."),
        ('Een film: {{< youtube id="x" >}} en dat {{% let-op %}}was hem{{% /let-op %}}.', "Een film: en dat was hem."),
        ("Wat een f**k, zei @jan_ van Moddr_.", "Wat een f**k, zei @jan_ van Moddr_."),
        ("Zie x.nl/?v=_KSGK en `ls 2014-*.m*d*` maar. *)", "Zie x.nl/?v=_KSGK en ls 2014-*.m*d* maar. *)"),
        ("**Kop: **en _peanuts _en _**beide **_hier.\n\n_Ook. _", "Kop: en peanuts en beide hier.\n\nOok."),
        ("Een. <!-- weg --> En <!-- dit niet.\n\nEn *dit* ook niet.", "Een. En dit niet.\n\nEn dit ook niet."),
        ("```\nEen\nregel\n```", "Een\nregel"),
        ("Vooraf.\n\n    <p><strong>Ben je er?</strong><br>‘Ik wel.’</p><p>Jij niet.</p>\n    <ul><li>a</li></ul>",
         "Vooraf.\n\nBen je er?\n‘Ik wel.’\n\nJij niet.\n\n- a"),
        ("```\nBen je er?</b><br>‘Ik wel.’</p><p>Jij <i>niet</i>.\n```", "Ben je er?\n‘Ik wel.’\nJij niet."),
        ("De tag (`<br>`) is een regel, `<p>` een alinea.", "De tag (br) is een regel, p een alinea."),
        ('<div>Eerst dit.&amp;lt;/p&amp;gt;&amp;lt;p style="margin: 0"&amp;gt;Dan&amp;amp;nbsp;dat.</div>',
         "Eerst dit.\nDan dat."),
        ("Zo.\n\n[youtube=https://voorbeeld.nl/a?b=c]\n\nJa. [mijn_ding] En [audio https://voorbeeld.nl/a.mp3] nee.",
         "Zo.\n\nJa. En nee."),
        ("Zie [mijn_ding][1], [mijn_ding](/a), [een_ding], [via https://x.nl], [dus is E=mc2].\n\n"
         "[1]: /b\n[een_ding]: /c",
         "Zie mijn_ding, mijn_ding, een_ding, [via https://x.nl], [dus is E=mc2]."),
        ("Typ `[gallery]`.\n\n```\n[gallery ids=\"1\"]\n```\n\nOf namen[mijn_ding] en [/opt/a].",
         'Typ [gallery].\n\n[gallery ids="1"]\n\nOf namen[mijn_ding] en [/opt/a].'),
        ("> Een [video] en\n> twee.\n\nDrie.", "> Een en twee.\n\nDrie."),
        ('Zie [dit][2] en [dat][3].\n\n[2]: {{< ref "x" >}}\n[3]: https://voorbeeld.nl', "Zie dit en dat."),
        ("Zie [dit][2].\n\n[2]: {% post_url 2012-04-03-x %} 'Kop'\n", "Zie dit."),
        ("Vooraf.\n\n## Stap 6**\n\nEn verder.", "Vooraf.\n\nStap 6\n\nEn verder."),
        ("> **Nieuw:****  \n> **  \n> Een.", "> Nieuw:\nEen."),
        ("Het staat op mijn domein </blog/>. Nog wel.", "Het staat op mijn domein. Nog wel."),
        ("<table><tr><td>![de stoel](a.jpg)</td><td>Een stoel</td></tr></table>", "| Een stoel"),
        ("Een kop-\u00adstaart\u200bbotsing.", "Een kop-staartbotsing."),
    ],
)  # fmt: skip
def test_markup_goes_and_the_words_stay(tmp_path, markdown, text):
    assert read_one(tmp_path, "a.md", f"---\ntitle: X\n---\n{markdown}\n").text == text


def test_an_item_of_a_list_is_a_line_behind_a_hyphen(tmp_path):
    text = read_one(tmp_path, "a.md", "Neem mee:\n\n* een **pen**\n* papier\n").text
    assert [line for line in text.split("\n") if line] == ["Neem mee:", "- een pen", "- papier"]


@pytest.mark.parametrize("matter", ["published: false", "draft: true"])
def test_a_draft_is_skipped_and_named(tmp_path, matter):
    (skipped,) = skipped_of(tmp_path, "later/idee.md", f"---\ntitle: Idee\n{matter}\n---\nNog niet af.\n")
    assert skipped.path == "later/idee.md"
    assert "draft" in skipped.reason


@pytest.mark.parametrize("name", ["_drafts/idee.md", "blog/_drafts/oud/idee.html"])
def test_a_file_in_jekyll_s_folder_of_drafts_is_skipped_as_one(tmp_path, name):
    (skipped,) = skipped_of(tmp_path, name, "Nog niet af.")
    assert "draft" in skipped.reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("leeg.md", b"", "no words"),
        ("leeg.txt", b" \n\n--\n", "no words"),
        ("leeg.html", b"<html><body><p> </p></body></html>", "no words"),
        ("kaal.md", b"---\ntitle: Kaal\n---\n", "no words"),
        ("foto.md", b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        ("ruis.txt", b"Hallo \x81\x8d daar", "not text"),
        ("foto.jpg", b"\xff\xd8\xff", ".jpg are not read"),
        ("LEESMIJ", b"Lees mij.", "without an ending"),
        (".geheim.md", b"Een geheim.", "hidden"),
    ],
)
def test_a_file_that_gives_no_article_is_skipped_with_the_reason(tmp_path, name, content, reason):
    (skipped,) = skipped_of(tmp_path, name, content)
    assert skipped.path == name
    assert reason in skipped.reason


def test_a_hidden_folder_is_named_once_and_not_entered(tmp_path):
    assert skipped_of(tmp_path, ".git/objects/a.md", "Geen stuk.") == (Skipped(".git/", "a hidden folder"),)


def test_a_link_to_nowhere_is_skipped_and_a_link_to_itself_is_not_followed(tmp_path):
    (tmp_path / "weg.md").symlink_to(tmp_path / "bestaat-niet.md")
    (tmp_path / "lus").symlink_to(tmp_path, target_is_directory=True)
    archive = archive_of(tmp_path, {"goed.md": GOOD})
    assert [article.path for article in archive.articles] == ["goed.md"]
    assert [skipped.path for skipped in archive.skipped] == ["lus/", "weg.md"]
    assert "a link to a folder" in archive.skipped[0].reason
    assert "cannot be read" in archive.skipped[1].reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_text_in_an_older_encoding_is_read_right(tmp_path, name, encoding):
    text = "De patiënt zei “nee” in het café, en dat kostte € 3."
    assert read_one(tmp_path, name, text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "---\ntitle: HÃ³e dan\n---\nHij kwam te vÃ³Ã³r, zei â€œjaâ€\u009d en dÃ\u00a0t was het. Één keer.\n"),
        ("a.txt", "HÃ³e dan\n\nHij kwam te vÃ³Ã³r, zei â€œjaâ€\u009d en dÃ\u00a0t was het. Één keer.\n"),
        (
            "a.jsonl",
            '{"title": "HÃ³e dan", "text": "Hij kwam te vÃ³Ã³r, zei â€œjaâ€\u009d en dÃ\u00a0t was het. Één keer."}\n',
        ),
    ],
)
def test_what_was_encoded_twice_is_mended_where_it_stands(tmp_path, name, content):
    article = read_one(tmp_path, name, content)
    assert (article.title, article.text) == ("Hóe dan", "Hij kwam te vóór, zei “ja” en dàt was het. Één keer.")


@pytest.mark.parametrize("text", ["SÃO PAULO is groot.", "Het dorp heet Å, in Noorwegen.", "De prijs was 5 €."])
def test_what_was_encoded_once_is_left_alone(tmp_path, text):
    assert read_one(tmp_path, "a.md", f"---\ntitle: X\n---\n{text}\n").text == text


def test_a_page_that_declares_the_wrong_encoding_is_read_right(tmp_path):
    page = '<html><head><meta charset="utf-8"></head><body><p>De patiënt zei niets.</p></body></html>'
    assert read_one(tmp_path, "a.html", page.encode("cp1252")).text == "De patiënt zei niets."


PAGE = """<html lang="nl"><head><meta charset="utf-8"><title>De automaat | Petra schrijft</title>
<meta property="og:title" content="De automaat"><meta name="author" content="Petra Smit">
<meta property="article:published_time" content="2015-05-06T10:00:00+02:00"></head><body>
<nav><ul><li><a href="/">Startpagina</a></li><li><a href="/over">Over mij</a></li></ul></nav>
<main><article><h1>De automaat</h1>
<p>Vandaag dronk ik voor het eerst sinds jaren weer een kop <em>koffie</em> uit de automaat in de hal.</p>
<p>De directeur zag het en vroeg of ik ziek was. Ik zei dat ik alleen moe was, en liep door.</p>
<div id="comments"><ol class="comment-list"><li class="comment"><p>Wat een onzin, zegt een lezer die beter weet.</p>
</li><li class="comment"><p>Precies, dat vind ik nou ook al jaren.</p></li></ol></div></article></main>
<footer><p>Alle rechten voorbehouden</p></footer></body></html>"""


def test_of_a_page_only_the_column_is_kept_with_its_title_author_and_date(tmp_path):
    assert read_one(tmp_path, "web/automaat.html", PAGE) == Article(
        path="web/automaat.html",
        title="De automaat",
        text="Vandaag dronk ik voor het eerst sinds jaren weer een kop koffie uit de automaat in de hal.\n\n"
        "De directeur zag het en vroeg of ik ziek was. Ik zei dat ik alleen moe was, en liep door.",
        author="Petra Smit",
        date=date(2015, 5, 6),
    )


def test_of_a_page_saved_as_text_only_the_column_is_kept(tmp_path):
    text = "De lege stoel\n\nDoor Petra de Wit\n\n2012-10-03\n\nIemand zat er. Nu niet meer.\n\nHij kraakt nog.\n\n"
    comments = "Delen\n\nEr zijn nog geen reacties\n\nHenk: wat een onzin."
    assert read_one(tmp_path, "stoel.txt", text + comments) == Article(
        path="stoel.txt",
        title="De lege stoel",
        text="Iemand zat er. Nu niet meer.\n\nHij kraakt nog.",
        author="Petra de Wit",
        date=date(2012, 10, 3),
    )


def test_the_author_is_found_above_the_biography(tmp_path):
    text = "De lege stoel\n\nIemand zat er. Nu niet meer.\n\nPetra de Wit\n\nPetra de Wit woont in Tiel en schrijft."
    article = read_one(tmp_path, "stoel.txt", text)
    assert (article.author, article.text) == ("Petra de Wit", "Iemand zat er. Nu niet meer.")


def test_a_line_that_is_no_name_is_no_author(tmp_path):
    article = read_one(tmp_path, "stoel.txt", "De stoel\n\nNooit meer\n\nNooit meer ga ik daar zitten.")
    assert (article.author, article.text) == (None, "Nooit meer\n\nNooit meer ga ik daar zitten.")


def test_an_english_column_is_told_from_a_dutch_one(tmp_path):
    archive = archive_of(tmp_path, {"a.md": "This is what she said to me.", "b.md": "Dit is wat zij tegen mij zei."})
    assert [article.language for article in archive.articles] == ["en", "nl"]


def test_articles_stand_oldest_first_and_undated_ones_last(tmp_path):
    names = ["a.md", "b/2014-03-06-z.md", "2012-04-03-y.txt", "c.txt", "2014-03-06-x.md"]
    archive = archive_of(tmp_path, {name: f"Stuk {number} zonder meer." for number, name in enumerate(names)})
    paths = [article.path for article in archive.articles]
    assert paths == ["2012-04-03-y.txt", "2014-03-06-x.md", "b/2014-03-06-z.md", "a.md", "c.txt"]


def test_one_author_is_one_name_and_signs_what_is_unsigned_with_a_note(tmp_path):
    signed = {
        f"{i}.md": f"---\nauthor: {name}\n---\nEen stuk, het {i}e."
        for i, name in enumerate(["Petra Smit", "petrasmit"])
    }
    archive = archive_of(tmp_path, {**signed, "los.md": "Een stuk."})
    assert [article.author for article in archive.articles] == ["Petra Smit"] * 3
    assert archive.notes == (
        'The author "petrasmit" is written out as "Petra Smit".',
        "1 unsigned article is taken for Petra Smit's, who signed the other 2.",
    )


def test_of_two_authors_none_signs_what_is_unsigned(tmp_path):
    signed = {
        f"{i}.md": f"---\nauthor: {name}\n---\nEen stuk, het {i}e." for i, name in enumerate(["Petra Smit", "Jan Bos"])
    }
    archive = archive_of(tmp_path, {**signed, "los.md": "Een stuk."})
    assert [article.author for article in archive.articles] == ["Petra Smit", "Jan Bos", None]
    assert archive.notes == ()


@pytest.mark.parametrize(
    ("text", "author"),
    [
        (
            "Dit gastblog is geschreven door goede vriend Jan van der Bos. Hij vist.\n\nHet water stijgt.",
            "Jan van der Bos",
        ),
        ("Het water stijgt.\n\nGastcolumn van Jan Bos", "Jan Bos"),
        ("Een gastblog van mij staat bij Jan Bos.\n\nHet water stijgt.", "Petra Smit"),
        ("Lees het gastblog van Jan Bos.\n\nHet water stijgt.", "Petra Smit"),
    ],
)
def test_a_guest_s_column_is_the_guest_s_whoever_posted_it(tmp_path, text, author):
    assert read_one(tmp_path, "a.md", f"---\nauthor: Petra Smit\n---\n{text}").author == author


def test_a_folder_that_is_missing_empty_or_a_file_is_named(tmp_path):
    (tmp_path / "stuk.md").write_text("Een stuk.")
    (tmp_path / "leeg").mkdir()
    for name in ("weg", "leeg", "stuk.md"):
        with pytest.raises(ArchiveError) as caught:
            read_archive(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)


def test_a_folder_without_anything_readable_names_the_first_file_and_why(tmp_path):
    with pytest.raises(ArchiveError, match=r"2 skipped, the first: a\.jpg \(files ending in \.jpg are not read\)"):
        archive_of(tmp_path, {"a.jpg": b"\xff\xd8", "b.md": b""})


# What stands in files, in any order, and bytes that stand in none.
pieces = st.sampled_from(
    [b"---\n", b"title: ", b"tags: [", b"date: 2012-", b"\n", b"[a](", b"![", b"{%", b"<p>", b"</p>", b"<!--", b"&#",
     b"```\n", b"- ", b"| ", b"<script>", b"\xff\xfe", b"\xe9", b"Zij zweeg. ", b"<meta charset=", b"[x y=1]"]
)  # fmt: skip
contents = st.binary(max_size=120) | st.lists(pieces | st.binary(max_size=3), max_size=20).map(b"".join)


@settings(max_examples=150, deadline=None)
@given(contents)
def test_any_bytes_become_an_article_or_are_skipped_with_a_reason(content):
    with tempfile.TemporaryDirectory() as folder:
        archive = archive_of(Path(folder), {"a.md": content, "b.html": content, "c.txt": content, "goed.md": GOOD})
    read = [article.path for article in archive.articles]
    copies = [path for copy in archive.copies for path in copy.others]
    assert sorted([*read, *copies, *(skipped.path for skipped in archive.skipped)]) == [
        "a.md",
        "b.html",
        "c.txt",
        "goed.md",
    ]
    assert all(skipped.reason for skipped in archive.skipped)
    for article in archive.articles:
        assert article.text == article.text.strip() != ""
        assert "\n\n\n" not in article.text


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2012-11-05-de-trein.md", date(2012, 11, 5)),
        ("20121225", date(2012, 12, 25)),
        ("2018-4-8T0012CEST", date(2018, 4, 8)),
        ("2012.12.31", date(2012, 12, 31)),
        ("3 mei 2012", date(2012, 5, 3)),
        ("4 dec. 2012", date(2012, 12, 4)),
        ("February 28th, 2011", date(2011, 2, 28)),
        ("31-12-2019", date(2019, 12, 31)),
        ("Geplaatst op 31/12/2019, 10:15", date(2019, 12, 31)),
        ("1.5.2019", date(2019, 5, 1)),
        ("12/31/2019", date(2019, 12, 31)),
        ("5-3-2012-de-trein.md", date(2012, 3, 5)),
        ("0001-01-01T00:00:00Z", None),
        (date(1, 1, 1), None),
        ("versie 4.1.12.2019", None),
        ("2012-13-45", None),
        ("31 februari 2012", None),
    ],
)
def test_a_date_is_found_as_people_write_it(written, day):
    assert find_date(written) == day


@pytest.mark.parametrize("matter", ["title: Let op: nog niet\npublished: false", "draft: 'true'"])
def test_a_draft_stays_a_draft_when_its_front_matter_is_broken(tmp_path, matter):
    archive = archive_of(tmp_path, {"goed.md": GOOD, "later.md": f"---\n{matter}\n---\nHier komt nog een column."})
    assert [article.path for article in archive.articles] == ["goed.md"]
    assert "draft" in archive.skipped[0].reason


@pytest.mark.parametrize("value", ["!!int ''", "!!bool x", "!!timestamp x", "0x" + "f" * 5000])
def test_odd_yaml_does_not_stop_the_others(tmp_path, value):
    archive = archive_of(tmp_path, {"goed.md": GOOD, "raar.md": f"---\ntitle: {value}\n---\nEen column met woorden."})
    assert [article.path for article in archive.articles] == ["goed.md", "raar.md"]


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "idna"])
def test_a_page_that_lies_about_its_encoding_is_read_all_the_same(tmp_path, charset):
    page = f'<html><head><meta charset="{charset}"></head><body><p>{"De koffie in het café was koud. " * 9}</p></body>'
    assert "café" in read_one(tmp_path, "a.html", page.encode()).text


@pytest.mark.parametrize("heading", ["# \x04\x04", "# >\x04", "# ![](a.png)", "# <!-- weg -->"])
def test_a_heading_without_words_is_no_title_to_be_shown_as_it_stands(tmp_path, heading):
    article = read_one(tmp_path, "2014-05-01-de-brug.md", f"{heading}\n\nWim draait de brug.\n")
    assert "\x04" not in article.title
    assert article.title.strip()


def test_a_sentence_that_begins_as_a_site_s_own_lines_do_is_the_columnist_s(tmp_path):
    story = "Mijn moeder had een kat die alles begreep wat er in huis gezegd werd, en die dat liet merken ook."
    told = (
        "Vorige column schreef ik over mijn moeder en haar kat.",
        "Meld je aan bij een club, zei ze altijd tegen mij.",
        "Reacties bleven uit, en dat begreep ik wel.",
    )
    column = read_one(tmp_path, "kat.txt", "\n\n".join(["De kat", story, *told, story]))
    assert all(sentence in column.text for sentence in told)
    signed = read_one(
        tmp_path, "kat.txt", "\n\n".join(["De kat", story, story, "Vorig bericht", "Reacties (3)", story])
    )
    assert signed.text.count(story) == 2


def test_a_generation_of_an_index_is_no_archive(tmp_path):
    archive = archive_of(
        tmp_path,
        {
            "een.md": "# Een\n\nIets.",
            "CURRENT": "gen-000001",
            "gen-000001/manifest.json": "{}",
            "gen-000001/articles.jsonl": '{"title": "Weg", "text": "Ingetrokken."}',
        },
    )
    assert [article.path for article in archive.articles] == ["een.md"]
    assert any(skipped.path == "gen-000001/" for skipped in archive.skipped)


def test_front_matter_that_refers_to_itself_ten_times_over_does_not_fill_the_memory(tmp_path):
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 30))
    column = read_one(tmp_path, "bom.md", f"---\ntitle: Bom\nl0: &l0 [a, b]\n{levels}---\nTekst.")
    assert (column.title, column.text) == ("Bom", "Tekst.")


@pytest.mark.parametrize("matter", ["status: draft", "status: Concept", "password: geheim"])
def test_what_front_matter_keeps_from_readers_is_not_read(tmp_path, matter):
    (skipped,) = skipped_of(tmp_path, "een.md", f"---\ntitle: Een\n{matter}\n---\nTekst.")
    assert "status" in skipped.reason or "password" in skipped.reason


def test_one_category_of_several_words_is_one_tag(tmp_path):
    column = read_one(tmp_path, "een.md", "---\ncategory: Politiek en media\ntags: water lucht\n---\nTekst.")
    assert {*column.tags} == {"Politiek en media", "water", "lucht"}


def test_an_address_is_one_that_leads_there_from_anywhere(tmp_path):
    matter = "---\npermalink: /2014/x/\nurl: https://a.example/x\n---\n"
    assert read_one(tmp_path, "een.md", f"{matter}Tekst.").url == "https://a.example/x"
    assert read_one(tmp_path, "een.md", "---\npermalink: /2014/x/\n---\nTekst.").url is None


def test_a_file_s_name_may_have_a_hash(tmp_path):
    assert read_one(tmp_path, "Waarom ik #metoo steun.md", "Daarom.").title == "Waarom ik #metoo steun"


def test_a_page_with_the_line_ends_of_windows_has_its_front_matter(tmp_path):
    page = '---\ntitle: Mijn kop\n---\n<meta charset="utf-8"><p>Hier staat de hele tekst van de column.</p>'
    assert read_one(tmp_path, "een.html", page.replace("\n", "\r\n")).title == "Mijn kop"


def test_a_byte_that_no_encoding_has_costs_no_column(tmp_path):
    assert read_one(tmp_path, "een.txt", b"Caf\xe9\n\nHet was er druk \x9d, zei hij, en laat." + b" En warm." * 9).text


def test_a_last_line_that_names_what_the_column_is_about_is_no_author(tmp_path):
    text = "De stad\n\nWij vlogen in mei naar New York en bleven er een week.\n\nNew York"
    column = read_one(tmp_path, "stad.txt", text)
    assert column.author is None
    assert column.text.endswith("New York")


def test_properties_of_obsidian_may_be_links_and_tags(tmp_path):
    matter = '---\nauthor: "[[Jan de Wit]]"\ntags: ["#column", "[[wiki/politiek|politiek]]"]\n---\n'
    article = read_one(tmp_path, "a.md", f"{matter}Zie ook [[#Over de hal]] en [[hal#deur|de deur]].[[#^a1]]\n")
    assert (article.author, article.tags) == ("Jan de Wit", ("column", "politiek"))
    assert article.text == "Zie ook Over de hal en de deur."


@pytest.mark.parametrize(
    "line", ["*Door Jan de Wit, 3 mei 2012*", "Jan de Wit, 3 mei 2012", "Door Jan de Wit op 3 mei 2012"]
)
def test_a_by_line_is_read_where_there_is_no_front_matter(tmp_path, line):
    article = read_one(tmp_path, "a.md", f"# De lege hal\n\n{line}\n\nDe hal was leeg.\n")
    assert (article.author, article.date, article.text) == ("Jan de Wit", date(2012, 5, 3), "De hal was leeg.")


def test_what_a_page_of_liquid_says_to_itself_is_no_part_of_it(tmp_path):
    text = "{% comment %}nog nakijken: klopt dit?{% endcomment %}\n\nDe hal was leeg.\n"
    assert read_one(tmp_path, "a.md", text).text == "De hal was leeg."


def test_a_line_of_word_s_and_a_new_page_part_words(tmp_path):
    assert read_one(tmp_path, "a.md", "een\x0btwee\n\ndrie\x0cvier\n").text == "een twee\n\ndrie vier"
