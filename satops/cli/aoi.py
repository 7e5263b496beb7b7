"""`satops aoi`."""

import click

from satops.api.aoi import aoi, split_aoi
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.core.order.order import MODE_NUMBERS, Provider
from satops.errors import ExitCode, UsageError
from satops.workflow.scaffold import Wanted


@click.command("aoi")
@click.argument("file")
@click.option("--feature", metavar="NAME", help="Only this one of the file, or its number.")
@click.option("--encoding", metavar="NAME", help="What names are written in, as gbk or 1252.")
@click.option("--split", "into", metavar="DIR", help="Write each outline there, parts and sides.")
@click.option("--name", metavar="NAME", help="How names begin. Default: the name of FILE.")
@click.option(
    "--provider",
    type=click.Choice([p.value for p in Provider]),
    help="With --split: write an order spec for each outline too.",
)
@click.option(
    "--mode", metavar="MODE", help=f"A name or a number: {', '.join(MODE_NUMBERS)}, or 1 to 8."
)
@click.option("--start", metavar="TIME", help="As 2026-12-01T00:00Z.")
@click.option("--end", metavar="TIME")
@click.option("--max-cloud", type=int, metavar="PERCENT", help="Optical only.")
@click.option("--description", metavar="TEXT")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="May be repeated.")
@options.as_json
@click.pass_obj
def command(  # one option each
    call: Call,
    file: str,
    feature: str | None,
    encoding: str | None,
    into: str | None,
    name: str | None,
    provider: str | None,
    mode: str | None,
    start: str | None,
    end: str | None,
    max_cloud: int | None,
    description: str | None,
    labels: tuple[str, ...],
    as_json: bool,
) -> int:
    """Show what is in an AOI file, or split it into polygons that can be ordered.

    FILE is GeoJSON, WKT, KML, KMZ, GeoPackage or a zipped Shapefile. Shown are its features with
    their areas, and what an order of each would be told.

    --split writes one GeoJSON file with a polygon for each feature, each part of a MultiPolygon
    and each side of the antimeridian. With --provider, --start and --end it also writes an order
    spec for each of them; DIR must then lie under the folder of orders.
    """
    wanted = _wanted(provider, mode, start, end, max_cloud, description, labels)
    if into is None:
        if wanted is not None or name is not None:
            raise UsageError("--name, --provider and what belongs to an order need --split DIR.")
        return _show(call, file, feature, encoding, as_json=as_json)
    from satops.report.json_aoi import split_json
    from satops.report.text.aoi import split_blocks

    written = split_aoi(
        call.directory,
        file,
        into,
        name=name,
        feature=feature,
        encoding=encoding,
        wanted=wanted,
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
    from satops.report.json_aoi import aoi_json
    from satops.report.text.aoi import aoi_blocks

    report = aoi(call.directory, file, feature=feature, encoding=encoding)
    blocked = any(problem.blocks for problem in report.problems)
    return finish(
        ExitCode.INVALID if blocked else ExitCode.DONE,
        as_json=as_json,
        json=lambda: aoi_json(report),
        text=lambda: aoi_blocks(report),
    )


def _wanted(
    provider: str | None,
    mode: str | None,
    start: str | None,
    end: str | None,
    max_cloud: int | None,
    description: str | None,
    labels: tuple[str, ...],
) -> Wanted | None:
    """Return what the specs shall say, None where no order was asked for."""
    given = [mode, start, end, max_cloud, description, *labels]
    if provider is None and all(value is None for value in given):
        return None
    if provider is None or start is None or end is None:
        raise UsageError("Orders need all of --provider, --start and --end.")
    return Wanted(
        name="",
        provider=provider,
        geometry={},
        start=start,
        end=end,
        mode=mode,
        max_cloud=max_cloud,
        description=description,
        labels=dict(map(options.label, labels)),
    )
