"""Read the rules of the checks from the files that `satops.yaml` names.

A file that cannot be read is an error and is never skipped, since its guard would not be checked.
"""

import posixpath
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satops.adapters.files.aoi_files import AoiFiles
from satops.adapters.files.order_files import OrderTree, is_lfs_pointer
from satops.adapters.files.schemas import schema_text
from satops.core.finding import Finding, has_error
from satops.core.loading import load
from satops.core.order.modes import Modes, read_modes
from satops.core.order.order import Rings
from satops.core.plan.config import Config
from satops.errors import StoreUnreachable, UsageError
from satops.offers import offer_of

if TYPE_CHECKING:
    from satops.core.checks import Rules

_LAND = Path(__file__).parents[2] / "data" / "land.json"
"""In the package; `.ci/land-mask` creates it."""
Read = Callable[[str], bytes]
"""Returns the bytes of a file by its path from the root.  Raises `UsageError`."""


class RuleFiles:
    """Implements `ports.RulesSource` for a work tree or a git commit.

    A plan without new orders never calls it, so that the geometry libraries are not imported.
    """

    def __init__(self, config: Config, root: Path, ref: str | None = None) -> None:
        self._config = config
        self._root = root
        self._ref = ref

    def rules(self) -> "Rules":
        """Read the rules, once."""
        return self._rules

    @cached_property
    def _rules(self) -> "Rules":
        read = from_tree(self._root) if self._ref is None else from_commit(self._root, self._ref)
        return load_rules(self._config, read)


def land() -> bytes:
    """Return the package's coarse land mask of the Earth."""
    return _LAND.read_bytes()


def load_rules(config: Config, read: Read) -> "Rules":
    """Return the rules of a configuration.  Raises `UsageError`."""
    from satops.core.checks import rules_from

    return rules_from(
        config,
        offer_of(config),
        load_modes(config, read),
        allowed=None if config.allowed is None else _areas(config.allowed, read),
        forbidden=() if config.forbidden is None else _areas(config.forbidden, read),
        read_land=land,
    )


def load_modes(config: Config, read: Read) -> Modes:
    """Return satops's own values of the modes, overridden by the team's file.

    Raises `UsageError`.
    """
    offer = offer_of(config)
    modes = read_modes(schema_text(offer.thresholds), offer.modes, offer.thresholds)
    if config.modes is None:
        return modes
    from satops.core.loading.causes import with_causes

    file, content = config.modes, read(config.modes)
    documents, problems = load(content, file=file)
    problems = with_causes(
        content, problems, lambda other: load(other, file=file)[1], shows_values=False
    )
    if problems or len(documents) != 1:
        why = problems[0].detail if problems else "It must hold one document."
        raise UsageError(f"{config.modes} cannot be used as `modes`. {why}")
    return modes.overridden_by(documents[0].value, config.modes, offer.modes)


def from_tree(root: Path) -> Read:
    """Return a function that reads from the work tree only."""
    tree = OrderTree(root, ".")

    def read(path: str) -> bytes:
        found = tree.include("satops.yaml", path)
        if isinstance(found, str):
            raise UsageError(f"satops.yaml names a file that cannot be used. {found}")
        return found[0]

    return read


def from_commit(root: Path, ref: str) -> Read:
    """Return a function that reads from a git commit, whatever the work tree holds."""
    from satops.adapters.git_command import TIMEOUT_S, Git

    git = Git(root, TIMEOUT_S)

    def read(path: str) -> bytes:
        try:
            found = git.file_at(ref, posixpath.normpath(path))
        except StoreUnreachable as error:
            raise UsageError(f"{ref}:{path} cannot be read. {error}") from None
        if not found.ok:
            why = found.reason.removeprefix("fatal: ")
            raise UsageError(f"{ref}:{path} cannot be read. git says: {why}")
        if is_lfs_pointer(found.out):
            raise UsageError(
                f"{ref}:{path} is a pointer of Git LFS, so it cannot be read from a commit. Keep "
                "files that satops.yaml names in git itself."
            )
        return found.out

    return read


def _areas(path: str, read: Read) -> tuple[Rings, ...]:
    with AoiFiles() as aois:
        aoi = aois.read(read(path))
    if isinstance(aoi, Finding):
        raise UsageError(f"{path} cannot be used under `areas`. {aoi.detail}")
    polygons = list(_polygons(aoi.geometry))
    if not polygons:
        raise UsageError(f"{path} cannot be used under `areas`. It holds no polygon.")
    areas = []
    for number, polygon in enumerate(polygons, 1):
        read_as = _rings(polygon)
        if isinstance(read_as, str):
            which = f"Polygon {number:,} of {len(polygons):,}: " if len(polygons) > 1 else ""
            raise UsageError(f"{path} cannot be used under `areas`. {which}{read_as}")
        areas.append(read_as)
    return tuple(areas)


def _polygons(value: Any) -> Iterator[object]:
    """Yield every polygon of a file; unlike an order, an area may have several."""
    match value:
        case {"type": "FeatureCollection", "features": list(features)}:
            for feature in features:
                yield from _polygons(feature)
        case {"type": "Feature", "geometry": geometry}:
            yield from _polygons(geometry)
        case {"type": "MultiPolygon", "coordinates": list(parts)}:
            for part in parts:
                yield {"type": "Polygon", "coordinates": part}
        case _:
            yield value


def _rings(polygon: object) -> Rings | str:
    """Return the rings of a polygon, or what is wrong with it.

    An outline that crosses itself has no clear inside: orders in a part of it would pass.
    """
    from satops.core.geometry.forms import read_geometry
    from satops.core.geometry.shapes import find_crossings, shapes_of

    rings, findings = read_geometry(polygon)
    if rings is not None and not has_error(findings):
        findings = [crossing for _, crossing in find_crossings(shapes_of([rings]))]
        if not findings:
            return rings
    return " ".join(finding.detail for finding in findings)
