"""This machine's looks for submissions in doubt: a small JSON file in `.satops/`."""

from pathlib import Path
from typing import Any

from satops.adapters.files.local_json import read_object, write_object
from satops.ports import Look


class LookFile:
    """Keeps looks in one file; an unreadable file counts as no looks, which only waits longer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def look(self, ledger: str, name: str, attempt: int) -> Look | None:
        """Return what was noted of one submission."""
        kept: Any = read_object(self._path).get(_key(ledger, name, attempt))
        try:
            return Look(float(kept["first"]), int(kept["count"]), str(kept["epoch"]))
        except (TypeError, KeyError, ValueError):
            return None

    def note(self, ledger: str, name: str, attempt: int, look: Look) -> None:
        """Note a look, dropping those of earlier epochs: they can never count again."""
        kept = {
            key: value
            for key, value in read_object(self._path).items()
            if isinstance(value, dict) and value.get("epoch") == look.epoch
        }
        kept[_key(ledger, name, attempt)] = {
            "first": look.first,
            "count": look.count,
            "epoch": look.epoch,
        }
        write_object(self._path, kept)


def _key(ledger: str, name: str, attempt: int) -> str:
    return f"{ledger} {name} {attempt}"
