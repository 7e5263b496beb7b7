"""Recognise a download by its first bytes: a product and its type, or an error answer."""

import re
from typing import Final

from satops.core import json_text

HEAD_BYTES: Final = 64 * 1024
"""Bytes of a file that are examined."""
ENVELOPE_BYTES: Final = 1024 * 1024
"""A longer JSON text is not the marketplace's envelope."""
UNKNOWN_TYPE: Final = "application/octet-stream"


_MAGIC: Final = (
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"II+\0", "image/tiff"),
    (0, b"MM\0+", "image/tiff"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"\0\0\0\x0cjP  ", "image/jp2"),
    (0, b"\xff\x4f\xff\x51", "image/j2c"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (0, b"CDF\x01", "application/x-netcdf"),
    (0, b"CDF\x02", "application/x-netcdf"),
    (0, b"CDF\x05", "application/x-netcdf"),
    (0, b"NITF", "application/vnd.nitf"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"%PDF-", "application/pdf"),
    (257, b"ustar", "application/x-tar"),
)
_SUFFIXES: Final[dict[str, tuple[str, ...]]] = {
    "image/tiff": (".tif", ".tiff"),
    "application/zip": (".zip", ".kmz"),
    "application/gzip": (".gz", ".tar.gz", ".tgz"),
    "application/x-bzip2": (".bz2", ".tar.bz2"),
    "application/x-xz": (".xz", ".tar.xz"),
    "image/jp2": (".jp2",),
    "image/j2c": (".j2k",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/x-hdf5": (".h5", ".nc", ".hdf", ".hdf5"),
    "application/x-netcdf": (".nc",),
    "application/vnd.nitf": (".ntf", ".nitf"),
    "application/x-7z-compressed": (".7z",),
    "application/vnd.rar": (".rar",),
    "application/pdf": (".pdf",),
    "application/x-tar": (".tar",),
    "application/xml": (".xml",),
    "application/vnd.google-earth.kml+xml": (".kml",),
    "application/json": (".json",),
    "application/geo+json": (".geojson",),
    "text/csv": (".csv",),
    "text/plain": (".txt", ".rpb", ".rpc", ".tfw", ".prj", ".md5", ".sha256"),
    UNKNOWN_TYPE: (".bin", ".img", ".dat", ".shp", ".shx", ".dbf", ".hdr"),
}
"""File suffixes by content type; the first one is the default."""
_BY_NAME: Final = {
    suffix: content_type
    for content_type in (
        "application/xml",
        "application/vnd.google-earth.kml+xml",
        "application/json",
        "application/geo+json",
        "text/csv",
        "text/plain",
        UNKNOWN_TYPE,
    )
    for suffix in _SUFFIXES[content_type]
}
"""Content types by the suffix in the server's file name, if the bytes do not decide."""
_BEFORE: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:\s+|<\?.{0,4000}?\?>|<!--.{0,20000}?-->)*", re.S
)
_HTML: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|script|meta)\b", re.I)
_ERROR: Final = re.compile(rb"(?:<!DOCTYPE[^>\[]*>\s*)?<(?:[\w.-]+:)?Error[\s/>]")


def refusal(head: bytes, size: int, content_type: str) -> str:
    """Return why the bytes are not a product; empty if they are.

    `head` holds up to `HEAD_BYTES` of the beginning, or a whole JSON text; `size` is the whole
    size; `content_type` is the server's.
    """
    if size == 0:
        return "no byte was sent"
    rest = head[_end(head) :]
    if _HTML.match(rest) or (_says_html(content_type) and type_of(head, "") == UNKNOWN_TYPE):
        return "a page of HTML was sent in its place"
    if _ERROR.match(rest):
        return "an XML error was sent in its place"
    if rest[:1] == b"{" and size <= ENVELOPE_BYTES and _is_envelope(head):
        return "the marketplace's own answer was sent in its place"
    return ""


def type_of(head: bytes, title: str) -> str:
    """Return the content type of a file, by its first bytes or else the server's file name."""
    for offset, magic, content_type in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return content_type
    lower = title.lower()
    named = next((kind for suffix, kind in _BY_NAME.items() if lower.endswith(suffix)), None)
    if named is not None:
        return named
    return "application/xml" if head[_end(head) :][:1] == b"<" else UNKNOWN_TYPE


def suffix_of(content_type: str, title: str) -> str:
    """Return the suffix for a content type: the longest one that the server's file name ends with,
    else the type's first.
    """
    suffixes = _SUFFIXES.get(content_type, _SUFFIXES[UNKNOWN_TYPE])
    said = [suffix for suffix in suffixes if title.lower().endswith(suffix)]
    return max(said, key=len) if said else suffixes[0]


def _end(head: bytes) -> int:
    """Return the offset after blanks, comments and instructions."""
    found = _BEFORE.match(head)
    return found.end() if found else 0


def _says_html(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")


def _is_envelope(text: bytes) -> bool:
    try:
        found = json_text.loads(text)
    except json_text.NotJson:
        return False
    return isinstance(found, dict) and "code" in found and bool({"message", "data"} & set(found))
