"""Read the file of pull requests and approvers that a step of the CI workflow wrote."""

from collections.abc import Mapping
from typing import Any

from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.core import json_text
from satops.workflow.origins import PullRequests

VARIABLE = "SATOPS_PROVENANCE"
"""Environment variable with the path of the file."""
_BYTES_MAX = 16 * 1024 * 1024
_TEXT_MAX = 500
_APPROVALS_MAX = 100


def read_provenance(environ: Mapping[str, str]) -> tuple[PullRequests, str]:
    """Return the pull requests by commit, and the reason if they cannot be read; both may be empty.

    Raises nothing: missing provenance stops no purchase.
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
        commit: (_text(row.get("pull_request")), _approvals(row.get("approvals")))
        for commit, row in content.items()
        if isinstance(row, dict)
    }, ""


def _text(value: object) -> str | None:
    if isinstance(value, str) and 0 < len(value) <= _TEXT_MAX and value.isprintable():
        return value
    return None


def _approvals(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(filter(None, map(_text, value[:_APPROVALS_MAX])))
