"""`init --ci`: write or update the workflows of a forge and their requirements."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from satops import __version__
from satops.adapters.files.ci_files import (
    ci_templates,
    dependabot_template,
    own_wheel,
    pins,
    published_sha256,
)
from satops.adapters.files.new_files import replace, write_new
from satops.adapters.files.plain_file import read_plain
from satops.adapters.git_command import forge_root
from satops.api.forge_place import (
    MAX_BYTES,
    noted_by_ci,
    noted_marks,
    place_of,
)
from satops.api.repository import open_repository
from satops.core import json_text
from satops.core.plan.config import Config
from satops.errors import UsageError
from satops.workflow.scaffold import CONFIG
from satops.workflow.scaffold_ci import (
    DEPENDABOT,
    PARTS,
    REQUIREMENTS,
    WRITTEN,
    FileChange,
    Forge,
    Place,
    changes,
    ci_files,
    mark,
    needed_parts,
    requirements,
)

_OTHERS = b"\0"
"""Stands for an unreadable path, such as a link: satops never wrote it."""


class CiWish(Struct, frozen=True):
    """The options of `init --ci`; an open one is as noted, or the default."""

    forge: Forge
    branch: str | None = None
    """Branch that orders are merged to."""
    extras: tuple[str, ...] = ()
    """Parts to install besides those that the tree needs."""
    dependabot: bool = False
    from_index: bool = False
    """Whether satops comes from the package index instead of a wheel beside the workflows."""
    update: bool = False
    """Whether to replace files that satops wrote."""


class CiFiles(Struct, frozen=True):
    """The files of `init --ci`."""

    top: Path
    """Root of the git repository, from which paths start."""
    place: Place
    state: str
    """Address of the ledger in the workflows."""
    files: Mapping[str, bytes]
    marks: Mapping[str, str]
    """Marks of an earlier call's files."""
    asked: Mapping[str, Any]
    """Branch, parts and other options, for the next update."""

    @property
    def note(self) -> str:
        """Path of the file with marks and options."""
        return f"{self.place.install}/{WRITTEN}"

    def noted(self, marks: Mapping[str, str]) -> bytes:
        """Return the content of that file."""
        return json_text.dumps_pretty({**self.asked, "files": dict(sorted(marks.items()))})


def ci_files_of(folder: Path, wish: CiWish, environ: Mapping[str, str] | None) -> CiFiles:
    """Return the files for a folder, an existing repository of satops or a future one.

    Raises `UsageError` if folder, branch, parts or ledger cannot be written in workflows.
    """
    if unknown := sorted(set(wish.extras) - set(PARTS)):
        raise UsageError(f"--extra {unknown[0]}: there is none. Known are {', '.join(PARTS)}.")
    top, place = forge_root(folder), place_of(wish.forge, folder)
    before = noted_by_ci(top / place.install / WRITTEN) if wish.update else {}
    marks = noted_marks(before, place)
    branch = wish.branch
    if branch is None:
        branch = _text(before.get("branch")) or "main"
    extras = sorted({*wish.extras, *(part for part in before.get("extras", ()) if part in PARTS)})
    config = Config()
    if (folder / CONFIG).exists():
        config = open_repository(folder, environ=environ).config
    state = place.state if config.state.startswith("file:") else config.state
    from_index = wish.from_index or before.get("from_index") is True
    wanted = {*needed_parts(config), *extras}
    files = {
        **_workflows(
            place,
            branch,
            state,
            simulation=config.marketplace.simulation,
            deliver_to=config.delivery.to or "",
            dependabot=wish.dependabot or DEPENDABOT in marks,
        ),
        **_installed(place, [part for part in PARTS if part in wanted], from_index=from_index),
    }
    asked = {
        "format": "satops.ci/1",
        "satops": __version__,
        "ci": wish.forge,
        "branch": branch,
        "extras": extras,
        "from_index": from_index,
    }
    return CiFiles(top, place, state, files, marks, asked)


def write_ci(ci: CiFiles, beside: Mapping[str, str | bytes]) -> tuple[str, ...]:
    """Write the files of `init --ci` and others; return the paths.

    Raises `Refused` if a file would be overwritten: then nothing was written.
    """
    marks = {path: mark(content) for path, content in ci.files.items()}
    files = {**beside, **ci.files, ci.note: ci.noted(marks)}
    update = f"satops init --ci {ci.place.forge} --update"
    instead = f"To see what is new, and to keep what is yours:\n    {update}"
    write_new(ci.top, files, instead="" if beside else instead)
    return tuple(files)


def update_ci(ci: CiFiles) -> tuple[FileChange, ...]:
    """Update the files of `init --ci` that the team has not changed."""
    there = {
        path: content
        for path in {*ci.files, *ci.marks}
        if (content := _there(ci.top / path)) is not None
    }
    found = changes(ci.files, there, ci.marks)
    written = {c.path: c.after for c in found if c.done and c.after is not None}
    removed = [c.path for c in found if c.done and c.after is None]
    left = {c.path for c in found if not c.done}
    marks = {path: mark(content) for path, content in ci.files.items() if path not in left}
    marks |= {path: ci.marks[path] for path in left if path in ci.marks}
    replace(ci.top, {**written, ci.note: ci.noted(marks)}, removed)
    return found


def _workflows(
    place: Place, branch: str, state: str, *, simulation: bool, deliver_to: str, dependabot: bool
) -> dict[str, bytes]:
    files = ci_files(
        place,
        ci_templates(place.forge),
        branch=branch,
        state=state,
        deliver_to=deliver_to,
        simulation=simulation,
    )
    if dependabot and place.forge == "github":
        files[DEPENDABOT] = dependabot_template()
    return {path: text.encode() for path, text in files.items()}


def _installed(place: Place, parts: list[str], *, from_index: bool) -> dict[str, bytes]:
    """Return the requirements file, and its wheel unless it comes from the index."""
    wheel = own_wheel()
    path = f"{place.install}/{wheel.name}"
    if from_index:
        satops, digest, beside = f"satops=={__version__}", published_sha256(wheel), {}
    else:
        satops, digest, beside = f"./{path}", wheel.sha256, {path: wheel.content}
    text = requirements(pins(), parts, satops=satops, sha256=digest)
    return {f"{place.install}/{REQUIREMENTS}": text.encode(), **beside}


def _there(path: Path) -> bytes | None:
    read = read_plain(str(path), MAX_BYTES)
    if isinstance(read, bytes):
        return read
    return None if read.kind == "missing" else _OTHERS


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
