"""Which git is installed."""

import re
import subprocess

NEEDED = (2, 29)
"""The first that fetches without writing FETCH_HEAD."""
_TIMEOUT_S = 10


def git_version() -> tuple[int, ...] | None:
    """Return the version of git; None where there is none that answers."""
    try:
        asked = subprocess.run(["git", "--version"], capture_output=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(rb"\d+(\.\d+)+", asked.stdout)
    return tuple(map(int, found[0].split(b"."))) if found else None
