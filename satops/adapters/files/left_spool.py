"""What satops 0.1 left in a repository: a spool in `.satops/`, which is never believed.

It may hold order numbers that reached no ledger, so a run stops at it and shows them as text.  A
file there that git tracks came with a commit, from whoever wrote that: it is named, and nothing
more.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from satops.adapters.files.plain_file import read_plain
from satops.core import json_text
from satops.core.safe import safe
from satops.errors import LedgerOlder

_FOLDER = ".satops/spool"
_MAX_BYTES = 1024 * 1024
_SHOWN_MAX = 50


def require_no_left_spool(
    root: Path, is_tracked: Callable[[str], bool], say: Callable[[str], None]
) -> None:
    """Raise `LedgerOlder` where a spool of satops 0.1 holds outcomes that git does not track.

    `is_tracked` takes a path from the root.
    """
    lines: list[str] = []
    for name in _names(root):
        path = f"{_FOLDER}/{name}"
        if is_tracked(path):
            say(f"satops: {safe(path)} is in git, so somebody committed it. It is not read.")
            continue
        read = read_plain(str(root / path), _MAX_BYTES)
        lines += _told(read) if isinstance(read, bytes) else [f"{safe(path)}: {read.words}"]
    if lines:
        more = f"\n    and {len(lines) - _SHOWN_MAX} more" if len(lines) > _SHOWN_MAX else ""
        raise LedgerOlder(
            f"{_FOLDER} holds what an older satops could not write to the ledger. Nothing was "
            "done, since it may name orders that were bought. Run each command below that is not "
            f"yet true of the ledger, then delete the folder {_FOLDER}:\n    "
            + "\n    ".join(lines[:_SHOWN_MAX])
            + more
        )


def _names(root: Path) -> list[str]:
    folder = root / _FOLDER
    if folder.is_symlink() or folder.parent.is_symlink() or not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.name.endswith(".jsonl"))


def _told(content: bytes) -> list[str]:
    told = []
    for line in content.split(b"\n"):
        try:
            entry: Any = json_text.loads(line)
            name, outcome = str(entry["name"]), entry["outcome"]
            kind, order_no = outcome["kind"], outcome.get("order_no")
        except (json_text.NotJson, KeyError, TypeError, AttributeError):
            continue
        if kind == "Receipt":
            told.append(f"satops resolve {safe(name)} --placed {safe(str(order_no))}")
        elif kind == "InDoubt":
            told.append(f"satops reconcile    # {safe(name)} is in doubt")
        else:
            told.append(f"# {safe(name)}: {safe(str(kind))}, nothing was bought")
    return told
