"""What is secret in the environment or in an address is in no signature, message, JSON or file."""

import inspect
import pydoc
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest

import satops as package
import satops.api
from satops.api.repository import open_repository
from satops.cli import boundary
from satops.cli.context import Call
from satops.errors import ExitCode, StoreUnreachable
from tests.cli.conftest import Satops

TOKEN = "never-shown/by+anything=="
PASSWORDS = ["hush/hush7", "hush#hush7", "hush hush7", "hush@hush7", "hush%2Fhush7", "hu:sh?h7@/#"]
MODULES = [import_module(f"satops.api.{found.name}") for found in iter_modules(satops.api.__path__)]


@pytest.mark.parametrize("module", [package, *MODULES], ids=lambda module: module.__name__)
def test_no_signature_and_no_help_shows_the_environment(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SATOPS_TOKEN", TOKEN)
    names = module.__all__ if module is package else dir(module)
    for name in names:
        value = getattr(module, name)
        if not callable(value) or not getattr(value, "__module__", "").startswith("satops"):
            continue
        assert TOKEN not in pydoc.render_doc(value)
        if isinstance(value, type) and issubclass(value, Exception):
            continue  # an exception of our own has no signature
        for parameter in inspect.signature(value).parameters.values():
            held = parameter.default if hasattr(parameter.default, "keys") else ()
            assert "SATOPS_TOKEN" not in held, f"{name}({parameter})"


def test_nothing_that_holds_the_environment_shows_it(
    satops: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SATOPS_TOKEN", TOKEN)
    opened = open_repository(satops.root, environ=None)
    assert opened.environ["SATOPS_TOKEN"] == TOKEN
    for holder in (opened, Call(), Call(environ={"SATOPS_TOKEN": TOKEN})):
        assert TOKEN not in f"{holder} {holder!r}"


@pytest.mark.parametrize(
    "variable", ["AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "HOME", "satops_token", "XSATOPS_TOKEN"]
)
def test_a_token_is_taken_from_variables_of_satops_alone(satops: Satops, variable: str) -> None:
    text = f"{{url: 'https://marketplace.invalid', auth: {{tokenFrom: {variable}}}}}"
    (satops.root / "satops.yaml").write_text(f"marketplace: {text}\n")
    for command in (["plan"], ["apply", "--yes"], ["reconcile"], ["doctor"]):
        ran = satops(*command, environ={variable: TOKEN})
        assert ran.code == ExitCode.USAGE
        assert "begins with SATOPS_" in ran.err
        assert TOKEN not in ran.out + ran.err


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize(
    "state",
    [
        "postgresql://ada:{}@127.0.0.1:1/db", "postgresql://127.0.0.1:1/db?password={}",
        "postgresql://127.0.0.1:1/db?sslpassword={}#x", "postgresql:host=h password={}",
        "git:https://ada:{}@127.0.0.1:1/x.git#s", "s3://ada:{}@bucket/x", "gs://b/x?token={}",
        "file://ada:{}@host/x", "nothing://ada:{}@host",
    ],
)  # fmt: skip
def test_a_password_in_an_address_of_a_ledger_is_in_no_output_and_no_file(
    satops: Satops, state: str, password: str
) -> None:
    address = state.format(password)
    satops.edit("satops.yaml", "file:state/ledger.jsonl", f"'{address}'")
    (satops.root / "guarded").mkdir()
    (satops.root / "guarded" / "satops.yaml").write_text("state: 'file:x.jsonl'\n")
    (satops.root / "guarded" / "orders").mkdir()
    said = ""
    for command in (
        ["plan"], ["plan", "--json"], ["apply", "--yes", "--json"], ["list", "--json"], ["doctor"],
        ["verify", "--json"], ["ledger", "start", "--yes"],
        ["ledger", "copy", address, "file:b.jsonl", "--json"],
        ["ledger", "copy", "file:b.jsonl", address], ["plan", address],
        ["-C", str(satops.root / "guarded"), "plan"],
    ):  # fmt: skip
        ran = satops(*command, environ={"SATOPS_STATE": address})
        assert ran.code not in (ExitCode.DONE, ExitCode.BUG), command
        said += ran.out + ran.err
    files = [path for path in satops.root.rglob("*") if path.is_file()]
    said += "".join(
        path.read_text(errors="replace") for path in files if path.name != "satops.yaml"
    )
    assert "hush" not in said
    assert "h7" not in said
    assert "hu:sh" not in said


@pytest.mark.parametrize("password", PASSWORDS)
def test_the_password_of_a_proxy_is_in_no_output_and_no_file(
    satops: Satops, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://ada:{password}@127.0.0.1:1")
    (satops.root / "satops.yaml").write_text(
        "timezone: UTC\nmarketplace: {url: 'https://marketplace.invalid', query: false}\n"
        "state: file:state/real.jsonl\n"
    )
    environ = {"SATOPS_TOKEN": TOKEN}
    begun = satops("ledger", "start", "--yes", "--also-buy", "all", environ=environ)
    assert begun.code == ExitCode.DONE, begun.err
    said = ""
    for command in (["apply", "--yes"], ["apply", "--yes", "--json"], ["plan"], ["list"]):
        ran = satops(*command, environ=environ)
        assert ran.code != ExitCode.BUG
        said += ran.out + ran.err
    refused = any(mark in password.replace("%2F", "") for mark in "/# ?")
    assert ("Nothing was sent" in said and "HTTPS_PROXY" in said) is refused
    ledger = (satops.root / "state" / "real.jsonl").read_text()
    assert not refused or "SubmissionIntended" not in ledger
    for path in satops.root.rglob("*"):
        said += path.read_text(errors="replace") if path.is_file() else ""
    for form in (password, "hush", "h7", "hu:sh", TOKEN):
        assert form not in said


def _a_bug() -> None:
    raise KeyError(f"https://ada:{PASSWORDS[0]}@host and {TOKEN} and {PASSWORDS[2]}")


def _an_error() -> None:
    raise StoreUnreachable(f"x 'https://ada:{PASSWORDS[0]}@host' and {TOKEN}, {PASSWORDS[2]}")


@pytest.mark.parametrize("fails", [_a_bug, _an_error])
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_the_last_line_of_defence_is_where_errors_end(
    fails: Callable[[], None], arguments: list[str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("SATOPS_BUYER_TOKEN", TOKEN)
    monkeypatch.setenv("PGPASSWORD", PASSWORDS[2])
    assert boundary.end_of(fails, arguments) in (ExitCode.BUG, ExitCode.LEDGER)
    said = capsys.readouterr()
    assert "host" in said.err
    for form in (TOKEN, PASSWORDS[0], PASSWORDS[2], "hush"):
        assert form not in said.out + said.err


def test_the_tests_of_this_page_would_see_a_secret(tmp_path: Path) -> None:
    ran = subprocess.run(["env"], env={"A": PASSWORDS[0]}, capture_output=True, check=True)
    assert "hush" in ran.stdout.decode()
