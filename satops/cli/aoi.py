"""`satops aoi`."""

from math import isfinite
from typing import Any

import click

from satops.api.aoi import aoi, convert_aoi, split_aoi
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish, finish_with
from satops.core.geometry.convert import Wanted as Changes
from satops.errors import ExitCode, UsageError
from satops.workflow.scaffold import Wanted

_ORDER = ("name", "provider", "start", "end", *options.TERMS, "description", "labels")
"""Options of --split only."""
_CHANGES = ("drop_heights", "swap_axes", "reproject", "crs", "buffer_km", "simplify_m")
"""Options of --convert only."""


@click.command("aoi")
@click.argument("file")
@click.option("--feature", metavar="NAME", help="Only the feature of this name or number.")
@click.option("--encoding", metavar="NAME", help="Encoding of feature names, like gbk or 1252.")
@click.option("--convert", "out", metavar="OUT", help="Write the areas to a new GeoJSON file.")
@click.option("--drop-heights", is_flag=True, help="Drop heights and measures.")
@click.option("--reproject", is_flag=True, help="Reproject to WGS 84 longitude and latitude.")
@click.option("--crs", metavar="EPSG:CODE", help="Coordinate system, whatever FILE declares.")
@click.option("--swap-axes", is_flag=True, help="Exchange latitude and longitude.")
@click.option("--buffer-km", type=float, metavar="KM", help="Widen outlines, points and lines.")
@click.option("--simplify-m", type=float, metavar="M", help="Drop corners, within this distance.")
@click.option("--split", "into", metavar="DIR", help="Write each outline there, parts and sides.")
@click.option("--name", metavar="NAME", help="Prefix of names. Default: the name of FILE.")
@click.option(
    "--provider",
    type=click.Choice(options.PROVIDERS),
    help="With --split: write an order spec for each outline too.",
)
@click.option("--start", metavar="TIME", help="Like 2026-12-01T00:00Z.")
@click.option("--end", metavar="TIME")
@options.terms
@click.option("--description", metavar="TEXT")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="May be repeated.")
@options.as_json
@click.pass_obj
def command(
    call: Call,
    /,
    file: str,
    feature: str | None,
    encoding: str | None,
    out: str | None,
    into: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Show what is in an AOI file, convert it, or split it into polygons that can be ordered.

    FILE is GeoJSON, WKT, KML, KMZ, GeoPackage or a zipped Shapefile. Without options, its features
    are shown with their areas, and with the findings that an order of each would get.

    --convert writes one new GeoJSON file with the areas of FILE, and reports each change and its
    effect on the area.

    --split writes one GeoJSON file with a polygon for each feature, each part of a MultiPolygon
    and each side of the antimeridian. With --provider, --start and --end it also writes an order
    spec for each of them; DIR must then lie under the folder of orders.
    """
    if into is not None and out is not None:
        raise UsageError("--convert and --split are two steps: convert first, then split.")
    if into is None and any(_is_given(given[name]) for name in _ORDER):
        raise UsageError("--name, --provider and what belongs to an order need --split DIR.")
    if out is None and any(_is_given(given[name]) for name in _CHANGES):
        raise UsageError("--drop-heights, --reproject and other changes need --convert OUT.")
    if out is not None:
        return _convert(call, file, out, feature, encoding, given, as_json=as_json)
    if into is not None:
        return _split(call, file, into, feature, encoding, given, as_json=as_json)
    return _show(call, file, feature, encoding, as_json=as_json)


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value != ()


def _convert(
    call: Call,
    file: str,
    out: str,
    feature: str | None,
    encoding: str | None,
    given: dict[str, Any],
    *,
    as_json: bool,
) -> ExitCode:
    from satops.report.json.aoi import conversion_json
    from satops.report.text.aoi import conversion_blocks

    for name in ("buffer_km", "simplify_m"):
        length = given[name]
        if length is not None and not (isfinite(length) and length > 0):
            raise UsageError(f"--{name.replace('_', '-')} takes a number above 0.")
    made = convert_aoi(
        call.directory,
        file,
        out,
        wanted=Changes(
            drop_heights=given["drop_heights"],
            swap_axes=given["swap_axes"],
            buffer_km=given["buffer_km"],
            simplify_m=given["simplify_m"],
        ),
        feature=feature,
        encoding=encoding,
        crs=given["crs"],
        reproject=given["reproject"],
    )
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: conversion_json(made, out),
        text=lambda: conversion_blocks(made, out),
    )


def _split(
    call: Call,
    file: str,
    into: str,
    feature: str | None,
    encoding: str | None,
    given: dict[str, Any],
    *,
    as_json: bool,
) -> ExitCode:
    from satops.report.json.aoi import split_json
    from satops.report.text.aoi import split_blocks

    written = split_aoi(
        call.directory,
        file,
        into,
        name=given["name"],
        feature=feature,
        encoding=encoding,
        wanted=_wanted(given),
        environ=call.environ,
    )
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: split_json(written.division, written.files),
        text=lambda: split_blocks(written.division, written.files),
    )


def _show(
    call: Call, file: str, feature: str | None, encoding: str | None, *, as_json: bool
) -> ExitCode:
    from satops.report.json.aoi import aoi_json
    from satops.report.text.aoi import aoi_blocks

    report = aoi(call.directory, file, feature=feature, encoding=encoding)
    blocked = any(problem.blocks for problem in report.problems)
    return finish_with(
        report,
        aoi_json,
        aoi_blocks,
        as_json=as_json,
        code=ExitCode.INVALID if blocked else ExitCode.DONE,
    )


def _wanted(given: dict[str, Any]) -> Wanted | None:
    """Return the options of the specs; None if no spec is wanted."""
    if not any(_is_given(given[name]) for name in _ORDER if name != "name"):
        return None
    if given["provider"] is None or given["start"] is None or given["end"] is None:
        raise UsageError("Orders need all of --provider, --start and --end.")
    return Wanted(
        name="",
        provider=given["provider"],
        geometry={},
        start=given["start"],
        end=given["end"],
        terms=options.terms_given(given),
        description=given["description"],
        labels=dict(map(options.label, given["labels"])),
    )
