"""A small client for the sandbox: every right answer is held against the OpenAPI description."""

import http.client
import json
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import jsonschema
import yaml

from satops.sandbox.faults import Faults
from satops.sandbox.server import Sandbox

DESCRIPTION = Path(__file__).parents[2] / "schema" / "marketplace.openapi.yaml"
CREATE = "/market/order/programming/create"
QUERY = "/market/order/page/query"
DETAIL = "/market/order/detail"
LINKS = "/market/order/downloadLinks"
SIMULATE = "/market/order/programming/simulation/create"
RESULTS = "/market/order/programming/simulation/results"
FROM_SIMULATION = "/market/order/programming/createFromSimulation"
TOKEN = {"Authorization": "a-token"}
_PATIENCE_S = 60


class Serving(Protocol):
    """Starts a sandbox on a file of the test's own; keywords beyond these are options."""

    def __call__(
        self, *, token: str | None = None, faults: Faults | None = None, **options: Any
    ) -> AbstractContextManager[Sandbox]: ...


@dataclass(frozen=True)
class Answer:
    """One answer of the server."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value

    @property
    def code(self) -> int:
        return int(self.json["code"])

    @property
    def message(self) -> str:
        return str(self.json["message"])

    @property
    def content(self) -> Any:
        return self.json["data"]


def order(**changes: Any) -> dict[str, Any]:
    """Return a create body that is right, with changes; `...` leaves a field out."""
    start = datetime.now(UTC) + timedelta(days=7)
    fields = {
        "provider": "tianyi",
        "geometry": "POLYGON ((54.3 24.3, 54.5 24.3, 54.5 24.5, 54.3 24.5, 54.3 24.3))",
        "startDate": f"{start:%Y-%m-%d %H:%M}",
        "endDate": f"{start + timedelta(days=7):%Y-%m-%dT%H:%M:%S}",
        "maxCloud": 20,
        "resolutionType": 6,
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not ...}


def send(
    url: str, path: str, body: Any, headers: dict[str, str] | None = None, *, method: str = "POST"
) -> Answer:
    """Send one request and read the whole answer; bytes are sent as they are."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_PATIENCE_S)
    sent = {"Content-Type": "application/json", **(TOKEN if headers is None else headers)}
    with closing(connection):
        connection.request(method, parts.path + path, raw, sent)
        response = connection.getresponse()
        read = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, read, response.read())


def post(url: str, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
    """Send one request whose answer must be as the OpenAPI description says."""
    answer = send(url, path, body, headers)
    response = description()["paths"][path]["post"]["responses"][str(answer.status)]
    at = f"#/paths/{_escaped(path)}/post/responses/{answer.status}"
    if "$ref" in response:
        at = response["$ref"]
    schema = {**description(), "$ref": f"{at}/content/application~1json/schema"}
    jsonschema.Draft202012Validator(schema).validate(answer.json)
    assert answer.headers["content-type"] == "application/json"
    return answer


def place(sandbox: Sandbox, **changes: Any) -> str:
    """Place an order and return its number."""
    return str(post(sandbox.url, CREATE, order(**changes)).content["orderNo"])


def page(sandbox: Sandbox, **asked: Any) -> tuple[int, list[dict[str, Any]]]:
    """Return the total and the content of one page."""
    content = post(sandbox.url, QUERY, {"pageNumber": 1, "pageSize": 10, **asked}).content
    return content["total"], content["content"]


def connected(url: str, path: str, body: bytes) -> socket.socket:
    """Send a create on a raw socket and return the socket, with nothing read yet."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port or 0), timeout=_PATIENCE_S)
    head = (
        f"POST {parts.path}{path} HTTP/1.1\r\nHost: {parts.netloc}\r\nX-API-Key: a-token\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def read_to_end(connection: socket.socket) -> bytes:
    """Return every byte until the server closes; raises ConnectionResetError on a reset."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def wait_until(holds: Callable[[], bool]) -> None:
    """Return as soon as something holds that another thread brings about."""
    deadline = datetime.now(UTC) + timedelta(seconds=_PATIENCE_S)
    while not holds():
        assert datetime.now(UTC) < deadline, "it never came about"
        time.sleep(0.005)


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description."""
    document = yaml.safe_load(DESCRIPTION.read_text("utf-8"))
    assert isinstance(document, dict)
    return document


def _escaped(path: str) -> str:
    return path.replace("~", "~0").replace("/", "~1")
