"""Init: create a repository of orders, with or without CI workflows."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from satops.adapters.clock import SystemClock
from satops.adapters.files.new_files import is_there, with_line, write_new, write_plain
from satops.api.init_ci import CiFiles, CiWish, ci_files_of, update_ci, write_ci
from satops.api.ledger_start import start_ledger
from satops.api.repository import FilePath
from satops.core.offer import Offer
from satops.core.plan.config import Config
from satops.errors import Refused, UsageError
from satops.offers import offer_of
from satops.ports import Clock
from satops.workflow.scaffold import (
    CONFIG,
    KEPT_AS_BYTES,
    NOT_KEPT,
    ORDER_SCHEMA,
    repository_files,
)
from satops.workflow.scaffold_ci import FileChange, Forge, with_state

_CONFIG_SCHEMA = "config.schema.json"
"""A file that editors need besides those of a repository."""
_ATTRIBUTES = ".gitattributes"
_IGNORED = ".gitignore"
"""An existing file gets one more line."""


class Ready(Struct, frozen=True):
    """A new repository, or its new workflows."""

    written: tuple[str, ...]
    """Paths from its root; for workflows, from the git repository's root."""
    ledger: str | None
    """Address of the ledger; None if none was begun."""
    ci: CiFiles | None = None
    """The files of `init --ci`."""
    changes: tuple[FileChange, ...] | None = None
    """The files that an update changed or left to the team; None without an update."""


def init(
    folder: FilePath,
    *,
    samples: bool = True,
    ci: Forge | None = None,
    branch: str | None = None,
    extras: Sequence[str] = (),
    dependabot: bool = False,
    from_index: bool = False,
    update: bool = False,
    clock: Clock | None = None,
    environ: Mapping[str, str] | None = None,
) -> Ready:
    """Create a repository: configuration, schemas, sample orders, and an empty ledger.

    `ci` adds the workflows of a forge, which buy from `branch`, and a wheel of this satops with the
    hashes of all its dependencies and of the parts `extras`; with `from_index`, the hash of the
    package index's wheel instead.  The ledger will be a branch at the forge, and is not begun yet.
    An existing repository gets only the workflows; `update` replaces those that satops wrote.

    Raises `Refused` if the repository exists or a file would be overwritten: then nothing was
    written.  An existing `.gitattributes` or `.gitignore` gets one more line.
    """
    folder = Path(folder)
    there = is_there(folder / CONFIG)
    if update and not there:
        raise UsageError(f"There is no {CONFIG} in {folder}, so there is nothing to update.")
    wish = None if ci is None else CiWish(ci, branch, tuple(extras), dependabot, from_index, update)
    workflows = None if wish is None else ci_files_of(folder, wish, environ)
    if not there:
        now = (clock or SystemClock()).now()
        offer = offer_of(Config())
        begin_with = offer.samples() if samples and offer.samples else None
        files = repository_files(now, _schemas(offer), begin_with)
        return _begin(folder, files, workflows, environ)
    if workflows is None:
        raise Refused(
            f"{folder / CONFIG} is there already, so this is a repository of satops. Nothing "
            "was written. To see where it stands:\n    satops plan"
        )
    if update:
        changes = update_ci(workflows)
        return Ready(tuple(c.path for c in changes if c.done), None, workflows, changes)
    return Ready(write_ci(workflows, {}), None, workflows)


def _begin(
    folder: Path,
    files: Mapping[str, str],
    workflows: CiFiles | None,
    environ: Mapping[str, str] | None,
) -> Ready:
    """Write the files of a new repository, and begin its ledger unless a forge will hold it."""
    lines = {
        _ATTRIBUTES: with_line(folder / _ATTRIBUTES, KEPT_AS_BYTES),
        _IGNORED: with_line(folder / _IGNORED, NOT_KEPT),
    }
    written = [*files, *lines]
    if workflows is None:
        write_new(folder, files)
    else:
        inside = f"{workflows.place.folder}/" if workflows.place.folder else ""
        files = with_state(files, workflows.state, branch=str(workflows.asked["branch"]))
        beside = {f"{inside}{path}": text for path, text in files.items()}
        written = [*write_ci(workflows, beside), *(f"{inside}{name}" for name in lines)]
    for name, content in lines.items():
        write_plain(folder / name, content)
    (folder / "orders").mkdir(exist_ok=True)
    begun = None if workflows else start_ledger(folder, environ=environ).address
    return Ready(tuple(written), begun, workflows)


def _schemas(offer: Offer) -> dict[str, str]:
    from satops.adapters.files.schemas import schema_text

    names = {ORDER_SCHEMA: offer.schema, _CONFIG_SCHEMA: _CONFIG_SCHEMA}
    return {name: schema_text(published).decode() for name, published in names.items()}
