"""Read the saved plan of `plan --out`, which has the bytes of `plan --json`.

`apply` makes its own plan and compares it with the file, so a saved plan can only refuse, never
buy.
"""

import os
from pathlib import Path
from typing import Any

from msgspec import convert

from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.core import json_text
from satops.core.plan.origin import Origin
from satops.core.plan.plan import FORMAT, Part, SavedPlan, plan_digest
from satops.errors import UsageError

_SIZE_MAX = 1 << 30
"""Bytes; a plan of 100,000 orders has a fifth of this."""


def read_plan(path: Path) -> SavedPlan:
    """Read a plan file and check its digest.  Raises `UsageError`."""
    read = read_plain(os.path.realpath(path), _SIZE_MAX)
    if isinstance(read, Unreadable):
        raise UsageError(f"{path}: the plan cannot be read. {read.words}")
    try:
        content: Any = json_text.loads(read)
    except json_text.NotJson as error:
        raise _unusable(path, f"it is not JSON ({error})") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _unusable(path, f"its format is not {FORMAT}")
    try:
        saved = SavedPlan(
            path=str(path),
            digest=content["plan_digest"],
            ledger_head=content["ledger_head"],
            rules_digest=content["rules_digest"],
            made_at=content["made_at"],
            actions=tuple((a["name"], a["action"], a["action_digest"]) for a in content["actions"]),
            origin=convert(content, Origin),
            part=convert(content["part"], Part | None),
        )
        refusals = [refusal["summary"] for refusal in content["refusals"]]
    except (KeyError, TypeError, ValueError) as error:
        raise _unusable(path, f"it is not whole ({type(error).__name__} {error})") from None
    digest = plan_digest(
        ledger_head=saved.ledger_head,
        rules_digest=saved.rules_digest,
        actions=saved.actions,
        refusals=refusals,
    )
    if digest != saved.digest:
        raise _unusable(path, "it was changed after it was written")
    return saved


def _unusable(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} is not a saved plan of satops: {why}. Make it again:\n"
                      f"    satops plan --out {path}")  # fmt: skip
