"""`satops demo`: the life of an order, with real commands and their output."""

import shlex
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec.structs import replace

from satops.cli.context import Call
from satops.cli.output import write_report
from satops.core import json_text
from satops.core.offer import Samples
from satops.core.plan.config import Config
from satops.errors import ExitCode, Refused, UsageError
from satops.offers import offer_of
from satops.report.layout import BLANK, Line, Tone
from satops.report.layout import command as to_copy

_DELIVERED = 2
"""The sandbox's status of a delivered order."""
_PORTS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"port": port},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[w, s], [w + 0.1, s], [w + 0.1, s + 0.1], [w, s + 0.1], [w, s]]],
            },
        }
        for port, w, s in (("hai-phong", 106.65, 20.83), ("quy-nhon", 109.2, 13.74))
    ],
}


@click.command("demo")
@click.option("--keep", metavar="DIR", help="Create the scratch repository here, and keep it.")
@click.pass_obj
def command(call: Call, keep: str | None) -> int:
    """Show the life of an order in a scratch folder.

    Needs no network, no account and no configuration. Nothing real is ordered.
    """
    with ExitStack() as stack:
        try:
            if keep is None:
                root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="satops-demo-")))
            else:
                root = _new_folder(call.path(keep))
            # Keep this demo's local state out of the home folder.
            local = stack.enter_context(tempfile.TemporaryDirectory(prefix="satops-demo-"))
        except OSError as error:
            at = f"{error.filename}: " if error.filename else ""
            raise UsageError(f"The demo needs a folder. {at}{error.strerror}.") from error
        _tell(Call(directory=root, environ={"SATOPS_LOCAL": local}))
    _farewell(keep)
    return ExitCode.DONE


def _new_folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise Refused(f"{path} is not empty. Nothing was written. Choose a new folder.")
    return path


def _tell(call: Call) -> None:
    root = call.directory
    samples = _samples()
    path, edited = samples.edited
    _say("A repository for satellite orders: a config, three order specs, an empty ledger.")
    _run(call, "init")
    _say("Order specs are YAML. This one asks for the centre of Hanoi, in a window next month:")
    _show(root / path)
    _say("Check them. This needs no network and no account, so it can run on every commit:")
    _run(call, "validate")
    _say("What would be bought? In a pull request, this is what a reviewer reads:")
    _run(call, "plan")
    _say("Buy it, once. Here the marketplace is a sandbox on this machine:")
    _run(call, "apply", "--yes")
    _say("Every order number is in the ledger now:")
    _run(call, "list")
    _say("Plan again. What is bought is never bought twice:")
    _run(call, "plan")
    _lose_an_answer(call)
    _monitor(call)
    _say("A placed order cannot be changed. So what if somebody edits one?")
    spec = root / path
    spec.write_text(spec.read_text("utf-8").replace(*edited), "utf-8")
    _show_command(f"sed -i 's/{edited[0].strip()}/{edited[1].strip()}/' {path}")
    _run(call, "plan", expected=ExitCode.INVALID)
    _say("satops says so (exit code 3) and buys nothing. The ledger proves what happened:")
    _run(call, "verify")


def _lose_an_answer(call: Call) -> None:
    """Place an order whose answer never arrives, and reconcile it."""
    _say("Now the worst: the marketplace takes an order, and its answer is lost on the way.")
    _run(call, "new", *_samples().further)
    faults = Path(call.environ["SATOPS_LOCAL"]) / "faults.json"
    faults.write_bytes(json_text.dumps({"rules": [{"kind": "close", "count": 1}]}))
    losing = replace(call, environ={**call.environ, "SATOPS_SANDBOX_FAULTS": str(faults)})
    _run(losing, "apply", "--yes", expected=ExitCode.IN_DOUBT)
    _say("It may or may not exist (exit code 6). Nobody orders it again, whoever plans:")
    _run(call, "plan")
    _say("The marketplace is asked what it holds, and the number is found:")
    _run(call, "reconcile")


def _monitor(call: Call) -> None:
    """Order two ports for three months with one series, and fetch the deliveries."""
    _say("Monitoring is one document for many orders. Two ports, three months:")
    ports = call.directory / "aois" / "ports.geojson"
    ports.write_bytes(json_text.dumps_pretty(_PORTS))
    now = datetime.now(UTC)
    months = [f"{now.year + (now.month + n) // 12}-{(now.month + n) % 12 + 1:02}" for n in (1, 3)]
    asked = ("--aoi", "aois/ports.geojson", "--key", "port", "--months", "/".join(months))
    _run(call, "new", "--series", "ports", *asked, *_samples().monitored)
    _run(call, "plan")
    _run(call, "apply", "ports.*", "--yes")
    _say("Later the marketplace delivers. What became of each order:")
    options = Path(call.environ["SATOPS_LOCAL"]) / "options.json"
    options.write_bytes(json_text.dumps({"lifecycle": [[0, _DELIVERED]]}))
    later = replace(call, environ={**call.environ, "SATOPS_SANDBOX_OPTIONS": str(options)})
    _run(later, "refresh")
    _say("Fetch it: whole or not at all, recorded by its SHA-256, with a STAC catalog beside it:")
    _run(later, "download", "--to", "deliveries")
    _say("And one page for everybody who pays for it or waits for it:")
    _run(call, "report", "--out", "report.html")


def _samples() -> Samples:
    samples = offer_of(Config()).samples
    assert samples is not None  # the first offer has samples
    return samples()


def _run(call: Call, *arguments: str, expected: ExitCode = ExitCode.DONE) -> None:
    from satops.cli.main import main

    _show_command(shlex.join(["satops", *arguments]))
    # Ignore this shell's environment: its token and guards are for real orders.
    code = main(arguments, call)
    if code != expected:
        raise click.exceptions.Exit(code)  # the command has printed the error
    write_report([BLANK])


def _say(text: str) -> None:
    write_report([Line(f"# {text}", Tone.QUIET)])


def _show_command(text: str) -> None:
    write_report([Line(f"$ {text}", Tone.COMMAND)])


def _show(path: Path) -> None:
    _show_command(f"cat {path.parent.name}/{path.name}")
    lines = path.read_text("utf-8").splitlines()
    write_report([*map(Line, lines), BLANK])


def _farewell(keep: str | None) -> None:
    write_report([Line("That is the whole of it. Nothing real was ordered.", Tone.HEADING)])
    if keep is None:
        write_report([Line("To try it yourself:"), to_copy("satops init my-orders")])
        write_report([to_copy("cd my-orders && satops plan")])
    else:
        write_report([Line("The repository is kept. To go on with it:")])
        write_report([to_copy(f"cd {shlex.quote(keep)} && satops history")])
