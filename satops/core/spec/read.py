"""From a loaded document to an order spec: what each field means.

The schema says first whether the parts are there and of the right type; then each part that can be
read is read, so that one fault never hides another.  Where both speak about the same place, only
the words of this module are kept: they know what the field is for.
"""

from collections.abc import Mapping
from datetime import datetime, timezone
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Any, NamedTuple

from satops.core.check import Check, When
from satops.core.finding import Finding, Path, has_error
from satops.core.geometry.fixes import with_command
from satops.core.geometry.forms import mixed_forms, read_geometry
from satops.core.geometry.rings import SPLIT
from satops.core.order.dates import number_as_date, read_date, read_window
from satops.core.order.order import MODE_NUMBERS, MODES, Rings, canonical_order
from satops.core.problem import Problem, Severity
from satops.core.spec.checks import NOT_A_MODE, SUPERSEDES_ITSELF
from satops.core.spec.mode_advice import mode_advice, modes_of
from satops.core.spec.spec import Acknowledgement, Footprint, Source, Spec
from satops.core.spec.text import (
    name_of,
    read_acknowledge,
    read_description,
    read_labels,
    read_name,
)

if TYPE_CHECKING:
    from satops.core.loading import Document
    from satops.core.spec.schema import Schema

GEOMETRY: Path = ("order", "geometry")
_GEOMETRY = "order.geometry"
_RECURRENCE = "order.recurring"
"""How the paths of `recurring`, `recurringDay` and `recurringUnit` begin."""
_RECURRENCE_FIELDS = frozenset({"recurring", "recurringDay", "recurringUnit"})

OTHER_PROVIDER = Check(
    "S01",
    "the mode belongs to the other provider",
    when=When.READ,
    meaning="changguang has the modes 1 to 3, tianyi 4 to 8.",
    source="the marketplace's create page",
    remedy="Change the provider or the mode.",
    example="{provider: changguang, resolutionType: spotlight}",
)
CLOUD_FRACTION = Check(
    "S04",
    "cloud cover is a fraction",
    when=When.READ,
    meaning="maxCloud is a whole number of percent; 0.2 is mostly meant as 20.",
    source="the marketplace's create page; search filters of other sellers use fractions",
    remedy="Write the percent.",
    example="maxCloud: 0.2",
)
RECURRENCE = Check(
    "R01",
    "the recurrence does not fit together",
    when=When.READ,
    meaning="recurringDay and recurringUnit belong together, and to `recurring: true`. Beside "
    "`recurring: false` they are a warning.",
    source="the marketplace's create page",
    remedy="Write all three, or none.",
    example="{recurring: true, recurringDay: 7}",
)
IDLE_INTERVAL = RECURRENCE.variant(severity=Severity.WARNING)


class Draft(NamedTuple):
    """A spec that is sound, except for what only the shape of its polygon can show."""

    name: str
    source: Source
    rings: Rings
    provider: str
    start: datetime
    end: datetime
    max_cloud: int | None
    resolution_type: int | None
    recurring: bool | None
    recurring_day: int | None
    recurring_unit: int | None
    description: str | None
    labels: Mapping[str, str] | None
    acknowledge: tuple[Acknowledgement, ...]
    supersedes: str | None

    def spec(self, footprint: Footprint) -> Spec:
        """Return the spec, once its polygon has been found valid and measured."""
        order = canonical_order(
            provider=self.provider,
            rings=self.rings,
            start=self.start,
            end=self.end,
            max_cloud=self.max_cloud,
            resolution_type=self.resolution_type,
            recurring=self.recurring,
            recurring_day=self.recurring_day,
            recurring_unit=self.recurring_unit,
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
        )


def geometry_file(value: object) -> tuple[str, str | int | None] | None:
    """Return the file and the feature that the order's geometry refers to, if it does."""
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
    zone: timezone | None,
    included: object = None,
) -> tuple[Draft | None, list[Problem]]:
    """Return what a document says, and every problem of it; None where one is an error.

    `included` is what `aoi.pick` took from the file that `geometry_file` names, or why it could
    not be had.
    """
    value = document.value
    order = name_of(value)
    said = [] if schema.is_valid(value) else schema.problems(document, source.file, order=order)
    findings: list[Finding] = []
    draft = None
    if isinstance(value, dict):
        draft = _read(value, findings, document, source, zone, included)
    problems = [finding.problem(document, source.file, order) for finding in findings]
    problems += [problem for problem in said if not _is_said_better(problem, problems)]
    if said or has_error(findings):
        draft = None
    return draft, problems


def _is_said_better(problem: Problem, ours: list[Problem]) -> bool:
    """Tell whether one of our own errors is about what the schema complains of."""
    about = problem.path
    errors = [our for our in ours if our.severity is Severity.ERROR]
    if _in_geometry(about):
        return any(_in_geometry(our.path) for our in errors)
    if problem.check in ("V02", "V08") and about.startswith(_RECURRENCE):
        return any(our.check == "R01" for our in errors)
    return any(our.path == about for our in errors)


def _in_geometry(path: str) -> bool:
    return path == _GEOMETRY or path.startswith((f"{_GEOMETRY}.", f"{_GEOMETRY}["))


def _read(
    value: dict[str, Any],
    findings: list[Finding],
    document: "Document",
    source: Source,
    zone: timezone | None,
    included: object,
) -> Draft | None:
    """Read what is there; a part of the wrong type is left out, as the schema speaks of it."""
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
    number = _read_mode(order, findings)
    recurring, day, unit = _read_recurrence(order, findings)
    cloud = _read_cloud(order, findings)
    start, end = _read_window(order, zone, findings)
    rings = _read_polygon(order, included, source.file, findings)
    if name is None or not isinstance(provider, str) or not start or not end or rings is None:
        return None
    return Draft(
        name, source, rings, provider, start, end, cloud, number, recurring, day, unit,
        description, labels, acknowledge, supersedes,
    )  # fmt: skip


def _read_polygon(
    order: dict[str, Any], included: object, spec_file: str, findings: list[Finding]
) -> Rings | None:
    """Read the geometry, wherever it stands; findings in a file are about the reference to it."""
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
    rings, found = read_geometry(included if in_file else value)
    for finding in found:
        if in_file:
            findings.append(_with_command(finding, aoi_file, included).at(GEOMETRY))
        else:
            # Only an error is worth the search for its exact position in the document.
            exact = finding.severity is Severity.ERROR
            findings.append(finding.under(GEOMETRY) if exact else finding.at(GEOMETRY))
    return rings


def _with_command(finding: Finding, file: str, included: object) -> Finding:
    """Add the command that mends the file, to cut it only where a cut helps."""
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


def _read_mode(order: dict[str, Any], findings: list[Finding]) -> int | None:
    written = order.get("resolutionType")
    number = MODE_NUMBERS.get(written) if isinstance(written, str) else _whole(written)
    mode = None if number is None else MODES.get(number)
    provider = order.get("provider")
    path = ("order", "resolutionType")
    if mode is not None and mode.provider != provider and provider in ("changguang", "tianyi"):
        detail = (
            f"{mode.name} ({mode.number}) is a mode of {mode.provider}, and the provider is "
            f"{provider}. Its modes are: {modes_of(provider)}."
        )
        findings.append(OTHER_PROVIDER.finding(path, detail))
    if mode is None and "resolutionType" in order:
        advice = mode_advice(written, provider)
        findings += () if advice is None else [NOT_A_MODE.finding(path, advice)]
    return number


def _read_cloud(order: dict[str, Any], findings: list[Finding]) -> int | None:
    written = order.get("maxCloud")
    if isinstance(written, float) and 0 < written < 1:
        detail = (
            f"maxCloud is {written}. It is a whole number of percent, not a fraction: for "
            f"{written * 100:.0f} % write {written * 100:.0f}."
        )
        findings.append(CLOUD_FRACTION.finding(("order", "maxCloud"), detail))
    return _whole(written)


def _read_recurrence(
    order: dict[str, Any], findings: list[Finding]
) -> tuple[bool | None, int | None, int | None]:
    if _RECURRENCE_FIELDS.isdisjoint(order):
        return None, None, None
    recurring = order.get("recurring")
    day, unit = _whole(order.get("recurringDay")), _whole(order.get("recurringUnit"))
    written = [field for field in ("recurringDay", "recurringUnit") if field in order]
    if recurring is True:
        if len(written) < 2:
            missing = {"recurringDay", "recurringUnit"}.difference(written)
            detail = (
                f"`recurring` is true without {' and '.join(sorted(missing))}. Write both: for "
                "every 7 days, recurringDay: 7 and recurringUnit: 1."
            )
            findings.append(RECURRENCE.finding(("order", "recurring"), detail))
        if day is not None and day < 1:
            detail = f"recurringDay is {day}. The interval is 1 at least."
            findings.append(RECURRENCE.finding(("order", "recurringDay"), detail))
    elif recurring is False and written:
        # The create page shows `recurring: false`, and a body that was read back from the
        # marketplace may carry the two beside it: harmless, and sent as it is written.
        detail = f"`recurring` is false, so {' and '.join(written)} should have no effect."
        findings.append(IDLE_INTERVAL.finding(("order", written[0]), detail))
    elif recurring is None and written and "recurring" not in order:
        detail = (
            f"{' and '.join(written)} would need `recurring: true`. Add it to image the area "
            "again and again, or leave the interval out to image it once."
        )
        findings.append(RECURRENCE.finding(("order", written[0]), detail))
    return recurring if isinstance(recurring, bool) else None, day, unit


def _whole(value: object) -> int | None:
    """Return a whole number, also one that is written as 20.0, as JSON Schema does."""
    if type(value) is int:
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None
