"""Zip archives read in place: what a keeper packs, and what somebody could have made to do harm."""

import io
import struct
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot.readers import Archive, read_archive
from columnbot.readers import zip as zip_reader
from tests.test_readers import GOOD, archive_of


def column(title: str) -> str:
    return f"---\ntitle: {title}\n---\n\nDit stuk heet {title}.\n"


def packed(files: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=compression)
    return out.getvalue()


def read(folder: Path, content: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """Titles and reasons by path, of a zip beside a good column."""
    archive = archive_of(folder, {"oud.zip": content, "goed.md": GOOD})
    titles = {article.path: article.title for article in archive.articles}
    assert titles.pop("goed.md") == "Een goed stuk"
    return titles, {skipped.path: skipped.reason for skipped in archive.skipped}


def test_every_kind_of_file_in_a_zip_is_read_where_it_stands(tmp_path):
    items = '[{"id": "7", "title": "Zeven", "content_text": "Ja."}]'
    feed = f'{{"version": "https://jsonfeed.org/version/1.1", "items": {items}}}'
    files = {
        "stukken/2014/een.md": column("Een"),
        "twee.html": "<html><head><title>Twee</title></head><body><p>Dit stuk heet twee.</p></body></html>",
        "tabel.csv": "titel;tekst\nDrie;Dit stuk heet drie.\n",
        "feed.json": feed,
        "foto.jpg": b"\xff\xd8\xff",
        "leeg/": b"",
        "los\\vier.md": column("Vier"),
        "./vijf.md": column("Vijf"),
    }
    titles, reasons = read(tmp_path, packed(files))
    assert titles == {
        "oud.zip/stukken/2014/een.md": "Een",
        "oud.zip/twee.html": "Twee",
        "oud.zip/tabel.csv#2": "Drie",
        "oud.zip/feed.json#7": "Zeven",
        "oud.zip/los/vier.md": "Vier",
        "oud.zip/vijf.md": "Vijf",
    }
    assert reasons == {"oud.zip/foto.jpg": "files ending in .jpg are not read"}


def test_a_zip_is_read_as_the_folder_that_it_holds(tmp_path, sample_archive):
    with zipfile.ZipFile(tmp_path / "oud.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sample_archive.iterdir():
            archive.write(file, file.name)
    unpacked, in_zip = read_archive(sample_archive), read_archive(tmp_path)
    assert [(a.title, a.text, a.date, a.author) for a in in_zip.articles] == [
        (a.title, a.text, a.date, a.author) for a in unpacked.articles
    ]
    assert [a.path for a in in_zip.articles] == [f"oud.zip/{a.path}" for a in unpacked.articles]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../buiten.md", "oud.zip/buiten.md"),
        ("a/../../buiten.md", "oud.zip/a/buiten.md"),
        ("/etc/buiten.md", "oud.zip/etc/buiten.md"),
        ("..\\buiten.md", "oud.zip/buiten.md"),
        ("C:\\buiten.md", "oud.zip/C:/buiten.md"),
    ],
)
def test_a_name_that_leads_out_of_the_zip_is_refused(tmp_path, name, path):
    assert read(tmp_path, packed({name: column("Buiten"), "een.md": column("Een")})) == (
        {"oud.zip/een.md": "Een"},
        {path: "its name leads out of the zip"},
    )


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_read_as_the_finder_of_a_mac_writes_it(tmp_path, form):
    """In UTF-8 without saying so: the flag is taken out of both places where zipfile sets it."""
    name = unicodedata.normalize(form, "café/de patiënt.md")
    content = bytearray(packed({name: "Een patiënt."}))
    for header, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + place + 1] &= ~0x08
    assert read(tmp_path, bytes(content)) == ({"oud.zip/café/de patiënt.md": "De patiënt"}, {})


def test_a_name_of_a_dos_machine_is_read_too(tmp_path):
    content = packed({"caf#.md": "Een café."}).replace(b"caf#", "café".encode("cp437"))
    assert read(tmp_path, content) == ({"oud.zip/café.md": "Café"}, {})


def test_what_is_hidden_a_link_or_a_zip_is_not_read(tmp_path):
    link = zipfile.ZipInfo("link.md")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO(
        packed(
            {
                "__MACOSX/._een.md": "x",
                ".git/a.md": "x",
                ".git/b.md": "x",
                ".los.md": "x",
                "nog.zip": packed({"een.md": column("Een")}),
            }
        )
    )
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    titles, reasons = read(tmp_path, out.getvalue())
    assert titles == {}
    assert reasons == {
        "oud.zip/__MACOSX/": "a hidden folder",
        "oud.zip/.git/": "a hidden folder",
        "oud.zip/.los.md": "a hidden file",
        "oud.zip/link.md": "a link",
        "oud.zip/nog.zip": "a zip inside a zip is not opened",
    }


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_a_file_that_stands_in_it_twice_the_last_is_read(tmp_path):
    out = io.BytesIO(packed({"een.md": column("Oud")}))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("een.md", column("Nieuw"))
    titles, reasons = read(tmp_path, out.getvalue())
    assert titles == {"oud.zip/een.md": "Nieuw"}
    assert reasons == {"oud.zip/een.md": "the zip holds it more than once; the last one is read"}


def test_an_encrypted_file_is_named(tmp_path):
    content = bytearray(packed({"een.md": column("Een"), "geheim.md": column("Geheim")}))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the flags of the second file, in both its headers
        place = content.index(b"geheim.md") if signature == b"PK\3\4" else content.rindex(b"geheim.md")
        header = content.rindex(signature, 0, place)
        content[header + offset] |= 1
    titles, reasons = read(tmp_path, bytes(content))
    assert titles == {"oud.zip/een.md": "Een"}
    assert reasons == {"oud.zip/geheim.md": "encrypted; unpack the zip with its password first"}


def test_a_file_that_would_unpack_to_hundreds_of_times_its_size_is_refused(tmp_path):
    titles, reasons = read(tmp_path, packed({"bom.csv": b"tekst\n" + b"0" * 30_000_000, "een.md": column("Een")}))
    assert titles == {"oud.zip/een.md": "Een"}
    assert reasons == {"oud.zip/bom.csv": "it would unpack to more than 250 times its size, as a zip bomb does"}


def test_a_zip_of_too_much_or_too_many_is_refused_before_anything_is_unpacked(tmp_path, monkeypatch):
    files = {f"{number}.md": column(str(number)) for number in range(20)}
    monkeypatch.setattr(zip_reader, "MAX_ENTRIES", 19)
    assert read(tmp_path, packed(files)) == (
        {},
        {"oud.zip": "20 files are too many for one zip (at most 19); unpack it first"},
    )
    content = bytearray(packed({"een.csv": "tekst\nx\n", "foto.jpg": b"x"}))
    entry = content.rindex(b"PK\1\2", 0, content.rindex(b"een.csv"))
    content[entry + 24 : entry + 28] = struct.pack("<I", 4_100_000_000)  # the size that it claims to unpack to
    titles, reasons = read(tmp_path, bytes(content))
    assert titles == {}
    assert reasons["oud.zip"] == "it would unpack to 4 GB (at most 4); unpack it first"


def test_a_file_that_claims_to_be_small_is_not_unpacked_any_further(tmp_path):
    content = bytearray(packed({"een.csv": b"tekst\n" + b"woord " * 1_000_000}))
    entry = content.rindex(b"PK\1\2")
    content[entry + 24 : entry + 28] = struct.pack("<I", 12)
    titles, reasons = read(tmp_path, bytes(content))
    assert titles == {}
    assert "damaged in the zip, read as far as it goes" in reasons["oud.zip/een.csv"]


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_rare_way_of_packing_is_named(tmp_path, compression):
    titles, reasons = read(tmp_path, packed({"een.md": column("Een")}, compression))
    assert titles == {}
    assert "pack it again as an ordinary zip" in reasons["oud.zip/een.md"]


def test_a_cut_off_zip_and_one_that_is_none_are_named(tmp_path):
    content = packed({f"{number}.md": column(str(number)) for number in range(5)})
    for broken in (content[: len(content) // 2], b"", b"PK\3\4", b"Geen zip.", content[-22:]):
        titles, reasons = read(tmp_path, broken)
        assert titles == {}
        assert "broken or cut-off zip" in reasons["oud.zip"]


def test_a_damaged_file_does_not_stop_the_others_in_the_zip(tmp_path):
    content = bytearray(packed({"een.md": column("Een"), "twee.md": column("Twee")}, zipfile.ZIP_STORED))
    place = content.index(b"Dit stuk heet Een")
    content[place : place + 3] = b"Dat"
    titles, reasons = read(tmp_path, bytes(content))
    assert titles == {"oud.zip/twee.md": "Twee"}
    assert "damaged in the zip" in reasons["oud.zip/een.md"]


@pytest.mark.slow
def test_an_export_in_a_zip_is_streamed_like_any_other(tmp_path):
    rows = "titel,tekst\n" + "".join(f"Stuk {n},{'Hij kwam niet en zij wel. ' * 900}{n}\n" for n in range(1000))
    assert len(rows) > 20_000_000  # more than one article may be
    content = packed({"alles.csv": rows}, zipfile.ZIP_STORED)
    assert len(archive_of(tmp_path, {"oud.zip": content}).articles) == 1000


def test_a_file_without_a_name_is_named_as_such(tmp_path):
    content = packed({"x": column("Zonder"), "een.md": column("Een")}).replace(b"x---", b"\0---")
    content = content[: content.rindex(b"x")] + b"\0" + content[content.rindex(b"x") + 1 :]
    titles, reasons = read(tmp_path, content)
    assert titles == {"oud.zip/een.md": "Een"}
    assert reasons == {"oud.zip/(no name)": "it has no name"}


SOUND = packed({"een.md": column("Een"), "map/twee.csv": "tekst\nTwee.\n", "drie.xml": "<rss/>"})


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(SOUND)), st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=3)
)
def test_a_damaged_zip_never_stops_the_others(damages):
    content = SOUND
    for place, length, put in damages:
        content = content[:place] + put + content[place + length :]
    with tempfile.TemporaryDirectory() as folder:
        archive: Archive = archive_of(Path(folder), {"oud.zip": content, "goed.md": GOOD})
    paths = [article.path for article in archive.articles]
    assert "goed.md" in paths
    assert len(set(paths)) == len(paths)
    assert all(path == "goed.md" or path.startswith("oud.zip/") for path in paths)
    assert all(".." not in path.split("/") for path in [*paths, *(skipped.path for skipped in archive.skipped)])
    assert all(skipped.reason for skipped in archive.skipped)
