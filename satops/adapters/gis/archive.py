"""Read a zip: the KML of a KMZ, or the files of one Shapefile."""

from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812

from satops.adapters.gis.layers import Faulty, faulty
from satops.core.finding import quoted
from satops.core.geometry.checks import LARGE_AOI
from satops.core.geometry.known import foreign_zip

UNPACKED_MAX_BYTES = 128 * 1024 * 1024
"""Bytes unpacked from one zip."""
MEMBERS_MAX = 1_000
_SIDE_FILES = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf")

Unpacked = bytes | dict[str, bytes]
"""A KML text, or the files of a Shapefile by suffix."""


def unpacked(content: bytes) -> Iterator[Unpacked]:
    """Yield each KML of a KMZ, or the one Shapefile of a zip.  Raises `Faulty`."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not _is_clutter(member)]
            _check_sizes(members)
            kmls = [member for member in members if _ends(member, ".kml")]
            if kmls:
                for member in kmls:
                    yield archive.read(member)
            else:
                yield _shapefile(archive, members)
    except (BadZipFile, ZlibError, RuntimeError, ValueError, EOFError) as error:
        raise faulty(f"The zip cannot be unpacked: {error}.") from error


def _check_sizes(members: list[ZipInfo]) -> None:
    # zipfile never reads beyond a member's declared size.
    size = sum(member.file_size for member in members)
    if len(members) > MEMBERS_MAX or size > UNPACKED_MAX_BYTES:
        raise Faulty(
            LARGE_AOI.finding(
                (),
                f"The zip holds {len(members):,} files with {size:,} bytes. At most "
                f"{MEMBERS_MAX:,} files and {UNPACKED_MAX_BYTES:,} bytes are read.",
            )
        )


def _shapefile(archive: ZipFile, members: list[ZipInfo]) -> dict[str, bytes]:
    shapes = [member for member in members if _ends(member, ".shp")]
    if len(shapes) != 1:
        foreign = None if shapes else foreign_zip([member.filename for member in members])
        if foreign is not None:
            raise Faulty(foreign)
        found = ", ".join(quoted(member.filename) for member in shapes[:4]) or "none"
        raise faulty(f"The zip must hold one .kml or one .shp file; of .shp it has: {found}.")
    stem = shapes[0].filename[: -len(".shp")]
    found_by_end = {
        end: member
        for member in members
        for end in _SIDE_FILES
        if member.filename.lower() == f"{stem}{end}".lower()
    }
    missing = [end for end in _NEEDED if end not in found_by_end]
    if missing:
        raise faulty(f"The Shapefile lacks its {' and '.join(missing)} file. Put it in the zip.")
    return {end: archive.read(member) for end, member in found_by_end.items()}


def _is_clutter(member: ZipInfo) -> bool:
    """Tell whether a member is a folder, or a file that macOS adds."""
    folders = member.filename.split("/")
    return member.is_dir() or folders[-1].startswith("._") or "__MACOSX" in folders


def _ends(member: ZipInfo, end: str) -> bool:
    return member.filename.lower().endswith(end)
