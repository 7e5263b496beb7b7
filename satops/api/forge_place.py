"""The location of a folder in its git repository, and checks of its CI files."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from satops.adapters.files.ci_files import pins
from satops.adapters.files.plain_file import read_plain
from satops.adapters.git_command import folder_in_git, forge_root
from satops.api.repository import Repository
from satops.core import json_text
from satops.core.redaction import shown_address
from satops.errors import ExitCode, UsageError
from satops.workflow.doctor import DoctorNote, good, warning, wrong
from satops.workflow.scaffold_ci import (
    FORGES,
    REQUIREMENTS,
    STORE_VARIABLES,
    WRITTEN,
    Forge,
    Place,
    lacking,
    needed_parts,
    unpinned,
    wheel_of,
)

MAX_BYTES = 16 * 1024 * 1024
"""Bytes of a file that satops may have written."""
_BUYS = re.compile(r"\bsatops (?:-\S+ )*apply\b")
_READS = re.compile(r"\bsatops (?:-\S+ )*(?:plan|apply|reconcile|feasibility)\b")
_STATE = re.compile(r"^\s*SATOPS_STATE:\s*(\S+)\s*$", re.M)


def place_of(forge: Forge, folder: Path) -> Place:
    """Return a folder as a forge sees it.  Raises `UsageError` for an impossible name."""
    return Place(forge, folder_in_git(folder))


def noted_by_ci(path: Path) -> dict[str, Any]:
    """Return the notes of an earlier `init --ci`; empty if they cannot be read."""
    content = read_plain(str(path), MAX_BYTES)
    try:
        noted = json_text.loads(content) if isinstance(content, bytes) else {}
    except json_text.NotJson:
        return {}
    return noted if isinstance(noted, dict) else {}


def noted_marks(before: Mapping[str, Any], place: Place) -> dict[str, str]:
    """Return the noted marks of files that satops may have written."""
    own = re.compile(
        rf"(\.github|\.github/workflows|{re.escape(place.install)})/[A-Za-z0-9][\w.+-]*"
        r"|\.gitlab-ci\.yml"
    )
    files = before.get("files")
    if not isinstance(files, dict):
        return {}
    return {path: str(value) for path, value in files.items() if own.fullmatch(path)}


def check_install(opened: Repository) -> DoctorNote:
    """Check that the CI requirements are complete, and have every part that `satops.yaml` needs."""
    subject, top = "install", forge_root(opened.root)
    checked = dict(_requirements(opened.root, top))
    for forge, path in checked.items():
        name = path.relative_to(top).as_posix()
        anew = f"Write it anew:\n    satops init --ci {forge} --update"
        text = path.read_text("utf-8", "replace")
        if missing := lacking(text, pins(), needed_parts(opened.config)):
            return wrong(
                subject,
                f"{name} lacks {', '.join(missing)}, which satops.yaml needs: a run in CI would "
                f"stop. {anew}",
                ExitCode.USAGE,
            )
        if (wheel := wheel_of(text)) and _digest(top / wheel[0]) != wheel[1]:
            return wrong(
                subject,
                f"{wheel[0]} is not the wheel whose hash is in {name}: CI would refuse it. {anew}",
                ExitCode.USAGE,
            )
    if not checked:
        return good(subject, "No workflow of satops is here.")
    return good(subject, "CI installs what the tree needs, and every wheel has its hash.")


def check_workflows(opened: Repository) -> DoctorNote:
    """Check that the workflows that satops wrote exist and fit `satops.yaml`.

    A team may change them, except pins, the token's variable and the ledger.
    """
    subject, top = "workflows", forge_root(opened.root)
    notes: list[str] = []
    wrongs: list[str] = []
    seen = 0
    for forge in FORGES:
        try:
            place = place_of(forge, opened.root)
        except UsageError:
            continue  # a folder that no forge takes has no workflows
        noted = noted_marks(noted_by_ci(top / place.install / WRITTEN), place)
        there = {path: content for path in noted if (content := _text(top / path)) is not None}
        if not noted:
            continue
        seen += 1
        again = f"satops init --ci {forge} --update"
        notes += [f"{path} is gone; `{again}` writes it." for path in noted if path not in there]
        flows = {path: text for path, text in there.items() if path.endswith((".yml", ".yaml"))}
        notes += [line for path, text in flows.items() for line in unpinned(path, text)]
        wrongs += _unfit(opened, flows)
        notes += _without_access(opened.config.state, flows, again)
    if wrongs:
        return wrong(subject, "\n".join([*wrongs, *notes]), ExitCode.USAGE)
    if notes:
        return warning(subject, "\n".join(notes))
    if not seen:
        return good(subject, "No workflow of satops is here.")
    return good(subject, "They are all here, fit satops.yaml, and name every action by its digest.")


def _unfit(opened: Repository, flows: Mapping[str, str]) -> Iterator[str]:
    """Yield what would stop an apply in CI: another ledger, or another name of the token's
    variable.
    """
    buying = {path: text for path, text in flows.items() if _BUYS.search(text)}
    token, state = opened.config.marketplace.token_from, opened.config.state
    for path, text in buying.items():
        if not opened.sandbox and not re.search(rf"\b{re.escape(token)}\b", text):
            yield (
                f"{path} never names {token}, and marketplace.auth.tokenFrom does: an apply in CI "
                "would have no token. Name the secret in the workflow, or change tokenFrom."
            )
        found = {value.strip("\"'") for value in _STATE.findall(text)}
        plain = {value for value in found if "$" not in value}
        if plain and state not in plain and not state.startswith("file:"):
            yield (
                f"{path} expects the ledger at {', '.join(sorted(plain))}, and `state` in "
                f"satops.yaml is {shown_address(state)}: an apply in CI would stop."
            )


def _without_access(state: str, flows: Mapping[str, str], again: str) -> Iterator[str]:
    """Yield what workflows lack of the variables that give access to the ledger's store."""
    needed = STORE_VARIABLES.get(state.partition(":")[0], {})
    for path, text in flows.items():
        absent = [name for name in needed if name not in text]
        if absent and _READS.search(text):
            yield (
                f"{path} never names {', '.join(absent)}, and the ledger at {shown_address(state)} "
                "is read with them, unless the runner has a role of its own or another step sets "
                f"them. `{again}` writes them."
            )


def _text(path: Path) -> str | None:
    content = read_plain(str(path), MAX_BYTES)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else None


def _requirements(root: Path, top: Path) -> Iterator[tuple[Forge, Path]]:
    """Yield the requirements files of a repository, with their forge."""
    for forge in FORGES:
        try:
            path = top / place_of(forge, root).install / REQUIREMENTS
        except UsageError:
            continue  # a folder that no forge takes has no workflows
        if path.is_file():
            yield forge, path


def _digest(path: Path) -> str | None:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
