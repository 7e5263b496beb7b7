"""Where a folder lies for a forge, and whether what CI installs there is what it needs."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from satops.adapters.files.ci_files import pins
from satops.api.repository import Repository
from satops.errors import ExitCode, UsageError
from satops.workflow.doctor import DoctorNote, good, wrong
from satops.workflow.scaffold_ci import FORGES, REQUIREMENTS, Forge, Place
from satops.workflow.scaffold_install import lacking, needed_parts, wheel_of


def forge_root(folder: Path) -> Path:
    """Return the root of the git repository that a folder lies in; else the folder itself."""
    folder = folder.resolve()
    return next((at for at in (folder, *folder.parents) if (at / ".git").exists()), folder)


def place_of(forge: Forge, folder: Path) -> Place:
    """Return a folder as a forge sees it.  Raises `UsageError` for a name that no forge takes."""
    inside = folder.resolve().relative_to(forge_root(folder))
    return Place(forge, "" if inside == Path() else inside.as_posix())


def check_install(opened: Repository) -> DoctorNote:
    """Tell whether what CI installs is whole, and has every part that `satops.yaml` needs."""
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


def _requirements(root: Path, top: Path) -> Iterator[tuple[Forge, Path]]:
    """Yield the requirements files of a repository, and the forge of each."""
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
