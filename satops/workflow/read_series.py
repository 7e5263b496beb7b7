"""The sources that expand a series: AOI files and time zone rules."""

from collections.abc import Callable
from datetime import tzinfo
from functools import cached_property
from posixpath import dirname, join, normpath

from msgspec import Struct

from satops.core.finding import Finding
from satops.core.geometry.aoi import Aoi
from satops.core.loading import Document, load
from satops.core.safe import shown
from satops.core.spec.series_axes import AoiFile
from satops.core.spec.spec import Include
from satops.ports import ZoneRules

ReadAoi = Callable[[str, str], tuple[Aoi, bytes, str] | Finding]
"""Returns an AOI file, its bytes and their SHA-256; arguments: path of the spec, and its
reference."""
_LOCATED_MAX_BYTES = 256 * 1024
"""Bytes up to which a feature's line is shown: it needs a second parse."""


class SeriesSources(Struct, frozen=True):
    """The sources for one document."""

    spec_file: str
    read: ReadAoi
    timezone: tzinfo | None
    zones: ZoneRules

    @property
    def zone_rules(self) -> str:
        """Release of the IANA time zone database."""
        return self.zones.release

    def zone(self, name: str) -> tzinfo | None:
        """Return a time zone by its name; None if absent."""
        return self.zones.zone(name)

    def aoi(self, ref: str) -> AoiFile | Finding:
        """Return an AOI file by its path relative to the document."""
        read = self.read(self.spec_file, ref)
        if isinstance(read, Finding):
            return read
        aoi, content, sha256 = read
        path = shown(normpath(join(dirname(self.spec_file), ref)))
        lines = _Lines(content)

        def where(index: int) -> str:
            line = lines.of(index)
            return path if line is None else f"{path}:{line}"

        return AoiFile(aoi, Include(ref, sha256), where)


class _Lines:
    """The line of each feature in a GeoJSON file, which is parsed again on the first call."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def of(self, index: int) -> int | None:
        """Return the line of a feature; None if it cannot be found.

        Null features are not counted, as in `aoi.members`.
        """
        found = self._features
        return None if found is None else found[0].position(("features", found[1][index]))[0]

    @cached_property
    def _features(self) -> tuple[Document, list[int]] | None:
        if len(self._content) > _LOCATED_MAX_BYTES:
            return None
        documents, problems = load(self._content, file="")  # the YAML reader keeps positions
        value = documents[0].value if len(documents) == 1 and not problems else None
        features = value.get("features") if isinstance(value, dict) else None
        if not isinstance(features, list):
            return None
        return documents[0], [at for at, feature in enumerate(features) if feature is not None]
