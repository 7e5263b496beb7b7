"""Options that several commands share."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, TypeVar

import click

from satops.cli import completion
from satops.errors import UsageError
from satops.offers import OFFERS

Command = TypeVar("Command", bound=Callable[..., Any])


class Seconds(click.FloatRange):
    """A finite number of seconds, 0 or more: `nan` would wait without end."""

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number; fails for any other."""
        seconds: float = super().convert(value, param, ctx)
        if not isfinite(seconds):
            self.fail(f"{value!r} is no finite number of seconds.", param, ctx)
        return seconds


def as_json(command: Command) -> Command:
    """Add `--json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Write the report as JSON to stdout."
    )(command)


def yes(command: Command) -> Command:
    """Add `--yes`."""
    return click.option("-y", "--yes", is_flag=True, help="Do not ask for confirmation.")(command)


def because(command: Command) -> Command:
    """Add `--because`."""
    return click.option("--because", metavar="TEXT", help="Why. The ledger keeps it.")(command)


def reason(because: str | None) -> str:
    """Return the value of `--because`.  Raises `UsageError` without one."""
    if not because:
        raise UsageError("A reason is needed: add --because TEXT. The ledger keeps it.")
    return because


def unchecked(command: Command) -> Command:
    """Add `--unchecked`."""
    return click.option(
        "--unchecked",
        is_flag=True,
        help="Do not compare with the marketplace; take your word for it.",
    )(command)


def labels(command: Command) -> Command:
    """Add `--label`, which chooses orders."""
    return click.option(
        "--label",
        "labels",
        metavar="KEY=VALUE",
        multiple=True,
        shell_complete=completion.labels,
        help="Only orders with this label. May be repeated: all must hold.",
    )(command)


def no_wait(command: Command) -> Command:
    """Add `--no-wait` and `--wait-max`."""
    command = click.option(
        "--wait-max",
        "wait_max_s",
        metavar="SECONDS",
        type=Seconds(),
        help="Wait no longer than this for orders that other runs are placing.",
    )(command)
    return click.option(
        "--no-wait", is_flag=True, help="Do not wait for orders that other runs are placing."
    )(command)


def by(command: Command) -> Command:
    """Add `--by`, which groups orders."""
    return click.option(
        "--by",
        metavar="WHAT",
        multiple=True,
        help="Sum by month, provider, mode, series, state, status, label:KEY or key:AXIS. "
        "May be repeated.",
    )(command)


def one_format(form: str | None, *, as_json: bool) -> str:
    """Return the format of `--format` and `--json`.  Raises `UsageError` if they differ."""
    if as_json and form not in (None, "json"):
        raise UsageError(f"--json and --format {form} ask for different reports. Give one of them.")
    return form or ("json" if as_json else "text")


def label(text: str) -> tuple[str, str]:
    """Return the key and the value of a `--label`."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"--label {text}: write a label as KEY=VALUE.")
    return key, value


_FLAGS = {
    flag.name.removeprefix("--").replace("-", "_"): flag
    for offer in OFFERS.values()
    for flag in offer.flags
}
PROVIDERS = list(dict.fromkeys(name for offer in OFFERS.values() for name in offer.providers))
"""The providers of all offers; the schema restricts them to the repository's."""
TERMS = tuple(_FLAGS)
"""Parameters of the options that set an offer's fields."""


def terms(command: Command) -> Command:
    """Add the options that set the fields of all offers."""
    for flag in reversed(_FLAGS.values()):
        more = " A series may have several." if flag.of_mode else ""
        command = click.option(
            flag.name,
            type=flag.kind,
            metavar=flag.metavar,
            help=flag.help + more,
            multiple=flag.of_mode,
        )(command)
    return command


def terms_given(given: Mapping[str, Any]) -> dict[str, object]:
    """Return the given fields, as a spec of one order writes them."""
    found: dict[str, object] = {}
    for name, flag in _FLAGS.items():
        values = given[name] if flag.of_mode else [given[name]]
        if len(values) > 1:
            raise UsageError(f"{flag.name} is given twice, and an order has one. Or give --series.")
        if values and values[0] is not None:
            found[flag.field] = flag.written(values[0])
    return found


def modes_given(given: Mapping[str, Any]) -> dict[str, dict[str, object]]:
    """Return the modes of a series by name, each with the fields that it sets.

    Raises `UsageError` for an absent mode.
    """
    name, flag = next((name, flag) for name, flag in _FLAGS.items() if flag.of_mode)
    known = {mode.name: mode for offer in OFFERS.values() for mode in offer.modes}
    found: dict[str, dict[str, object]] = {}
    for text in given[name]:
        mode = known.get(str(flag.written(text)))
        if mode is None:
            raise UsageError(f"{flag.name} {text}: there is no such mode. It is {flag.help}")
        found[mode.name] = {"provider": mode.provider, flag.field: mode.name}
        for other, term in _FLAGS.items():
            if not term.of_mode and given[other] is not None and term.fits(mode):
                found[mode.name][term.field] = term.written(given[other])
    if not found:
        raise UsageError(f"{flag.name} is missing. A series needs one at least.")
    return found
