"""Who may enter a chat that is not for everybody: names and hashed passwords in a file, and a limit on attempts."""

import base64
import hashlib
import hmac
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock

from columnbot.errors import SettingsError

# scrypt (Percival 2009): 64 MB and a fifth of a second a password.
_COST, _BLOCK, _PARALLEL = 2**16, 8, 1
_LONGEST = 200  # characters; a longer one is not even hashed
ATTEMPTS = 5  # wrong ones in a row, after which a name is not let in for a while,
WAIT = 60.0  # seconds; twice as long after each wrong one more
_LONGEST_WAIT = 3600.0


def hashed(password: str) -> str:
    """What stands in the file behind a name; another each time, for the salt in it."""
    salt = os.urandom(16)
    return f"scrypt:{_in_text(salt)}:{_in_text(_hash(password, salt))}"


def read_passwords(file: Path) -> dict[str, str]:
    """The names and hashes in a file, a `name:scrypt:…` a line. Raises `SettingsError` that names the line."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()  # Notepad begins a file with a mark
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The auth file {file} cannot be read: {error}.") from None
    entries = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, entry = line.strip().partition(":")
        if not name or not _parts(entry):
            raise SettingsError(
                f"Line {number} of the auth file {file} is no name with a hashed password; "
                "make one with: columnbot password NAME"
            )
        entries[name] = entry
    if not entries:
        raise SettingsError(f"The auth file {file} names nobody; make a line with: columnbot password NAME")
    return entries


class Doorkeeper:
    """Says who is let in. Takes as long for a name that there is not as for a wrong password."""

    def __init__(self, passwords: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._passwords, self._clock = passwords, clock
        self._nobody = hashed("")
        self._wrong: dict[str, tuple[int, float]] = {}  # how often in a row, and until when to wait
        self._one_at_a_time = Lock()  # so that hashing cannot take all memory

    def __call__(self, name: str, password: str) -> bool:
        """Whether that is the password of that name, and the name has not failed too often."""
        with self._one_at_a_time:
            if len(password) > _LONGEST:
                return False
            known = name in self._passwords
            times, until = self._wrong.get(name, (0, 0.0))
            right = _is_right(password, self._passwords.get(name, self._nobody)) and known
            if self._clock() < until:
                return False
            if right:
                self._wrong.pop(name, None)
            elif known:  # of names that there are not none is remembered: there is no end of them
                wait = min(WAIT * 2.0 ** (times + 1 - ATTEMPTS), _LONGEST_WAIT) if times + 1 >= ATTEMPTS else 0.0
                self._wrong[name] = (times + 1, self._clock() + wait)
            return right


def _is_right(password: str, entry: str) -> bool:
    salt, digest = _parts(entry) or (b"", b"")
    return hmac.compare_digest(_hash(password, salt), digest)


def _hash(password: str, salt: bytes) -> bytes:
    # scrypt takes "brug" and "brug\0" for the same; their digests are not.
    digest = hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest()
    return hashlib.scrypt(
        digest, salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=2**20 + 256 * _COST * _BLOCK, dklen=32
    )


def _in_text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()


def _parts(entry: str) -> tuple[bytes, bytes] | None:
    kind, _, rest = entry.partition(":")
    salt, _, digest = rest.partition(":")
    try:
        decoded = base64.urlsafe_b64decode(salt), base64.urlsafe_b64decode(digest)
    except ValueError:
        return None
    return decoded if kind == "scrypt" and len(decoded[0]) >= 16 and len(decoded[1]) == 32 else None
