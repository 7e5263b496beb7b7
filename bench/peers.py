"""The peers: tools for which people do the same kind of work, on as many things.

octoDNS compares records with those of another place, check-jsonschema holds the same spec files
against the same schema, Terraform plans one `terraform_data` for each order.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bench.fresh import NEW
from bench.measure import Command
from bench.orders import write_repository

ENVIRONMENT = {"TF_CLI_CONFIG_FILE": "/dev/null", "CHECKPOINT_DISABLE": "1"}
"""Terraform reads no settings of the user, and asks nobody for news."""
TERRAFORM_ORDERS_MAX = 1000
"""With 10,000 a plan takes 40 s and 1 GiB."""
_LONG = 10_000
"""Files for which check-jsonschema takes a minute."""
_PYTHON_PEERS = ("octodns", "check-jsonschema")
_SCHEMA = Path(__file__).parents[1] / "schema" / "order.schema.json"


def install(venv: Path) -> dict[str, str]:
    """Install the peers that are Python packages; return the versions of all that there are."""
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip"]
    subprocess.run([*pip, "install", "-qq", *_PYTHON_PEERS], check=True)
    listed = subprocess.run(
        [*pip, "list", "--format", "json"], check=True, capture_output=True, text=True
    )
    versions = {row["name"]: row["version"] for row in json.loads(listed.stdout)}
    found = {name: versions[name] for name in _PYTHON_PEERS}
    if shutil.which("terraform"):
        told = subprocess.run(
            ["terraform", "version", "-json"], check=True, capture_output=True, text=True
        )
        found["terraform"] = json.loads(told.stdout)["terraform_version"]
    return found


def peer_commands(
    venv: Path, work: Path, orders: int, environment: Mapping[str, str]
) -> list[Command]:
    """Return the peers on as many things as `work/cold` has orders, one in a file."""
    commands = [
        _octodns(venv, work / "new", orders, name="octodns-sync, all new"),
        _octodns(venv, work / "known", orders, known=orders, name="octodns-sync, nothing new"),
        _check_jsonschema(venv, work, orders),
    ]
    if shutil.which("terraform") and orders <= TERRAFORM_ORDERS_MAX:
        _write_resources(work / "terraform", work / "cold" / "orders")
        commands.append(_terraform(work / "terraform", environment))
    return commands


def fresh_peers(
    venv: Path, work: Path, orders: int, environment: Mapping[str, str]
) -> list[Command]:
    """Return the peers that plan, on as many things as a fresh runner finds orders.

    All of them are there already but as many new ones as the plan of satops finds.
    """
    commands = [_octodns(venv, work / "zones", orders + NEW, known=orders)]
    if shutil.which("terraform") and orders <= TERRAFORM_ORDERS_MAX:
        things, folder = work / "things", work / "terraform"
        write_repository(things, orders)
        _write_resources(folder, things / "orders")
        command = _terraform(folder, environment)
        call = ["terraform", f"-chdir={folder}", "apply", "-input=false", "-auto-approve"]
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL, env=environment)
        write_repository(things, NEW, first=orders)
        _write_resources(folder, things / "orders")
        commands.append(command)
    return commands


def _octodns(
    venv: Path, zones: Path, orders: int, *, known: int = 0, name: str = "octodns-sync"
) -> Command:
    """Return the plan of a zone with `orders` records, of which `known` are there already."""
    for side, count in (("source", orders), ("target", known)):
        (zones / side).mkdir(parents=True)
        (zones / side / "example.com.yaml").write_text(_zone(count))
    provider = "octodns.provider.yaml.YamlProvider"
    config = zones / "config.yaml"
    config.write_text(
        "providers:\n"
        f"  source: {{class: {provider}, directory: {zones}/source}}\n"
        f"  target: {{class: {provider}, directory: {zones}/target}}\n"
        "zones:\n  example.com.: {sources: [source], targets: [target]}\n"
    )
    call = [str(venv / "bin" / "octodns-sync"), "--config-file", str(config)]
    return Command(name, call)


def _zone(count: int) -> str:
    records = "".join(
        f"r{number:06}:\n  ttl: 300\n  type: A\n"
        f"  value: 10.0.{number // 250 % 250}.{number % 250}\n"
        for number in range(count)
    )
    return f"---\n{records or '{}'}\n"


def _check_jsonschema(venv: Path, work: Path, orders: int) -> Command:
    listed = work / "files"
    files = sorted(str(path) for path in (work / "cold" / "orders").rglob("*.yaml"))
    listed.write_text("\n".join(files))
    # One process for all files: without the larger stack the system takes no such line.
    check = f"{venv}/bin/check-jsonschema --schemafile {_SCHEMA}"
    script = f"ulimit -s unlimited; xargs -a {listed} -s 1900000 -n 1000000 -x {check}"
    return Command("check-jsonschema", ["sh", "-c", script], once=orders >= _LONG)


def _write_resources(folder: Path, specs: Path) -> None:
    folder.mkdir(exist_ok=True)
    resources = {
        path.stem: {"input": _flat(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))}
        for path in sorted(specs.rglob("*.yaml"))
    }
    document = {"resource": {"terraform_data": resources}}
    (folder / "main.tf.json").write_text(json.dumps(document))


def _terraform(folder: Path, environment: Mapping[str, str]) -> Command:
    call = ["terraform", f"-chdir={folder}"]
    subprocess.run(
        [*call, "init", "-input=false"], check=True, stdout=subprocess.DEVNULL, env=environment
    )
    return Command("Terraform", [*call, "plan", "-input=false", "-lock=false"])


def _flat(spec: dict[str, Any]) -> dict[str, str]:
    """Return a spec as plain text fields: of nested coordinates Terraform makes a type for each."""
    order = spec["order"]
    fields = {**spec, **spec["labels"], **order, "geometry": json.dumps(order["geometry"])}
    del fields["order"], fields["labels"]
    return {name: str(value) for name, value in fields.items()}
