"""`satops new`."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import click

from satops.api.new import NewSpec, new, new_series
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.errors import ExitCode, UsageError
from satops.workflow.scaffold import Wanted, WantedSeries


@click.command("new")
@click.argument("name", required=False)
@click.option("--series", metavar="NAME", help="Write a series: many orders in one document.")
@click.option("--key", metavar="PROPERTY", help="Of a series: key property of --aoi.")
@click.option("--months", metavar="FIRST/LAST", help="Of a series: 2027-01/2027-12.")
@click.option("--weeks", metavar="FIRST/LAST", help="Of a series: 2027-w01/2027-w10.")
@click.option("--days", metavar="FIRST/LAST", help="Of a series: 2027-01-01/2027-01-31.")
@click.option("--repeat", metavar="R/START/STEP", help="Of a series: R6/2027-01-01T00:00Z/P14D.")
@click.option("--provider", type=click.Choice(options.PROVIDERS))
@click.option("--aoi", metavar="FILE[#FEATURE]", help="An AOI file, from the repository's root.")
@click.option("--bbox", nargs=4, type=float, metavar="W S E N", help="Degrees.")
@click.option("--point", nargs=2, type=float, metavar="LON LAT", help="Degrees.")
@click.option("--radius-km", type=float, metavar="KM", help="Around --point.")
@click.option("--start", metavar="TIME", help="Like 2026-12-01T00:00Z, or now.")
@click.option("--end", metavar="TIME", help="Or from the start: +24h, +14d.")
@options.terms
@click.option("--description", metavar="TEXT")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="May be repeated.")
@click.option("--supersedes", metavar="NAME", help="The order that this one is meant to replace.")
@click.option("--file", metavar="PATH", help="File to write. Default: orders/NAME.yaml")
@options.as_json
@click.pass_obj
def command(  # one option each
    call: Call,
    /,
    name: str | None,
    series: str | None,
    key: str | None,
    months: str | None,
    weeks: str | None,
    days: str | None,
    repeat: str | None,
    provider: str | None,
    aoi: str | None,
    bbox: tuple[float, ...] | None,
    point: tuple[float, ...] | None,
    radius_km: float | None,
    start: str | None,
    end: str | None,
    description: str | None,
    labels: tuple[str, ...],
    supersedes: str | None,
    file: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Write a valid order spec from options.

    NAME is the identity of the order: unique, and never reused. Other letters become plain ones:
    Cát Lái becomes cat-lai. Warnings of a plan are shown.
    """
    windows = {"months": months, "weeks": weeks, "days": days, "repeat": repeat}
    if series is not None:
        single = {"NAME": name, "--provider": provider, "--bbox": bbox, "--point": point,
                  "--radius-km": radius_km, "--start": start, "--end": end,
                  "--supersedes": supersedes}  # fmt: skip
        _refuse(single, "belongs to a single order, and --series writes many")
        many = WantedSeries(
            name=series,
            file=_needed(aoi, "--aoi"),
            key=_needed(key, "--key"),
            windows=_one_range(windows),
            modes=options.modes_given(given),
            description=description,
            labels=_labels(labels),
        )
        written = new_series(call.repository, many, file=file, environ=call.environ)
        return _finish(written, series, as_json=as_json)
    of_series = {"--key": key, **{f"--{form}": text for form, text in windows.items()}}
    _refuse(of_series, "belongs to a series. Give --series NAME")
    wanted = Wanted(
        name=_needed(name, "NAME"),
        provider=_needed(provider, "--provider"),
        geometry=_geometry(aoi, bbox, point, radius_km),
        start=_needed(start, "--start"),
        end=_needed(end, "--end"),
        terms=options.terms_given(given),
        description=description,
        labels=_labels(labels),
        supersedes=supersedes,
    )
    written = new(call.repository, wanted, file=file, environ=call.environ)
    return _finish(written, wanted.name, as_json=as_json)


def _finish(written: NewSpec, given: str, *, as_json: bool) -> int:
    from satops.report.json import document, problem_items
    from satops.report.text.setup import new_blocks

    renamed = "" if written.name == given else written.name
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: document(
            {"name": written.name, "file": written.file, "orders": written.orders},
            warnings=problem_items(written.warnings),
        ),
        text=lambda: new_blocks(written.file, written.warnings, renamed, written.orders),
    )


def _needed(given: str | None, option: str) -> str:
    if given is None:
        raise UsageError(f"{option} is missing. See `satops new --help`.")
    return given


def _refuse(given: Mapping[str, object], why: str) -> None:
    for option, value in given.items():
        if value is not None:
            raise UsageError(f"{option} {why}.")


def _one_range(windows: Mapping[str, str | None]) -> tuple[str, str]:
    found = [(form, text) for form, text in windows.items() if text is not None]
    if len(found) != 1:
        raise UsageError("Give one of --months, --weeks, --days and --repeat.")
    return found[0]


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
