"""Shell completion of order names, labels and check codes.

A shell shows no errors, so unreadable sources complete to nothing.
"""

from pathlib import Path

import click

from satops.core.safe import safe
from satops.errors import SatopsError


def order_names(ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Return the order names that begin with `begun`."""
    from satops.api import completions

    return _begun(completions.order_names(_directory(ctx)), begun)


def labels(ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Return the labels, as `KEY=VALUE`, that begin with `begun`."""
    from satops.api import completions

    return _begun(completions.labels(_directory(ctx)), begun)


def check_codes(ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Return the check codes that begin with `begun`."""
    from satops.api import explain

    try:
        checks = explain.every_check(_directory(ctx))
    except SatopsError:
        return []
    return _begun([check.code for check in checks], begun.upper())


def _directory(ctx: click.Context) -> Path:
    return Path(ctx.find_root().params.get("directory") or ".")


def _begun(found: list[str], begun: str) -> list[str]:
    return [each for each in found if each.startswith(begun) and safe(each) == each]
