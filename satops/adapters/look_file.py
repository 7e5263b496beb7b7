"""This machine's looks for submissions in doubt: a small JSON file in `.satops/`."""

import os
import tempfile
from pathlib import Path
from typing import Any

from satops.core import json_text
from satops.ports import Look


class LookFile:
    """Keeps looks in one file; an unreadable file counts as no looks, which only waits longer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def look(self, ledger: str, name: str, attempt: int) -> Look | None:
        """Return what was noted of one submission."""
        kept: Any = self._read().get(_key(ledger, name, attempt))
        try:
            return Look(float(kept["first"]), int(kept["count"]), str(kept["epoch"]))
        except (TypeError, KeyError, ValueError):
            return None

    def note(self, ledger: str, name: str, attempt: int, look: Look) -> None:
        """Note a look, dropping those of earlier epochs: they can never count again."""
        kept = {
            key: value
            for key, value in self._read().items()
            if isinstance(value, dict) and value.get("epoch") == look.epoch
        }
        kept[_key(ledger, name, attempt)] = {
            "first": look.first,
            "count": look.count,
            "epoch": look.epoch,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix="looks-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(json_text.dumps_pretty(kept))
        Path(temporary).replace(self._path)

    def _read(self) -> dict[str, Any]:
        try:
            kept = json_text.loads(self._path.read_bytes())
        except (OSError, json_text.NotJson):
            return {}
        return kept if isinstance(kept, dict) else {}


def _key(ledger: str, name: str, attempt: int) -> str:
    return f"{ledger} {name} {attempt}"
