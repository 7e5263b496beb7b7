"""Describe, split and convert AOI files."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct

from satops.adapters.files.aoi_files import AoiFiles, read_file
from satops.adapters.files.config_file import find_root, load_config
from satops.adapters.files.new_files import write_new
from satops.adapters.files.rule_files import from_tree, load_rules
from satops.adapters.gis.encodings import codec_of
from satops.api.repository import FilePath, Repository, open_repository
from satops.api.specs import Overlay, order_tree, spec_tree
from satops.core.checks.rules import Rules
from satops.core.finding import Finding
from satops.core.geometry.convert import Wanted as Changes
from satops.core.geometry.fixes import with_command
from satops.core.geometry.systems import code_in
from satops.core.plan.config import Config
from satops.core.spec.text import NAME
from satops.errors import InvalidInput, Refused, UsageError
from satops.workflow.aoi import AoiReport, look, problem_of
from satops.workflow.aoi_convert import Conversion, converted
from satops.workflow.aoi_split import Division, divide, division_files
from satops.workflow.scaffold import Wanted


class Written(Struct, frozen=True):
    """The result of a split."""

    division: Division
    files: tuple[str, ...]
    """Paths from the working directory: the GeoJSON file, then the specs."""


def aoi(
    folder: FilePath,
    file: FilePath,
    *,
    feature: str | None = None,
    encoding: str | None = None,
) -> AoiReport:
    """Return the features of an AOI file, with the findings of an order of each.

    `file` is relative to `folder`, which need not be in a repository; in one, its region and areas
    are checked too.  `feature` selects one feature by name or number.  `encoding` is that of the
    names, whatever the file declares.  Raises `UsageError` for an absent file, feature or encoding.
    """
    folder, file = Path(folder), os.fspath(file)
    content = read_file(folder / file)
    config, rules = _configured(folder)
    with _aoi_files(config, encoding) as aois:
        report = look(content, file, aois=aois.read, rules=rules)
    return report if feature is None else report.only(feature)


def split_aoi(
    folder: FilePath,
    file: FilePath,
    into: FilePath,
    *,
    name: str | None = None,
    feature: str | None = None,
    encoding: str | None = None,
    wanted: Wanted | None = None,
    environ: Mapping[str, str] | None = None,
) -> Written:
    """Write each outline of an AOI file into the folder `into`: features, parts, sides of 180
    degrees.

    Writes one GeoJSON file, and with `wanted` one order spec for each outline, which must be valid
    in the tree.  Names begin with `name`, by default the file's.

    Raises `InvalidInput` for an invalid area or spec, `Refused` if a file would be overwritten, and
    `UsageError`; then nothing was written.
    """
    folder, file = Path(folder), os.fspath(file)
    if name is not None and not NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot begin the names of orders: see `satops explain N02`.")
    division = divide(aoi(folder, file, feature=feature, encoding=encoding), name)
    opened = None if wanted is None else open_repository(find_root(folder), environ=environ)
    root = (folder / into).resolve() if opened is None else opened.root.resolve()
    inside = _inside(opened, root, (folder / into).resolve())
    stem = name if name is not None else _stem(file)
    files = division_files(division, inside, stem=stem, wanted=wanted)
    if opened is not None:
        _check_specs(opened, files)
    write_new(root, files)
    here = folder.resolve()
    written = (os.path.relpath(root / path, here).replace(os.sep, "/") for path in files)
    return Written(division, tuple(written))


def convert_aoi(
    folder: FilePath,
    file: FilePath,
    out: FilePath,
    *,
    wanted: Changes = Changes(),  # noqa: B008 - it is frozen
    feature: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    reproject: bool = False,
) -> Conversion:
    """Write the areas of an AOI file into a new GeoJSON file, with the wanted changes.

    `crs` is the code of the coordinates' system, whatever the file declares; `reproject` moves them
    to WGS 84.  Raises `InvalidInput` if an area cannot be changed or there is none, `Refused` if
    `out` exists, and `UsageError`; then nothing was written.
    """
    folder, file = Path(folder), os.fspath(file)
    if crs is not None and code_in(crs) is None:
        raise UsageError(f"{crs!r} is no code of a reference system. Write it as EPSG:32648.")
    content = read_file(folder / file)
    config, _ = _configured(folder)
    with _aoi_files(config, encoding) as aois:
        read = aois.read_to_convert(
            content, crs=None if crs is None else code_in(crs), reproject=reproject
        )
    if isinstance(read, Finding):
        problem = problem_of(with_command(read, file), file, "")
        raise InvalidInput(f"Nothing was written of {file}.", (problem,))
    made = converted(read, file, wanted, feature=feature)
    path = folder / out
    write_new(path.parent, {path.name: made.text}, instead="Choose another name.")
    return made


def _inside(opened: Repository | None, root: Path, into: Path) -> PurePosixPath:
    """Return the folder as a path from the root, which must be in the folder of orders."""
    if opened is None:
        return PurePosixPath()
    orders = (root / opened.config.orders).resolve()
    if not into.is_relative_to(orders):
        raise UsageError(f"{into}: order specs lie under {opened.config.orders}.")
    return PurePosixPath(into.relative_to(root).as_posix())


def _check_specs(opened: Repository, files: Mapping[str, str]) -> None:
    taken = [path for path in files if (opened.root / path).exists()]
    if taken:
        raise Refused(
            f"{', '.join(taken)}: already there. Nothing was written. Choose another --name."
        )
    added = {path: text.encode() for path, text in files.items()}
    tree = spec_tree(opened, files=Overlay(order_tree(opened), added)).read()
    wrong = tuple(p for p in tree.problems if p.file in files and p.blocks)
    if wrong:
        raise InvalidInput("Nothing was written: the specs would not be sound.", wrong)


def _stem(file: str) -> str:
    return PurePosixPath(file).name.split(".")[0] or "aoi"


def _configured(folder: Path) -> tuple[Config, Rules]:
    """Return the configuration of a folder's repository, or else the defaults."""
    try:
        root = find_root(folder)
    except UsageError:
        config, root = Config(), folder
    else:
        config = load_config(root)
    return config, load_rules(config, from_tree(root))


def _aoi_files(config: Config, encoding: str | None) -> AoiFiles:
    if encoding is not None and codec_of(encoding) is None:
        raise UsageError(
            f"{encoding!r} is no encoding that satops knows. Write gbk, big5 or 1252, for example."
        )
    if encoding is not None:
        return AoiFiles(encoding=encoding, forced=True)
    return AoiFiles(encoding=config.encoding)
