"""PDF and Word documents, and what is said where their readers are not installed."""

import datetime
import io
import os
import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest

from columnbot import Article
from columnbot.readers.documents import read_docx, read_pdf
from columnbot.readers.source import Unreadable
from tests.conftest import ROOT

PARAGRAPHS = [
    "In de lift van het kantoor hangt een spiegel waarin ik elke morgen iemand zie die eerder is opgestaan dan ik, en "
    "die daar toch niet beter van is geworden.",
    "Op de derde verdieping stapt hij uit. Ik blijf staan, want ik moet naar de vierde, maar wie stapt er dan uit?",
    "De conciërge zegt dat de spiegel van het vorige bedrijf is. Zij namen alles mee, behalve zichzelf.",
]


def pdf(pages: list[list[str]], **properties: str) -> bytes:
    """A PDF that shows each page's lines one below the other."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", ""]
    kids = []
    for lines in pages:
        shown = " ".join(f"({line.replace('(', '').replace(')', '')}) Tj T*" for line in lines)
        stream = f"BT /F1 10 Tf 12 TL 50 800 Td {shown} ET"
        objects.append(f"<</Length {len(stream.encode('cp1252'))}>>stream\n{stream}\nendstream")
        font = "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<{font}>>/Contents {len(objects)} 0 R>>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    objects.append("<<" + "".join(f"/{key}({value})" for key, value in properties.items()) + ">>")
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"<</Size {size}/Root 1 0 R/Info {len(objects)} 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer{trailer}".encode()


def wrapped(text: str, width: int = 70) -> list[str]:
    """Lines of a page; the word that stands across the margin is broken off with a hyphen."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > width and len(word) > 8:
            lines.append(f"{line} {word[:4]}-".strip())
            line = word[4:]
        elif len(line) + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def test_a_pdf_gives_its_paragraphs_without_heads_page_numbers_and_broken_words() -> None:
    pages = [["De Veste, mei 2014", *wrapped(text), f"- {number} -"] for number, text in enumerate(PARAGRAPHS, start=1)]
    pages[0][1:1] = ["De spiegel in de lift", "Door Petra de Wit"]
    (article,) = read_pdf("lift.pdf", pdf(pages, Author="HP Owner 3", CreationDate="D:20140503120000"))

    assert article == Article(
        "lift.pdf",
        "De spiegel in de lift",
        "\n\n".join(PARAGRAPHS),
        author="Petra de Wit",
        date=datetime.date(2014, 5, 3),
    )


def test_of_a_pdf_without_a_title_on_the_page_its_properties_tell() -> None:
    content = pdf([wrapped(PARAGRAPHS[0])], Title="Microsoft Word - De spiegel in de lift.docx", Author="Petra de Wit")
    (article,) = read_pdf("scan0001.pdf", content)

    assert (article.title, article.author, article.text) == ("De spiegel in de lift", "Petra de Wit", PARAGRAPHS[0])


def locked() -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf([["Geheim."]])))
    writer.encrypt("wachtwoord", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a sound PDF"),
        (b"%PDF-1.4\nniets", "not a sound PDF"),
        (pdf([[]]), "holds no words"),
        (locked(), "password"),
    ],
    ids=["empty", "broken", "pictures", "locked"],
)
def test_a_pdf_without_words_to_be_had_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_pdf("a.pdf", content)


def word(*, title: str = "De spiegel in de lift", byline: str | None = "Door Petra de Wit", author: str = "") -> bytes:
    document = docx.Document()
    document.core_properties.author = author
    document.core_properties.created = datetime.datetime(2014, 5, 3)
    document.sections[0].header.paragraphs[0].text = "De Veste, concept"
    document.add_heading(title, level=0)
    if byline:
        document.add_paragraph(byline)
    document.add_paragraph(PARAGRAPHS[0])
    document.add_heading("De derde verdieping", level=2)
    document.add_paragraph(PARAGRAPHS[1])
    document.add_paragraph("een spiegel", style="List Bullet")
    document.add_paragraph("een lift", style="List Number")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "verdieping", "vier"
    document.add_paragraph(PARAGRAPHS[2])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_word_document_gives_its_paragraphs_lists_and_tables_in_order() -> None:
    (article,) = read_docx("lift.docx", word())
    middle = ["De derde verdieping", PARAGRAPHS[1], "- een spiegel", "- een lift", "verdieping | vier"]

    assert article == Article(
        "lift.docx",
        "De spiegel in de lift",
        "\n\n".join([PARAGRAPHS[0], *middle, PARAGRAPHS[2]]),
        author="Petra de Wit",
        date=datetime.date(2014, 5, 3),
    )


@pytest.mark.parametrize(("owner", "author"), [("Petra de Wit", "Petra de Wit"), ("beheer", None)])
def test_the_owner_of_a_word_document_is_its_author_when_it_is_a_person(owner: str, author: str | None) -> None:
    assert read_docx("lift.docx", word(byline=None, author=owner))[0].author == author


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04kapot", word()[:2000]], ids=["empty", "broken", "cut off"])
def test_a_broken_word_document_says_so(content: bytes) -> None:
    with pytest.raises(Unreadable, match="not a sound Word document"):
        read_docx("a.docx", content)


@pytest.mark.parametrize(
    ("read", "package", "module"), [(read_pdf, "pypdf", "pypdf"), (read_docx, "python-docx", "docx")]
)
def test_without_the_extra_the_reason_says_which_is_missing(
    read: object, package: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # as Python itself marks what cannot be imported
    with pytest.raises(Unreadable) as skipped:
        read("a", b"")  # type: ignore[operator]

    assert package in str(skipped.value)
    assert 'pip install "columnbot[documents]"' in str(skipped.value)


def body_of(paragraphs: str) -> bytes:
    """A Word document whose body is that XML."""
    document = docx.Document()
    out = io.BytesIO()
    document.save(out)
    sound = zipfile.ZipFile(out)
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name in sound.namelist():
            content = sound.read(name)
            if name == "word/document.xml":
                content = re.sub(
                    rb"(<w:body>).*(<w:sectPr)", rb"\1" + paragraphs.encode() + rb"\2", content, flags=re.S
                )
            archive.writestr(name, content)
    return changed.getvalue()


def run(words: str, around: str = "") -> str:
    text = f"<w:r><w:t xml:space='preserve'>{words}</w:t></w:r>"
    return f"<{around} w:id='1' w:author='P' w:date='2014-05-03T12:00:00Z'>{text}</{around}>" if around else text


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (run("Dit is ") + run("niet ", "w:ins") + run("waar."), "Dit is niet waar."),
        (run("Dit is ") + run("nooit ", "w:moveFrom") + run("niet ", "w:moveTo") + run("waar."), "Dit is niet waar."),
        (run("Dit is ") + f"<w:smartTag>{run('niet ')}</w:smartTag>" + run("waar."), "Dit is niet waar."),
        (
            run("Dit is ") + f"<w:sdt><w:sdtContent>{run('niet ')}</w:sdtContent></w:sdt>" + run("waar."),
            "Dit is niet waar.",
        ),
        (
            run("Dit is waar.")
            + f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('Klik hier')}</w:sdtContent></w:sdt>",
            "Dit is waar.",
        ),
    ],
    ids=["inserted", "moved", "smart tag", "control", "placeholder"],
)
def test_of_tracked_changes_and_controls_the_words_are_read(inside: str, text: str) -> None:
    assert read_docx("a.docx", body_of(f"<w:p>{inside}</w:p>"))[0].text == text


def test_paragraphs_and_tables_in_a_content_control_stand_where_it_does() -> None:
    cells = "".join(f"<w:tc><w:p>{run(words)}</w:p></w:tc>" for words in ("trap", "lift"))
    held = f"<w:p>{run('Twee.')}</w:p><w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    contents = f"<w:p><w:pPr><w:pStyle w:val='TOCHeading'/></w:pPr>{run('Inhoud')}</w:p>"
    control = f"<w:sdt><w:sdtContent>{held}</w:sdtContent></w:sdt>"
    body = f"<w:p>{run('Een.')}</w:p>{contents}{control}<w:p>{run('Drie.')}</w:p>"
    assert read_docx("a.docx", body_of(body))[0].text == "Een.\n\nTwee.\n\ntrap | lift\n\nDrie."


@pytest.mark.parametrize("odd", ["<w:tcPr><w:gridSpan/></w:tcPr>", "<w:tcPr/>"])
def test_a_table_without_its_numbers_is_read_all_the_same(odd: str) -> None:
    table = f"<w:tbl><w:tr><w:tc>{odd}<w:p>{run('trap')}</w:p></w:tc></w:tr></w:tbl>"
    assert read_docx("a.docx", body_of(table))[0].text == "trap"


def test_a_word_document_with_a_style_without_a_name_is_skipped() -> None:
    with pytest.raises(Unreadable, match="not a sound Word document"):
        read_docx("a.docx", body_of(f"<w:p><w:pPr><w:pStyle/></w:pPr>{run('Een.')}</w:p>"))


def test_an_encrypted_pdf_without_a_password_is_read_where_cryptography_is_and_else_says_what_it_needs() -> None:
    writer = pypdf.PdfWriter(io.BytesIO(pdf([["Een lift."]])))
    writer.encrypt("", "eigenaar", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    script = (
        "import sys; sys.modules['cryptography'] = sys.modules['Crypto'] = None\n"
        "from columnbot.readers.documents import read_pdf; from columnbot.readers.source import Unreadable\n"
        "try: read_pdf('a.pdf', sys.stdin.buffer.read())\n"
        "except Unreadable as reason: print(reason)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=out.getvalue(), env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True, check=True,
    )  # fmt: skip

    assert read_pdf("a.pdf", out.getvalue())[0].text == "Een lift."
    assert "cryptography" in done.stdout.decode()
    assert 'pip install "columnbot[documents]"' in done.stdout.decode()


def test_documents_with_bytes_changed_anywhere_are_read_or_skipped_with_the_reason() -> None:
    chance = random.Random(7)
    for read, sound in ((read_pdf, pdf([wrapped(text) for text in PARAGRAPHS])), (read_docx, word())):
        outcomes = set()
        for _ in range(300):
            content = bytearray(sound)
            for _ in range(chance.randint(1, 6)):
                content[chance.randrange(len(content))] = chance.randrange(256)
            try:
                outcomes.add("read" if read("a", bytes(content))[0].text else "empty")
            except Unreadable as reason:
                outcomes.add("skipped" if str(reason) else "unexplained")
        assert outcomes == {"read", "skipped"}


def test_documents_are_read_beside_other_files(tmp_path: Path) -> None:
    from columnbot.readers import read_archive

    (tmp_path / "lift.docx").write_bytes(word())
    (tmp_path / "Trap.PDF").write_bytes(pdf([["De trap", *wrapped(PARAGRAPHS[2])]]))
    (tmp_path / "kapot.pdf").write_bytes(b"%PDF")
    archive = read_archive(tmp_path)

    assert {article.path: article.title for article in archive.articles} == {
        "lift.docx": "De spiegel in de lift", "Trap.PDF": "De trap"
    }  # fmt: skip
    assert [skipped.path for skipped in archive.skipped] == ["kapot.pdf"]
