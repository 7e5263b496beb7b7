"""Small JSON files of this machine, in `.satops/`: replaced whole, and nothing where unreadable."""

import os
import tempfile
from pathlib import Path
from typing import Any

from satops.core import json_text


def read_object(path: Path) -> dict[str, Any]:
    """Return the object that a file holds; an empty one where it cannot be read."""
    try:
        kept = json_text.loads(path.read_bytes())
    except (OSError, json_text.NotJson):
        return {}
    return kept if isinstance(kept, dict) else {}


def write_object(path: Path, value: dict[str, Any]) -> None:
    """Put a new file in the place of the old one.  Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(json_text.dumps_pretty(value))
    Path(temporary).replace(path)
