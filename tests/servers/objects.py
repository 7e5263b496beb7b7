"""Object storage on loopback: two honest S3, two that lie, Azure, and Google Cloud Storage."""

import base64
import hashlib
import hmac
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path

from tests.servers.ports import own_port
from tests.servers.process import running
from tests.servers.programs import program

Command = list[str | Path]
BUCKET = "ledgers"
_ANSWER_S = 30
# moto looks for the object and then stores it: with threads of its own, under load, both of two
# writers win about once in a hundred races.  One request after the other makes it honest.
_MOTO = """
import sys
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple
application = DomainDispatcherApplication(create_backend_app)
run_simple("127.0.0.1", int(sys.argv[1]), application, threaded=False)
"""
_AZURE_ACCOUNT = "devstoreaccount1"
# The published key of every emulator.
_AZURE_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)


@dataclass(frozen=True, slots=True)
class ObjectServer:
    """A server that runs and has an empty bucket."""

    scheme: str
    port: int
    environ: Mapping[str, str]
    """What names the server, and gives access to it."""

    def address(self, prefix: str) -> str:
        """Return the address of a ledger."""
        return f"{self.scheme}://{BUCKET}/{prefix}"

    def behind(self, port: int) -> Mapping[str, str]:
        """Return the environment in which the server is spoken to through another port."""
        return {
            name: value.replace(f":{self.port}", f":{port}") for name, value in self.environ.items()
        }


@contextmanager
def moto(folder: Path) -> Iterator[ObjectServer]:
    """Run moto, which honours conditional writes."""
    port = own_port()
    command: Command = [program("python"), "-c", _MOTO, str(port)]
    with running(command, ready=lambda: _make_bucket(port), log=folder / "log"):
        yield _s3(port)


@contextmanager
def seaweedfs(folder: Path) -> Iterator[ObjectServer]:
    """Run SeaweedFS, a real object store that honours conditional writes."""
    ports = {name: own_port() for name in (
        "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
        "filer.port.grpc", "s3.port", "s3.port.grpc",
    )}  # fmt: skip
    # Two more services have fixed ports, on which two test runs of one machine would meet.
    without = ["-s3.port.iceberg", "0", "-s3.port.lance", "0"]
    # A minute after the start the server takes volumes for a log of its own: the bucket, first
    # written to later, must find some left, whatever the size of the disk.
    room = ["-volume.max", "40", "-master.volumeSizeLimitMB", "64"]
    given = [part for name, port in ports.items() for part in (f"-{name}", str(port))]
    command: Command = [program("weed"), "server", "-dir", folder, "-ip", "127.0.0.1", "-ip.bind",
               "127.0.0.1", "-filer", "-s3", *room, *without, *given]  # fmt: skip
    port = ports["s3.port"]
    with running(command, ready=lambda: _make_room(port), log=folder / "log"):
        yield _s3(port)


@contextmanager
def rclone(folder: Path) -> Iterator[ObjectServer]:
    """Run `rclone serve s3`, which takes every conditional write."""
    (folder / BUCKET).mkdir()
    port = own_port()
    command: Command = [program("rclone"), "serve", "s3", "--auth-key", "any,any-secret",
               "--addr", f"127.0.0.1:{port}", folder]  # fmt: skip
    with running(command, ready=lambda: _reach(port), log=folder / "log"):
        yield _s3(port)


@contextmanager
def s3rver(folder: Path) -> Iterator[ObjectServer]:
    """Run s3rver, which takes every conditional write."""
    port = own_port()
    command: Command = [program("s3rver"), "-d", folder, "--configure-bucket", BUCKET,
                        "-a", "127.0.0.1", "-p", str(port)]  # fmt: skip
    with running(command, ready=lambda: _reach(port), log=folder / "log"):
        yield _s3(port, key="S3RVER", secret="S3RVER")


@contextmanager
def azurite(folder: Path) -> Iterator[ObjectServer]:
    """Run Microsoft's emulator of Azure Blob Storage."""
    port = own_port()
    quietly = ["--skipApiVersionCheck", "--disableTelemetry", "--silent", "--inMemoryPersistence"]
    command: Command = [
        program("azurite-blob"),
        *quietly,
        "--blobHost",
        "127.0.0.1",
        "--blobPort",
        str(port),
    ]
    with running(command, ready=lambda: _make_container(port), log=folder / "log"):
        endpoint = f"http://127.0.0.1:{port}/{_AZURE_ACCOUNT}"
        yield ObjectServer(
            "az",
            port,
            {
                "AZURE_STORAGE_ENDPOINT": endpoint,
                "AZURE_STORAGE_ACCOUNT_NAME": _AZURE_ACCOUNT,
                "AZURE_STORAGE_ACCOUNT_KEY": _AZURE_KEY,
            },
        )


def _s3(port: int, key: str = "any", secret: str = "any-secret") -> ObjectServer:
    return ObjectServer(
        "s3",
        port,
        {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": "us-east-1",
        },
    )


def _reach(port: int) -> None:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=_ANSWER_S).close()
    except urllib.error.HTTPError as refused:
        refused.close()  # whoever refuses is there


def _make_bucket(port: int) -> None:
    try:
        _send("PUT", port, BUCKET)
    except urllib.error.HTTPError as refused:
        refused.close()
        if refused.code != HTTPStatus.CONFLICT:  # made by an earlier try, whose answer was late
            raise


def _make_room(port: int) -> None:
    """Make the bucket, and see that it takes objects: SeaweedFS has room a little later."""
    _make_bucket(port)
    _send("PUT", port, f"{BUCKET}/first", b"object")
    _send("DELETE", port, f"{BUCKET}/first")


def _send(method: str, port: int, path: str, content: bytes | None = None) -> None:
    url = f"http://127.0.0.1:{port}/{path}"
    ask = urllib.request.Request(url, content, method=method)
    urllib.request.urlopen(ask, timeout=_ANSWER_S).close()


def _make_container(port: int) -> None:
    at = formatdate(usegmt=True)
    signed = (
        f"PUT{chr(10) * 12}x-ms-date:{at}\nx-ms-version:2023-11-03\n"
        f"/{_AZURE_ACCOUNT}/{_AZURE_ACCOUNT}/{BUCKET}\nrestype:container"
    )
    digest = hmac.new(base64.b64decode(_AZURE_KEY), signed.encode(), hashlib.sha256).digest()
    ask = urllib.request.Request(
        f"http://127.0.0.1:{port}/{_AZURE_ACCOUNT}/{BUCKET}?restype=container",
        method="PUT",
        headers={
            "x-ms-date": at,
            "x-ms-version": "2023-11-03",
            "Authorization": f"SharedKey {_AZURE_ACCOUNT}:{base64.b64encode(digest).decode()}",
        },
    )
    urllib.request.urlopen(ask, timeout=_ANSWER_S).close()
