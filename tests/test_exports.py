"""What Medium and Substack hand out, in a folder or a zip."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from columnbot import Article
from columnbot.readers import Skipped, read_archive

MEDIUM = """\
<!DOCTYPE html><html><head><meta charset="utf-8"><title>De brug van Eefde</title></head><body>
<article class="h-entry"><header><h1 class="p-name">De brug van Eefde</h1></header>
<section data-field="subtitle" class="p-summary">Over een man en zijn brug</section>
<section data-field="body" class="e-content"><section class="section section--body"><div class="section-content">
<h3 class="graf graf--h3 graf--title">De brug van Eefde</h3>
<p class="graf graf--p">De brugwachter van Eefde heet Wim. Hij draait de brug met de hand.</p>
<blockquote class="graf graf--blockquote">Een brug is een gesprek met een hek ertussen.</blockquote>
<p class="graf graf--p">Op zondag is hij er niet.</p></div></section></section>
<footer><p>By <a href="https://medium.com/@tineke" class="p-author h-card">Tineke Vos</a> on
<a href="https://medium.com/p/abc123"><time class="dt-published" datetime="2018-05-04T10:01:02.003Z">May 4, 2018</time>
</a>.</p><p><a href="https://medium.com/@tineke/de-brug-abc123" class="p-canonical">Canonical link</a></p>
<p>Exported from <a href="https://medium.com">Medium</a> on June 1, 2020.</p></footer></article></body></html>"""

POSTS = """\
post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,podcast_url
101.de-oven,2021-03-04T06:00:00.000Z,true,,,newsletter,everyone,"De oven,<br><br>&amp; de bakker",Over brood,
102.het-idee,,false,,,newsletter,everyone,Een idee,,
"""
OVEN = """\
<h2>Om drie uur</h2><p>De oven van bakker Slot staat al honderd jaar op dezelfde plek.</p>
<div class="subscription-widget-wrap"><div class="subscription-widget show-subscribe"><p class="cta-caption">Thanks for
reading! Subscribe for free.</p></div></div><blockquote><p>Oud brood bestaat niet.</p></blockquote>
<p class="button-wrapper"><a class="button primary" href="https://x.substack.com/p/y?action=share">Share</a></p>
<p>Wie vroeg langskomt, krijgt een krentenbrood mee.</p>"""
SUBSTACK = {
    "posts.csv": POSTS,
    "posts/101.de-oven.html": OVEN,
    "posts/102.het-idee.html": "<p>Nog niet af.</p>",
    "posts/103.zonder-regel.html": "<h1>Zonder regel</h1><p>Deze staat niet in de lijst.</p>",
}
OVEN_TEXT = (
    "Om drie uur\n\nDe oven van bakker Slot staat al honderd jaar op dezelfde plek.\n\n> Oud brood bestaat niet.\n\n"
    "Wie vroeg langskomt, krijgt een krentenbrood mee."
)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def test_a_page_of_medium_is_a_column_with_all_that_it_says_of_itself(tmp_path: Path) -> None:
    write(tmp_path, {"posts/2018-05-04_De-brug-abc123.html": MEDIUM, "posts/draft_Een-idee-def456.html": MEDIUM})
    archive = read_archive(tmp_path)

    assert archive.articles == (
        Article(
            path="posts/2018-05-04_De-brug-abc123.html",
            title="De brug van Eefde",
            text="De brugwachter van Eefde heet Wim. Hij draait de brug met de hand.\n\n"
            "> Een brug is een gesprek met een hek ertussen.\n\nOp zondag is hij er niet.",
            author="Tineke Vos",
            date=date(2018, 5, 4),
            url="https://medium.com/@tineke/de-brug-abc123",
        ),
    )
    assert archive.skipped == (Skipped("posts/draft_Een-idee-def456.html", "a draft: it was never published"),)


@pytest.mark.parametrize("place", ["", "brieven/", "in a zip"])
def test_of_a_substack_the_list_tells_title_date_and_what_was_published(tmp_path: Path, place: str) -> None:
    if place == "in a zip":
        place = "export.zip/"
        with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive_file:
            for name, content in SUBSTACK.items():
                archive_file.writestr(name, content)
    else:
        write(tmp_path, {f"{place}{name}": content for name, content in SUBSTACK.items()})
    archive = read_archive(tmp_path)

    assert archive.articles == (
        Article(f"{place}posts/101.de-oven.html", "De oven, & de bakker", OVEN_TEXT, date=date(2021, 3, 4)),
        Article(f"{place}posts/103.zonder-regel.html", "Zonder regel", "Deze staat niet in de lijst."),
    )
    assert [skipped.path for skipped in archive.skipped] == [f"{place}posts/102.het-idee.html"]
    assert "not published" in archive.skipped[0].reason


def test_another_table_of_that_name_is_read_as_a_table(tmp_path: Path) -> None:
    write(tmp_path, {"posts.csv": "titel,tekst\nEen,Er stond een stoel.\n"})

    assert [article.title for article in read_archive(tmp_path).articles] == ["Een"]


@pytest.mark.parametrize(
    "content", ["", "post_id", 'post_id,title\n"', "\0", "post_id,post_date,is_published,title\n,,,\n"]
)
def test_a_list_that_is_none_does_no_harm(tmp_path: Path, content: str) -> None:
    write(tmp_path, {"posts.csv": content, "posts/101.de-oven.html": OVEN})

    assert [article.text for article in read_archive(tmp_path).articles] == [OVEN_TEXT]
