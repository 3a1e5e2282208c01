"""Who is let into a chat that is not for everybody, and who is not, however often they try."""

from pathlib import Path

import pytest

from columnbot.chat import passwords
from columnbot.chat.passwords import ATTEMPTS, WAIT, Doorkeeper, hashed, read_passwords
from columnbot.errors import SettingsError


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing that costs little: here it is who is let in that matters."""
    monkeypatch.setattr(passwords, "_COST", 2)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Doorkeeper:
    return Doorkeeper({"tineke": hashed("een lange zin"), "wim": hashed("brug")}, clock=clock)


def test_the_right_password_lets_in_and_nothing_else_does(door: Doorkeeper) -> None:
    assert door("tineke", "een lange zin")
    for name, password in (
        ("tineke", "brug"), ("tineke", ""), ("Tineke", "een lange zin"), ("niemand", "brug"), ("niemand", ""), ("", ""),
        ("tineke", "een lange zin "), ("wim", "brug" * 100), ("wim", "brug\0"),
    ):  # fmt: skip
        assert not door(name, password)


def test_a_name_that_fails_too_often_has_to_wait_and_others_do_not(door: Doorkeeper, clock: Clock) -> None:
    for _ in range(ATTEMPTS):
        assert not door("wim", "fout")
    assert not door("wim", "brug")
    assert door("tineke", "een lange zin")
    clock.now += WAIT + 1
    assert door("wim", "brug")
    assert not door("wim", "fout")
    assert door("wim", "brug")  # what went before is forgotten


def test_a_name_that_has_to_wait_costs_as_much_as_one_that_there_is_not(
    door: Doorkeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ATTEMPTS):
        door("wim", "fout")
    hashings: list[str] = []
    right = passwords._is_right
    monkeypatch.setattr(passwords, "_is_right", lambda *given: hashings.append(given[0]) or right(*given))
    assert not door("wim", "brug")
    assert not door("niemand", "brug")
    assert hashings == ["brug", "brug"]


def test_each_wrong_one_after_that_takes_twice_as_long(door: Doorkeeper, clock: Clock) -> None:
    for _ in range(ATTEMPTS):
        door("wim", "fout")
    clock.now += WAIT + 1
    door("wim", "fout")
    clock.now += WAIT + 1
    assert not door("wim", "brug")
    clock.now += WAIT
    assert door("wim", "brug")


def test_names_that_there_are_not_are_not_remembered(door: Doorkeeper) -> None:
    for number in range(50):
        door(f"naam {number}", "x")
    assert not door._wrong


def test_a_password_is_never_stored_and_hashed_otherwise_each_time() -> None:
    assert "brug" not in hashed("brug")
    assert hashed("brug") != hashed("brug")


def test_the_file_may_have_remarks_and_empty_lines(tmp_path: Path) -> None:
    file = tmp_path / "wie.txt"
    file.write_text(f"# de redactie\n\ntineke:{hashed('zin')}\n", encoding="utf-8")

    assert Doorkeeper(read_passwords(file))("tineke", "zin")


def test_a_file_of_notepad_s_begins_with_a_mark_that_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    (tmp_path / "wie.txt").write_text(f"tineke:{hashed('zin')}\n", encoding="utf-8-sig")

    assert list(read_passwords(tmp_path / "wie.txt")) == ["tineke"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("tineke:brug\n", "Line 1 .* columnbot password"),
        ("# een\ntineke:scrypt:AAAA:BBBB\n", "Line 2"),
        ("tineke:scrypt:é:é\n", "Line 1"),
        (":scrypt:x:y\n", "Line 1"),
        ("", "names nobody"),
        ("# niemand\n", "names nobody"),
    ],
)
def test_a_file_that_lets_nobody_in_is_named_with_the_line(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "wie.txt").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        read_passwords(tmp_path / "wie.txt")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"weg\.txt cannot be read"):
        read_passwords(tmp_path / "weg.txt")
