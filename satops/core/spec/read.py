"""Read a loaded document as an order spec: the fields that every order has.

Every readable part is read, so that one error does not hide another.  If the schema refuses the
document, the general reader of fields (`Schema.findings`) reports the remaining places: missing and
unknown fields, and wrong types.
"""

from collections.abc import Mapping
from datetime import datetime, timezone
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Any, NamedTuple

from satops.core.finding import Finding, Path, Place, has_error
from satops.core.geometry.fixes import with_command
from satops.core.geometry.forms import mixed_forms, read_geometry
from satops.core.geometry.rings import SPLIT
from satops.core.order.dates import number_as_date, read_date, read_window
from satops.core.order.order import Rings, Terms, canonical_order
from satops.core.problem import Problem, Severity, by_position
from satops.core.spec.checks import SUPERSEDES_ITSELF
from satops.core.spec.spec import Acknowledgement, Footprint, Membership, Source, Spec
from satops.core.spec.text import (
    name_of,
    read_acknowledge,
    read_description,
    read_labels,
    read_name,
)

if TYPE_CHECKING:
    from satops.core.loading import Document
    from satops.core.offer import Offer
    from satops.core.spec.schema import Schema

GEOMETRY: Path = ("order", "geometry")


class Draft(NamedTuple):
    """A spec whose polygon is not checked and measured yet."""

    name: str
    source: Source
    rings: Rings
    provider: str
    start: datetime
    end: datetime
    version: str
    terms: Terms
    description: str | None
    labels: Mapping[str, str] | None
    acknowledge: tuple[Acknowledgement, ...]
    supersedes: str | None

    def spec(self, footprint: Footprint, membership: Membership | None = None) -> Spec:
        """Return the spec, with the footprint of its valid polygon."""
        order = canonical_order(
            version=self.version,
            provider=self.provider,
            rings=self.rings,
            start=self.start,
            end=self.end,
            terms=self.terms,
        )
        return Spec(
            name=self.name,
            source=self.source,
            order=order,
            footprint=footprint,
            description=self.description,
            labels=self.labels,
            acknowledge=self.acknowledge,
            supersedes=self.supersedes,
            membership=membership,
        )


class Outline(NamedTuple):
    """A polygon of a file, already read for another member of a series."""

    value: object
    """The value in the file."""
    rings: Rings | None
    findings: list[Finding]

    @classmethod
    def of(cls, value: object) -> "Outline":
        """Read a polygon."""
        return cls(value, *read_geometry(value))


def geometry_file(value: object) -> tuple[str, str | int | None] | None:
    """Return the file and feature in an order's geometry; None if it has no file."""
    order = value.get("order") if isinstance(value, dict) else None
    geometry = order.get("geometry") if isinstance(order, dict) else None
    if not isinstance(geometry, dict) or "type" in geometry:
        return None
    file, feature = geometry.get("file"), geometry.get("feature")
    if not isinstance(file, str):
        return None
    return file, feature if type(feature) in (str, int) else None


def read_spec(
    document: "Document",
    *,
    source: Source,
    schema: "Schema",
    offer: "Offer",
    zone: timezone | None,
    included: object = None,
) -> tuple[Draft | None, list[Problem]]:
    """Return the draft of a document (None if a problem is an error) and all its problems.

    `offer` reads the order's terms.  `included` is what `aoi.pick` returned for the file of
    `geometry_file`, or the finding that explains its absence.
    """
    value = document.value
    order = name_of(value)
    findings: list[Finding] = []
    draft = None
    if isinstance(value, dict):
        draft = _read(value, findings, document, source, offer, zone, included)
    if not schema.is_valid(value):
        findings += schema.findings(value, _reported(findings))
        findings += () if has_error(findings) else (schema.refusal(value),)
    problems = [finding.problem_in(document, source.file, order) for finding in findings]
    return None if has_error(findings) else draft, sorted(problems, key=by_position)


def _reported(findings: list[Finding]) -> set[Place]:
    """Return the places with an error; an error inside the geometry covers all of it."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    return {(GEOMETRY, False) if each.path[:2] == GEOMETRY else each.place for each in errors}


def _read(
    value: dict[str, Any],
    findings: list[Finding],
    document: "Document",
    source: Source,
    offer: "Offer",
    zone: timezone | None,
    included: object,
) -> Draft | None:
    """Read the present parts; `Schema.findings` reports those of a wrong type."""
    name = read_name(value.get("name"), ("name",), findings)
    supersedes = read_name(value.get("supersedes"), ("supersedes",), findings)
    if name is not None and supersedes == name:
        detail = "An order cannot replace itself. Give the name of the earlier order."
        findings.append(SUPERSEDES_ITSELF.finding(("supersedes",), detail))
    description = read_description(value.get("description"), findings)
    labels = read_labels(value.get("labels"), findings)
    acknowledge = read_acknowledge(value.get("acknowledge"), document, findings)
    order = value.get("order")
    if not isinstance(order, dict):
        return None
    provider = order.get("provider")
    terms = offer.read(order, findings)
    start, end = _read_window(order, zone, findings)
    rings = _read_polygon(order, included, source.file, findings)
    if name is None or not isinstance(provider, str) or not start or not end or rings is None:
        return None
    return Draft(
        name, source, rings, provider, start, end, offer.version(terms), terms,
        description, labels, acknowledge, supersedes,
    )  # fmt: skip


def _read_polygon(
    order: dict[str, Any], included: object, spec_file: str, findings: list[Finding]
) -> Rings | None:
    """Read the geometry; findings about a file have the path of the reference to it."""
    if "geometry" not in order:
        return None
    value = order["geometry"]
    mixed = mixed_forms(value)
    if mixed is not None:
        findings.append(mixed.under(GEOMETRY))
        return None
    in_file = isinstance(value, dict) and "file" in value and "type" not in value
    if in_file and not isinstance(value["file"], str):
        return None
    aoi_file = normpath(join(dirname(spec_file), value["file"])) if in_file else ""
    if isinstance(included, Finding):
        findings.append(with_command(included, aoi_file).under(GEOMETRY))
        return None
    if in_file and isinstance(included, Outline):
        included, rings, found = included
    else:
        rings, found = read_geometry(included if in_file else value)
    for finding in found:
        if in_file:
            findings.append(_with_command(finding, aoi_file, included).at(GEOMETRY))
        else:
            # Search for the exact position in the document only for an error, since it is slow.
            exact = finding.severity is Severity.ERROR
            findings.append(finding.under(GEOMETRY) if exact else finding.at(GEOMETRY))
    return rings


def _with_command(finding: Finding, file: str, included: object) -> Finding:
    """Add the command that mends the file; the split command only if a cut helps."""
    if finding.fix == SPLIT:
        from satops.core.geometry.split import cut

        pieces = cut(included).pieces
        if not pieces or any(piece.rings is None for piece in pieces):
            return finding
    return with_command(finding, file)


def _read_window(
    order: dict[str, Any], zone: timezone | None, findings: list[Finding]
) -> tuple[datetime | None, datetime | None]:
    instants: list[datetime | None] = []
    for field in ("startDate", "endDate"):
        written = order.get(field)
        read: datetime | Finding | None = None
        if isinstance(written, str):
            read = read_date(written, zone, field)
        elif isinstance(written, int | float) and not isinstance(written, bool):
            read = number_as_date(written, zone, field)
        if isinstance(read, Finding):
            findings.append(read.at(("order", field)))
            read = None
        instants.append(read)
    start, end = instants
    if start is not None and end is not None:
        wrong = read_window(start, end)
        if wrong is not None:
            findings.append(wrong.at(("order", "endDate")))
    return start, end
