"""What a forge told of each commit, as a step of the workflow wrote it."""

from collections.abc import Mapping
from typing import Any

from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.core import json_text

VARIABLE = "SATOPS_PROVENANCE"
"""The variable that names the file."""
_BYTES_MAX = 16 * 1024 * 1024
_TEXT_MAX = 500
_APPROVALS_MAX = 100
Told = Mapping[str, tuple[str | None, tuple[str, ...] | None]]
"""Commit to its pull request, and to those who approved that."""


def read_provenance(environ: Mapping[str, str]) -> tuple[Told, str]:
    """Return what the forge told, and why it is nothing; both may be empty.

    Provenance stops no purchase, so nothing is raised.
    """
    path = environ.get(VARIABLE, "")
    if not path:
        return {}, ""
    read = read_plain(path, _BYTES_MAX)
    if isinstance(read, Unreadable):
        return {}, f"{VARIABLE}: the file cannot be read. {read.words}"
    try:
        content: Any = json_text.loads(read)
    except json_text.NotJson as error:
        return {}, f"{VARIABLE}: the file is not JSON ({error})."
    if not isinstance(content, dict):
        return {}, f"{VARIABLE}: the file holds no object with a key for each commit."
    return {
        commit: (_text(told.get("pull_request")), _approvals(told.get("approvals")))
        for commit, told in content.items()
        if isinstance(told, dict)
    }, ""


def _text(value: object) -> str | None:
    if isinstance(value, str) and 0 < len(value) <= _TEXT_MAX and value.isprintable():
        return value
    return None


def _approvals(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(filter(None, map(_text, value[:_APPROVALS_MAX])))
