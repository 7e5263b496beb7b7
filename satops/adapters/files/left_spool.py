"""Find the spool that satops 0.1 kept in a repository, in `.satops/`.  Its content is never
trusted.

It may hold order numbers that reached no ledger, so a run stops and shows them as text.  A tracked
file came with a commit, from its author: the run names it and goes on.
"""

import os
import shlex
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from satops.adapters.files.plain_file import read_plain
from satops.adapters.git_command import TIMEOUT_S, Git
from satops.core import json_text
from satops.core.safe import safe, shown
from satops.errors import LedgerOlder, StoreUnreachable

_FOLDER = ".satops"
_SPOOL = f"{_FOLDER}/spool"
_MAX_BYTES = 1024 * 1024
_SHOWN_MAX = 50
_CHARS_MAX = 300


def require_no_left_spool(root: Path, say: Callable[[str], None]) -> None:
    """Raise `LedgerOlder` if an untracked spool of satops 0.1 holds outcomes."""
    found = list(_found(root))
    if not found:
        return
    known = _tracked(root)
    ours = [path for path in found if not _is_tracked(path, known)]
    if committed := len(found) - len(ours):
        say(
            f"satops: {_SPOOL} holds {committed} of the repository's own files, so somebody "
            "committed them. They are not read."
        )
    lines = [line for path in ours for line in _told(root, path)]
    if lines:
        more = f"\n    and {len(lines) - _SHOWN_MAX:,} more" if len(lines) > _SHOWN_MAX else ""
        raise LedgerOlder(
            f"{_SPOOL} holds what an older satops could not write to the ledger. Nothing was "
            "done, since it may name orders that were bought. Move the folder out of the "
            "repository, keep it, and run each command below that tells what the ledger lacks:"
            "\n    " + "\n    ".join(lines[:_SHOWN_MAX]) + more
        )


def _found(root: Path) -> Iterator[str]:
    """Yield the files of the spool, or the link or file in its place."""
    for name in (_FOLDER, _SPOOL):
        folder = root / name
        if folder.is_symlink():
            yield name
            return
        if not folder.is_dir():
            return
    try:
        names = sorted(path.name for path in (root / _SPOOL).iterdir())
    except OSError:
        yield _SPOOL
        return
    yield from (f"{_SPOOL}/{name}" for name in names if name.endswith(".jsonl"))


def _tracked(root: Path) -> frozenset[str]:
    """Return the tracked files of the folder, as paths from the root."""
    git = Git(root, TIMEOUT_S)
    try:
        prefix = git.checkout.prefix
        listed = git.attempt("ls-files", "-z", "--", f":(top,literal){prefix}{_FOLDER}")
    except StoreUnreachable:
        return frozenset()
    paths = listed.out.split(b"\0") if listed.ok else []
    return frozenset(os.fsdecode(path).removeprefix(prefix) for path in paths)


def _is_tracked(path: str, tracked: Collection[str]) -> bool:
    """Tell whether git tracks a path, or a submodule that contains it."""
    parts = path.split("/")
    return any("/".join(parts[:count]) in tracked for count in range(1, len(parts) + 1))


def _told(root: Path, path: str) -> Iterator[str]:
    read = read_plain(str(root / path), _MAX_BYTES)
    if not isinstance(read, bytes):
        yield f"# {safe(path)}: {read.words}"
        return
    for line in filter(None, read.split(b"\n")):
        yield _line(line)


def _line(line: bytes) -> str:
    """Return one line of the spool as a command to copy, or as a comment."""
    try:
        entry: Any = json_text.loads(line)
        name, outcome = str(entry["name"]), entry["outcome"]
        kind, order_no = outcome["kind"], outcome.get("order_no")
    except (json_text.NotJson, KeyError, TypeError, AttributeError):
        return f"# cannot be read: {shown(line.decode(errors='replace'), _CHARS_MAX)}"
    if kind == "Receipt":
        return f"satops resolve {_word(name)} --placed {_word(str(order_no))}"
    if kind in ("NotSent", "Rejection"):
        return f"# {shown(name, _CHARS_MAX)}: nothing was bought"
    return f"satops reconcile    # {shown(name, _CHARS_MAX)} is in doubt"


def _word(text: str) -> str:
    """Return a text quoted as one word of a shell."""
    return shlex.quote(safe(text[:_CHARS_MAX]))
