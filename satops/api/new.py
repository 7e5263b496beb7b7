"""New: write an order spec that is valid in its tree."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from posixpath import dirname, relpath

from msgspec import Struct
from msgspec.structs import replace

from satops.adapters.files.aoi_files import AoiFiles
from satops.adapters.files.new_files import is_there, write_new
from satops.api.repository import FilePath, Repository, open_repository
from satops.api.specs import Overlay, order_tree, spec_tree
from satops.core.finding import Finding
from satops.core.ledger.state import LedgerState
from satops.core.order.dates import read_date, written_out
from satops.core.problem import Problem, Severity
from satops.core.safe import shown
from satops.core.spec.series_windows import read_windows
from satops.core.spec.slug import slug
from satops.core.spec.spec import Spec
from satops.core.spec.text import wrong_name
from satops.errors import InvalidInput, Refused, UsageError
from satops.workflow.scaffold import Wanted, WantedSeries, series_text, spec_text
from satops.workflow.validate import SpecTree, Tree

_SUFFIXES = (".yaml", ".yml")
"""Suffixes of a new spec, which is YAML."""


class NewSpec(Struct, frozen=True):
    """A new order spec."""

    name: str
    file: str
    """Path from the root of the repository."""
    warnings: tuple[Problem, ...]
    """Warnings of a plan, as far as tree and clock decide."""
    orders: int = 1
    """Number of its orders."""


def new(
    repository: FilePath,
    wanted: Wanted,
    *,
    file: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> NewSpec:
    """Write an order spec, if it is valid in its tree.

    A name in other letters is converted: `Cát Lái` becomes `cat-lai`.  `file` is a path from the
    root, by default `orders/NAME.yaml`.  Raises `InvalidInput` with the problems, also for a window
    that is over, `Refused` if the file exists, and `UsageError` for an impossible name or path.
    """
    opened = open_repository(repository, environ=environ)
    wanted = _with_instants(_named(wanted), opened)
    path = _spec_path(opened, wanted.name, file)
    geometry = dict(wanted.geometry)
    if isinstance(geometry.get("file"), str):
        geometry["file"] = _from_root(str(geometry["file"]), opened.root)
    text = spec_text(replace(wanted, geometry=geometry), path=path)
    return _written(opened, wanted.name, path, text)


def new_series(
    repository: FilePath,
    wanted: WantedSeries,
    *,
    file: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> NewSpec:
    """Write a series, with its number of members.

    Raises as `new` does.
    """
    opened = open_repository(repository, environ=environ)
    wanted = replace(wanted, file=_from_root(wanted.file, opened.root))
    path = _spec_path(opened, wanted.name, file)
    text = series_text(wanted, path=path, expect=_orders(opened, wanted, path))
    return _written(opened, wanted.name, path, text)


def _orders(opened: Repository, wanted: WantedSeries, path: str) -> int:
    """Return the number of members of a series; 1 if expansion fails, which reading reports."""
    ref = relpath(wanted.file, dirname(path))
    content = order_tree(opened).include(path, ref)
    made = read_windows(*wanted.windows, opened.config.timezone)
    if isinstance(content, str) or isinstance(made, Finding):
        return 1
    with AoiFiles(encoding=opened.config.encoding) as aois:
        aoi = aois.read(content[0])
    features = 1 if isinstance(aoi, Finding) else max(aoi.count, 1)
    return features * len(made.windows) * len(wanted.modes)


def _written(opened: Repository, name: str, path: str, text: str) -> NewSpec:
    """Write a document, if it is valid in its tree."""
    if is_there(opened.root / path):
        raise Refused(f"{path} is there already. Nothing was written. Choose another name.")
    specs = spec_tree(opened, files=Overlay(order_tree(opened), {path: text.encode()}))
    tree = specs.read()
    wrong = tuple(p for p in tree.problems if p.file == path and p.blocks)
    if wrong:
        raise InvalidInput(f"Nothing was written: {path} would not be a sound spec.", wrong)
    own = [spec for spec in tree.specs if spec.source.file == path]
    _refuse_the_past(opened, own)
    write_new(opened.root, {path: text})
    problems = (*tree.problems, *_across(specs, tree, own, opened.now()))
    warnings = (p for p in problems if p.severity is Severity.WARNING and p.file == path)
    return NewSpec(name, path, tuple(warnings), len(own))


def _across(specs: SpecTree, tree: Tree, own: Sequence[Spec], now: str) -> Iterable[Problem]:
    """Return the problems by clock and other specs; the ledger is not read."""
    from satops.workflow.checks import check_plan

    return check_plan(
        own,
        tree.specs,
        LedgerState(),
        specs.rules.rules(),
        now=now,
        recall=lambda _: None,
    )


def _with_instants(wanted: Wanted, opened: Repository) -> Wanted:
    """Return the options with `now` and `+24h` as instants; `end` counts from `start`."""
    now = opened.clock.now()
    start = written_out(wanted.start, now)
    begins = read_date(start, opened.config.timezone)
    since = begins if isinstance(begins, datetime) else None
    return replace(wanted, start=start, end=written_out(wanted.end, now, since))


def _named(wanted: Wanted) -> Wanted:
    """Return the options with a plain name, and the given name as description."""
    if wanted.name.isascii() or not slug(wanted.name).word:
        return wanted
    title = wanted.name
    return replace(wanted, name=slug(title).word, description=wanted.description or title)


def _refuse_the_past(opened: Repository, own: Sequence[Spec]) -> None:
    now = opened.now()
    last = max(spec.order.end for spec in own)
    if last <= now:
        raise InvalidInput(
            f"Nothing was written: the window ended at {last}, and it is {now} now. "
            "An order for the past buys nothing. Give a later --start and --end."
        )


def _spec_path(opened: Repository, name: str, file: str | None) -> str:
    """Return the path of a spec.  Raises `UsageError` for a path that satops would not read."""
    if wrong := wrong_name(name):
        raise UsageError(wrong)
    orders = PurePosixPath(opened.config.orders)
    path = PurePosixPath(file) if file else orders / f"{name}.yaml"
    if path.is_absolute() or ".." in path.parts or orders not in path.parents:
        raise UsageError(f"{shown(str(path))}: order specs lie under {opened.config.orders}.")
    below = path.relative_to(orders)
    hidden = any(part.startswith(".") for part in below.parts) or not str(below).isprintable()
    if hidden or path.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            f"{shown(str(path))}: satops would not read it. The name of a spec ends in .yaml or "
            ".yml, and no part of its path begins with a dot or has characters that cannot be seen."
        )
    return str(path)


def _from_root(file: str, root: Path) -> str:
    """Return the path of an AOI file from the root; it may be absolute."""
    if not Path(file).is_absolute():
        return file
    try:
        return Path(file).resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise UsageError(
            f"{shown(file)} lies outside of the repository, and a spec can refer to its own "
            "repository alone. Put a copy of the file into it."
        ) from None
