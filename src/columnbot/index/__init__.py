"""The index: written and read in generations, in a folder of this machine or in Milvus.

It knows no model and no format of articles: what it stores was read, split and embedded elsewhere.
"""

from pathlib import Path

from columnbot.errors import IndexMissing
from columnbot.index.generation import Pointer
from columnbot.index.generation import read_pointer as read_pointer_in_folder
from columnbot.index.keys import embedded_sentences, embedded_text, keys_of
from columnbot.index.local import LocalIndex, open_local, write_index
from columnbot.index.milvus import address_of, counted_rows, in_force, open_in_milvus
from columnbot.index.reading import Found, Index, Search
from columnbot.index.terms import TermIndex
from columnbot.index.vectors import VectorBlock

__all__ = [
    "Found", "Index", "LocalIndex", "Pointer", "Search", "TermIndex", "VectorBlock", "beside",
    "embedded_sentences", "embedded_text",
    "keys_of", "open_index", "read_pointer", "shown", "write_index",
]  # fmt: skip


def open_index(place: Path, *, whole: bool = False) -> Index:
    """Opens the generation in force of a folder, or of a Milvus at an address.

    With `whole` all of it is checked first, in Milvus by counting its rows. Raises `IndexMissing`,
    `IndexDamaged`, `IndexOutdated` or `IndexUnavailable`.
    """
    address = address_of(place)
    if address is None:
        return open_local(place, whole=whole)
    opened = open_in_milvus(address)
    if whole:
        counted_rows(opened)
    return opened


def beside(place: Path) -> Path:
    """The folder on this machine for what is kept beside an index: its own, or for one in Milvus a folder aside."""
    address = address_of(place)
    return address.workplace if address else place


def shown(place: Path) -> str:
    """The place as messages name it: without a password."""
    address = address_of(place)
    return address.shown if address else str(place)


def read_pointer(place: Path) -> Pointer:
    """Which generation is in force; without a name where there is none. Raises `IndexUnavailable`."""
    address = address_of(place)
    if address is None:
        return read_pointer_in_folder(place)
    try:
        return Pointer(in_force(address))
    except IndexMissing:
        return Pointer("")
