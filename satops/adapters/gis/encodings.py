"""Encodings by their names in files, and decoding of feature names.

All codecs are loaded before the process drops its right to open files.
"""

import codecs
import re
from collections.abc import Sequence

from satops.core.geometry.aoi import Readings

_KNOWN = (
    "utf-8", "utf-16-le", "utf-16-be", "ascii",
    "gbk", "gb18030", "gb2312", "big5", "big5hkscs", "cp950", "cp932", "shift_jis", "euc_jp",
    "cp949", "euc_kr", "johab", "cp437", "cp737", "cp775", "cp850", "cp852", "cp855", "cp857",
    "cp858", "cp860", "cp861", "cp862", "cp863", "cp864", "cp865", "cp866", "cp869", "cp874",
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    *(f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "tis-620",
)  # fmt: skip
_LANGUAGE_BYTES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x04: "mac-roman", 0x08: "cp865", 0x09: "cp437",
    0x0A: "cp850", 0x0B: "cp437", 0x0D: "cp437", 0x0E: "cp850", 0x0F: "cp437", 0x10: "cp850",
    0x11: "cp437", 0x12: "cp850", 0x13: "cp932", 0x14: "cp850", 0x15: "cp437", 0x16: "cp850",
    0x17: "cp865", 0x18: "cp437", 0x19: "cp437", 0x1A: "cp850", 0x1B: "cp437", 0x1C: "cp863",
    0x1D: "cp850", 0x1F: "cp852", 0x22: "cp852", 0x23: "cp852", 0x24: "cp860", 0x25: "cp850",
    0x26: "cp866", 0x37: "cp850", 0x40: "cp852", 0x4D: "gbk", 0x4E: "cp949", 0x4F: "cp950",
    0x50: "cp874", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866", 0x66: "cp865",
    0x67: "cp861", 0x6A: "cp737", 0x6B: "cp857", 0x6C: "cp863", 0x78: "cp950", 0x79: "cp949",
    0x7A: "gbk", 0x7B: "cp932", 0x7C: "cp874", 0x86: "cp737", 0x87: "cp852", 0x88: "cp857",
    0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip
"""Encodings by dBASE's language byte. 0x57, "ANSI", is left out: it means the writing machine's
own."""
_TRIED = (
    "utf-8", "gbk", "big5", "cp932", "cp949", "cp1252", "cp1251", "cp1250", "cp1258", "cp1254",
    "cp1253", "cp874", "cp850", "cp866",
)  # fmt: skip
_READINGS_NAMES_MAX = 1_000


def load_all() -> None:
    """Load every codec, while files can still be opened."""
    for name in _KNOWN:
        codecs.lookup(name)


def codec_of(written: str) -> str | None:
    """Return Python's name of an encoding; None if there is none.

    Accepts the notations of .cpg files, XML and people: `1252`, `ANSI 1252`, `CP936`, `ISO 88591`,
    `UTF-8`, `windows-1251`.
    """
    text = written.strip().strip("\ufeff\0").lower()
    if found := re.fullmatch(r"ldid/([0-9]{1,3})", text):
        return _LANGUAGE_BYTES.get(int(found[1]))
    text = re.sub(r"^(?:ansi|oem|windows|win|ms|x-windows|code ?page)[ _:-]*(?=[0-9])", "cp", text)
    if found := re.fullmatch(r"(?:iso[ _-]*)?8859[ _-]*([0-9]{1,2})", text):
        text = f"iso8859-{found[1]}"
    elif text.isdigit() and text.isascii():
        text = f"cp{text}"
    text = {"cp65001": "utf-8", "cp936": "gbk", "cp20127": "ascii", "cp54936": "gb18030"}.get(
        text, text
    )
    try:
        name = codecs.lookup(text.replace(" ", "")).name
    except (LookupError, ValueError, OSError):  # no further codec can be loaded
        return None
    return name if name in {codecs.lookup(each).name for each in _KNOWN} else None


def decode_names(
    names: Sequence[bytes],
    *,
    cpg: str | None,
    language: int,
    encoding: str | None,
    forced: bool,
) -> tuple[list[str] | None, Readings | None]:
    """Return the names of a dBASE table as text; None if their encoding is not known.

    The encoding is that of the `.cpg` file, else of the language byte, else UTF-8, else `encoding`;
    with `forced`, `encoding` alone.  The readings are the names in other possible encodings; None
    if all names are ASCII.
    """
    if all(name.isascii() for name in names):
        return [name.decode() for name in names], None
    said, source = encoding if forced else None, "You say"
    if said is None and cpg is not None:
        said, source = cpg, "The .cpg file says"
    elif said is None and language in _LANGUAGE_BYTES:
        said, source = _LANGUAGE_BYTES[language], "The .dbf file says"
    readings = _readings(names)
    if said is not None:
        codec = codec_of(said)
        found = None if codec is None else _decoded(names, codec)
        if found is not None:
            return found, Readings("", f"{source} {said[:40]!r}", readings)
        wrong = "is not known" if codec is None else "is not what the names are written in"
        why = f"{source} that names are in {said[:40]!r}, which {wrong}."
    else:
        found = _decoded(names, "utf-8")
        if found is not None:
            return found, None
        why = (
            "The names are not UTF-8, and the Shapefile does not say in which encoding they are: "
            "it has no .cpg file."
        )
    codec = codec_of(encoding) if encoding and not forced else None
    found = None if codec is None else _decoded(names, codec)
    return found, Readings("" if found is not None else why, source, readings)


def _decoded(names: Sequence[bytes], codec: str) -> list[str] | None:
    try:
        return [name.decode(codec) for name in names]
    except UnicodeError:
        return None


def _readings(names: Sequence[bytes]) -> dict[str, tuple[str, ...]]:
    """Return the names in each encoding in which all of them are words."""
    some = [name for name in names[:_READINGS_NAMES_MAX] if not name.isascii()]
    tried = {codec: _decoded(some, codec) for codec in _TRIED}
    return {
        codec: tuple(name.strip() for name in found)
        for codec, found in tried.items()
        if found is not None and all(name.isprintable() for name in found)
    }
