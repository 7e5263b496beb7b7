"""The parts of satops that a tree needs in CI, and whether what CI installs has them."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from satops.adapters.files.ci_files import pins
from satops.api.plan import order_tree, read_specs
from satops.api.repository import Repository, open_repository
from satops.core.geometry.aoi import Kind, kind_of
from satops.core.problem import Problem
from satops.errors import ExitCode
from satops.ports import OrderFiles, SourceFile
from satops.workflow.doctor import DoctorNote, good, wrong
from satops.workflow.scaffold_ci import FORGES, REQUIREMENTS, Forge, Place
from satops.workflow.scaffold_install import lacking, needed_parts, wheel_of

_CONFIG = "satops.yaml"


def needed(repository: Path, *, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the parts that a tree needs: of `sandbox`, `gis`, `postgresql` and `cloud`."""
    return parts_of(open_repository(repository, environ=environ))


def parts_of(opened: Repository) -> tuple[str, ...]:
    """Return the parts that a repository needs; every spec is read for the AOI files it names."""
    seen = _Seen(order_tree(opened))
    for area in (opened.config.allowed, opened.config.forbidden):
        if area is not None:
            seen.include(_CONFIG, area)
    read_specs(opened, files=seen)
    return needed_parts(opened.config, seen.kinds)


def forge_root(folder: Path) -> Path:
    """Return the root of the git repository that a folder lies in; else the folder itself."""
    folder = folder.resolve()
    return next((at for at in (folder, *folder.parents) if (at / ".git").exists()), folder)


def place_of(forge: Forge, folder: Path) -> Place:
    """Return a folder as a forge sees it.  Raises `UsageError` for a name that no forge takes."""
    inside = folder.resolve().relative_to(forge_root(folder))
    return Place(forge, "" if inside == Path() else inside.as_posix())


def check_install(opened: Repository) -> DoctorNote:
    """Tell whether what the workflows install is whole, and has every part that the tree needs."""
    subject, top = "install", forge_root(opened.root)
    checked = [
        (forge, path)
        for forge in FORGES
        if (path := top / place_of(forge, opened.root).install / REQUIREMENTS).is_file()
    ]
    for forge, path in checked:
        name = path.relative_to(top).as_posix()
        anew = f"Write it anew:\n    satops init --ci {forge} --update"
        text = path.read_text("utf-8", "replace")
        if missing := lacking(text, pins(), parts_of(opened)):
            return wrong(
                subject,
                f"{name} lacks {', '.join(missing)}, which satops.yaml or an AOI needs: a run in "
                f"CI would stop. {anew}",
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


@dataclass
class _Seen:
    """A tree of orders that notes of what kind the AOI files are that its specs name."""

    files: OrderFiles
    kinds: set[Kind] = field(default_factory=set)

    def walk(self) -> Iterator[SourceFile | Problem]:
        return self.files.walk()

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        found = self.files.include(spec_file, ref)
        if not isinstance(found, str):
            self.kinds.add(kind_of(found[0]))
        return found


def _digest(path: Path) -> str | None:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
