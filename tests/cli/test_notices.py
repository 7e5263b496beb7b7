"""What webhooks are told after a run: once, nothing secret, and never at the cost of the run."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

SECRET = "T0K3N-in-the-path"


class Hook:
    """A webhook on loopback that keeps what it is told, and answers as it is set to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.status = 200
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status == 200:
                    hook.bodies.append(body)
                self.send_response(hook.status)
                if hook.status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/{SECRET}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hook(satops: Satops) -> Iterator[Hook]:
    made = Hook()
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("notify: [{addressFrom: SATOPS_HOOK}]\n")
    satops.environ["SATOPS_HOOK"] = made.address
    yield made
    made.server.shutdown()
    made.server.server_close()


def whats(body: bytes) -> list[tuple[str, str]]:
    return [(order["what"], order["name"]) for order in json.loads(body)["orders"]]


def test_a_hook_is_told_once_what_became_of_each_order(satops: Satops, hook: Hook) -> None:
    lost = satops.faults({"kind": "close", "count": 1})
    assert satops("apply", "--yes", environ=lost).code == ExitCode.IN_DOUBT
    (first,) = hook.bodies
    said = json.loads(first)
    assert said["counts"] == {"placed": 2, "in doubt": 1}
    assert said["marketplace"] == "sandbox"
    assert satops("plan").code == ExitCode.DONE
    assert satops("reconcile").code == ExitCode.DONE
    ((what, name),) = whats(hook.bodies[1])
    assert (what, name) in {("placed", order["name"]) for order in said["orders"]}
    assert satops("reconcile").code == satops("apply", "--yes").code == ExitCode.DONE
    assert len(hook.bodies) == 2
    assert satops("verify").code == ExitCode.DONE
    ledger = (satops.root / "state" / "ledger.jsonl").read_bytes()
    assert ledger.count(b'"NoticesSent"') == 3  # where the first one begins, and one for each


def test_what_a_delivery_and_a_failure_come_to_is_told(satops: Satops, hook: Hook) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    options = satops.root / ".options.json"
    options.write_text(json.dumps({"lifecycle": [[0, 2]]}))
    environ = {"SATOPS_SANDBOX_OPTIONS": str(options)}
    assert satops("refresh", environ=environ).code == ExitCode.DONE
    assert {what for what, _ in whats(hook.bodies[-1])} == {"delivered"}
    options.write_text(json.dumps({"lifecycle": [[0, 3]]}))
    bodies = len(hook.bodies)
    satops("refresh", environ=environ)
    assert len(hook.bodies) == bodies  # completed: the delivery was told
    options.write_text(json.dumps({"lifecycle": [[0, 6]]}))
    satops("refresh", environ=environ)
    assert {what for what, _ in whats(hook.bodies[-1])} == {"failed"}


@pytest.mark.parametrize("status", [500, 302, 404])
def test_a_notice_that_fails_changes_nothing_and_is_sent_by_a_later_run(
    satops: Satops, hook: Hook, status: int
) -> None:
    hook.status = status
    ran = satops("apply", "--yes")
    assert ran.code == ExitCode.DONE
    assert f"The notice to SATOPS_HOOK was not sent: HTTP {status}." in ran.err
    assert SECRET not in ran.out + ran.err
    hook.status = 200
    assert satops("refresh").code == ExitCode.DONE
    assert [what for what, _ in whats(hook.bodies[-1])] == ["placed"] * 3


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (None, "SATOPS_HOOK is not set."),
        ("t0ps3cret-token", "holds no https address."),
        ("http://hooks.example.org/t0ps3cret", "holds no https address."),
        ("http://127.0.0.1:9/t0ps3cret", "ConnectionError."),
        ("https://[t0ps3cret", "holds no https address."),
    ],
)
def test_what_is_no_address_is_neither_called_nor_shown(
    satops: Satops, hook: Hook, address: str | None, said: str
) -> None:
    satops.environ.pop("SATOPS_HOOK")
    environ = {} if address is None else {"SATOPS_HOOK": address}
    ran = satops("apply", "--yes", environ=environ)
    assert ran.code == ExitCode.DONE
    assert said in ran.err
    assert "t0ps3cret" not in ran.out + ran.err
    assert hook.bodies == []


def test_a_message_for_slack_names_twenty_and_holds_no_link(satops: Satops, hook: Hook) -> None:
    satops.edit(
        "satops.yaml", "{addressFrom: SATOPS_HOOK}", "{addressFrom: SATOPS_HOOK, form: slack}"
    )
    assert satops("apply", "--yes").code == ExitCode.DONE
    (body,) = hook.bodies
    text = json.loads(body)["text"].splitlines()
    assert text[0] == "satops at sandbox: 3 orders placed"
    assert len(text) == 4


def test_a_dry_run_tells_nobody_and_writes_nothing(satops: Satops, hook: Hook) -> None:
    hook.status = 500
    lost = satops.faults({"kind": "close", "count": 1})
    assert satops("apply", "--yes", environ=lost).code == ExitCode.IN_DOUBT
    hook.status, ledger = 200, satops.root / "state" / "ledger.jsonl"
    before = ledger.read_bytes()
    satops("reconcile", "--dry-run")
    assert (hook.bodies, ledger.read_bytes()) == ([], before)
