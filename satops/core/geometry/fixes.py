"""Add the command that mends an AOI file to a message.

`Finding.fix` holds options of `satops aoi`; this module adds the file's name.
"""

import shlex
from posixpath import basename, dirname, join, splitext

from msgspec.structs import replace

from satops.core.finding import Finding
from satops.core.geometry.known import CONVERT
from satops.core.geometry.rings import SPLIT

_ADDED = {
    "--drop-heights": "flat",
    "--swap-axes": "swapped",
    "--simplify-m": "simple",
    "--buffer-km": "area",
    "--reproject": "wgs84",
    "--crs": "wgs84",
    "--encoding": "utf8",
}
"""Suffix of the new file's name, by option."""


def with_command(finding: Finding, file: str) -> Finding:
    """Return the finding with the command that mends `file`, on an indented line of its own."""
    if not finding.fix or not file.isprintable():
        return finding
    command = _command(finding.fix, file)
    return replace(finding, detail=f"{finding.detail}\n    {command}", fix="")


def _command(fix: str, file: str) -> str:
    if fix == SPLIT:
        return f"satops aoi {shlex.quote(file)} --split {shlex.quote(join(dirname(file), 'parts'))}"
    words = next((added for option, added in _ADDED.items() if option in fix.split()), "")
    stem, suffix = splitext(basename(file))
    added = f"-{words or 'converted'}" if words or suffix == ".geojson" else ""
    out = shlex.quote(join(dirname(file), f"{stem}{added}.geojson"))
    if "{" in fix:
        return fix.format(file=shlex.quote(file), out=out)
    options = "" if fix == CONVERT else f" {fix}"
    return f"satops aoi {shlex.quote(file)} --convert {out}{options}"
