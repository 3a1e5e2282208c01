"""The file layer that loses what was not synced: every state a disk may be in after the power fails during a build.

A build is recorded in a child: what each step was, and what the files held ahead of it. Replayed, each file has a
content that is safe (that of its last fsync) beside the one it has, and each folder has changes (a name made, renamed
or removed) that are pending until that folder is synced. POSIX promises no more than that, so after a crash a file
holds either, or a beginning, or zeros of its length; and of the pending changes of folders any may be lost.
"""

import itertools
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from columnbot import build_index
from tests.faults.builds import in_child
from tests.faults.editions import settings_for
from tests.faults.files import Step, announce

Tree = Mapping[str, bytes | None]  # relative paths; None is a folder
ALL_SUBSETS_OF = 4  # pending changes; of more, the beginnings, all but one, and some at random


@dataclass(frozen=True, slots=True)
class Moment:
    """What stands below the root just before a step; `step` None is the end of the build."""

    tree: Tree
    step: tuple[str, str, str | None] | None  # kind, path, target


@dataclass(frozen=True, slots=True)
class State:
    """What a crash may leave: ahead of which step it came, whether the build was done, and the files."""

    when: str
    done: bool
    tree: Tree


def record(root: Path, articles: Path, index: Path, model: Path) -> list[Moment]:
    """The moments of a build of an index below the root."""
    moments: list[Moment] = []
    in_child(_record, root, articles, index, model, take=moments.append)
    assert moments
    assert moments[-1].step is None, "the recorded build has to end well"
    return moments


def _record(connection: Connection, root: Path, articles: Path, index: Path, model: Path) -> None:
    import torch

    torch.set_num_threads(1)
    logging.disable()

    def before(step: Step) -> None:
        if step.kind != "read":
            target = None if step.target is None else step.target.relative_to(root).as_posix()
            connection.send(Moment(tree_of(root), (step.kind, step.path.relative_to(root).as_posix(), target)))

    announce(root, before)
    connection.send("begun")
    build_index(articles, index, settings=settings_for(model))
    connection.send(Moment(tree_of(root), None))


def tree_of(root: Path) -> dict[str, bytes | None]:
    """Everything below a folder."""
    places = sorted(root.rglob("*"))
    return {place.relative_to(root).as_posix(): None if place.is_dir() else place.read_bytes() for place in places}


def write_tree(root: Path, tree: Tree) -> None:
    """Puts it on a real disk, below an empty folder."""
    for name, content in sorted(tree.items()):
        if content is None:
            (root / name).mkdir(parents=True, exist_ok=True)
        else:
            (root / name).write_bytes(content)


@dataclass(eq=False, slots=True)
class File:
    """`safe` is what was last synced, None of a file that never was."""

    content: bytes
    safe: bytes | None


@dataclass(frozen=True, slots=True)
class Change:
    """A name in a folder: made (`node`), removed (neither), or renamed to `to`."""

    order: int
    name: str
    node: Any = None
    to: str | None = None


@dataclass(eq=False, slots=True)
class Folder:
    """Entries as they are, as they are surely on disk, and what parts the two."""

    entries: dict[str, Any] = field(default_factory=dict)
    safe: dict[str, Any] = field(default_factory=dict)
    pending: list[Change] = field(default_factory=list)

    def change(self, change: Change) -> None:
        _apply(self.entries, change)
        self.pending.append(change)

    def sync(self) -> None:
        self.safe = dict(self.entries)
        self.pending.clear()


def _apply(entries: dict[str, Any], change: Change) -> None:
    if change.to is not None:
        if change.name in entries:
            entries[change.to] = entries.pop(change.name)
    elif change.node is not None:
        entries[change.name] = change.node
    else:
        entries.pop(change.name, None)


class Disk:
    """The replayed disk. What stands there at first is safe."""

    def __init__(self, tree: Tree) -> None:
        self._order = itertools.count()
        self.root = Folder()
        self.take_over(tree)
        for folder in self.folders():
            folder.sync()
            for node in folder.entries.values():
                if isinstance(node, File):
                    node.safe = node.content

    def folders(self) -> Iterator[Folder]:
        waiting = [self.root]
        while waiting:
            folder = waiting.pop()
            yield folder
            waiting += [node for node in folder.entries.values() if isinstance(node, Folder)]

    def at(self, path: str) -> Any:
        node: Any = self.root
        for part in [part for part in path.split("/") if part not in ("", ".")]:
            node = node.entries[part]
        return node

    def take_over(self, tree: Tree) -> None:
        """Brings names and contents up to what was seen."""
        for path in sorted(set(self.paths()) - set(tree), reverse=True):
            parent, _, name = path.rpartition("/")
            self.at(parent).change(Change(next(self._order), name))
        known = set(self.paths())
        for path, content in sorted(tree.items()):
            parent, _, name = path.rpartition("/")
            if path not in known:
                node = Folder() if content is None else File(content, None)
                self.at(parent).change(Change(next(self._order), name, node))
            elif content is not None:
                self.at(path).content = content

    def paths(self) -> list[str]:
        return list(self.after(None, lambda file: file.content))

    def step(self, kind: str, path: str, target: str | None) -> None:
        """What the step itself does, for what `take_over` cannot see."""
        if kind == "fsync":
            node = self.at(path)
            if isinstance(node, Folder):
                node.sync()
            else:
                node.safe = node.content
        elif kind == "rename" and target is not None:
            parent, _, name = path.rpartition("/")
            new_parent, _, new_name = target.rpartition("/")
            assert parent == new_parent, "a rename from folder to folder is not modelled"
            self.at(parent).change(Change(next(self._order), name, to=new_name))

    def after(self, kept: frozenset[int] | None, content: Callable[[File], bytes]) -> dict[str, bytes | None]:
        """The tree when of the pending changes those are kept (None: all), and files hold what `content` says."""
        found: dict[str, bytes | None] = {}

        def walk(folder: Folder, prefix: str) -> None:
            entries = dict(folder.safe)
            for change in folder.pending:
                if kept is None or change.order in kept:
                    _apply(entries, change)
            for name, node in entries.items():
                found[prefix + name] = content(node) if isinstance(node, File) else None
                if isinstance(node, Folder):
                    walk(node, f"{prefix}{name}/")

        walk(self.root, "")
        return found

    def pending(self) -> list[int]:
        return sorted(change.order for folder in self.folders() for change in folder.pending)


CONTENTS: tuple[Callable[[File], bytes], ...] = (
    lambda file: file.content,
    lambda file: file.safe if file.safe is not None else b"",
    lambda file: file.content if file.safe == file.content else file.content[: len(file.content) // 2],
    lambda file: file.content if file.safe == file.content else bytes(len(file.content)),
)


def states(recorded: list[Moment], chance: random.Random) -> Iterator[State]:
    """Every different state that a crash may leave, moment by moment."""
    disk = Disk(recorded[0].tree)
    seen: set[tuple[bool, frozenset[tuple[str, bytes | None]]]] = set()
    for moment in recorded:
        disk.take_over(moment.tree)
        done = moment.step is None
        for kept in _kept(disk.pending(), chance):
            for content in CONTENTS:
                tree = disk.after(kept, content)
                key = (done, frozenset(tree.items()))
                if key not in seen:
                    seen.add(key)
                    yield State("the end" if done else " ".join(filter(None, moment.step or ())), done, tree)
        if moment.step is not None:
            disk.step(*moment.step)


def _kept(pending: list[int], chance: random.Random) -> Iterator[frozenset[int]]:
    if len(pending) <= ALL_SUBSETS_OF:
        for count in range(len(pending) + 1):
            yield from map(frozenset, itertools.combinations(pending, count))
        return
    yield from (frozenset(pending[:end]) for end in range(len(pending) + 1))
    yield from (frozenset(pending) - {one} for one in pending)
    yield from (frozenset(order for order in pending if chance.random() < 0.5) for _ in range(4))
