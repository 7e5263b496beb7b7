"""`satops new`."""

from math import isfinite
from typing import Any

import click

from satops.api.new import new
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.errors import ExitCode, UsageError
from satops.workflow.scaffold import Wanted


@click.command("new")
@click.argument("name")
@click.option("--provider", required=True, type=click.Choice(options.PROVIDERS))
@click.option("--aoi", metavar="FILE[#FEATURE]", help="An AOI file, from the root.")
@click.option("--bbox", nargs=4, type=float, metavar="W S E N", help="Degrees.")
@click.option("--point", nargs=2, type=float, metavar="LON LAT", help="Degrees.")
@click.option("--radius-km", type=float, metavar="KM", help="Around --point.")
@click.option("--start", required=True, metavar="TIME", help="As 2026-12-01T00:00Z, or now.")
@click.option("--end", required=True, metavar="TIME", help="Or from the start: +24h, +14d.")
@options.terms
@click.option("--description", metavar="TEXT")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="May be repeated.")
@click.option("--supersedes", metavar="NAME", help="The order that this one replaces in intent.")
@click.option("--file", metavar="PATH", help="Where to write it. Default: orders/NAME.yaml")
@options.as_json
@click.pass_obj
def command(  # one option each
    call: Call,
    /,
    name: str,
    provider: str,
    aoi: str | None,
    bbox: tuple[float, ...] | None,
    point: tuple[float, ...] | None,
    radius_km: float | None,
    start: str,
    end: str,
    description: str | None,
    labels: tuple[str, ...],
    supersedes: str | None,
    file: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Write an order spec from flags, once it is known to be sound.

    NAME is the identity of the order: unique, and never used again. Letters of other scripts are
    turned into plain ones: Cát Lái into cat-lai. What a plan would warn of is shown.
    """
    from satops.report.json import document, problem_items
    from satops.report.text.setup import new_blocks

    wanted = Wanted(
        name=name,
        provider=provider,
        geometry=_geometry(aoi, bbox, point, radius_km),
        start=start,
        end=end,
        terms=options.terms_given(given),
        description=description,
        labels=_labels(labels),
        supersedes=supersedes,
    )
    written = new(call.repository, wanted, file=file, environ=call.environ)
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: document(
            {"name": written.name, "file": written.file},
            warnings=problem_items(written.warnings),
        ),
        text=lambda: new_blocks(
            written.file, written.warnings, "" if written.name == name else written.name
        ),
    )


def _labels(given: tuple[str, ...]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for key, value in map(options.label, given):
        if key in labels:
            raise UsageError(f"--label {key} is given twice. An order has one value for each key.")
        labels[key] = value
    return labels


def _geometry(
    aoi: str | None,
    bbox: tuple[float, ...] | None,
    point: tuple[float, ...] | None,
    radius_km: float | None,
) -> dict[str, object]:
    if sum(given is not None for given in (aoi, bbox, point)) != 1:
        raise UsageError("Give one of --aoi, --bbox and --point: where to look.")
    if (point is None) is not (radius_km is None):
        raise UsageError("--point and --radius-km belong together.")
    numbers = (*(bbox or ()), *(point or ()), radius_km or 0.0)
    if not all(map(isfinite, numbers)):
        raise UsageError("--bbox, --point and --radius-km take finite numbers.")
    if bbox is not None:
        return {"bbox": list(bbox)}
    if point is not None:
        return {"point": list(point), "radiusKm": radius_km}
    file, _, feature = (aoi or "").partition("#")
    named: dict[str, object] = {"feature": feature} if feature else {}
    return {"file": file, **named}
