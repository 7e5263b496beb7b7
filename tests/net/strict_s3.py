"""An S3 on loopback as a bucket with Object Lock has it, which can also refuse by name."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

BUCKET = "locked"


class StrictS3(ThreadingHTTPServer):
    """Keeps every version; takes an object only with a checksum that is right."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.kept: list[bytes] = []
        """Every version that was ever written, deleted or not."""
        self.refusal: tuple[int, str] | None = None
        """Status and code with which everything is answered."""
        self.refused_methods: tuple[str, ...] = ("GET", "PUT", "DELETE", "HEAD")
        self.taking = threading.Lock()

    @property
    def environ(self) -> dict[str, str]:
        """What names the server, and gives access to it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any-secret",
            "AWS_REGION": "us-east-1",
        }


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StrictS3

    def do_GET(self) -> None:
        if self._refuses():
            return
        url = urlsplit(self.path)
        key = unquote(url.path).removeprefix(f"/{BUCKET}").strip("/")
        if not key:
            self._list(parse_qs(url.query))
            return
        found = self.server.objects.get(key)
        if found is None:
            self._error(404, "NoSuchKey")
            return
        content, metadata = found
        self._say(200, content, {f"x-amz-meta-{name}": text for name, text in metadata.items()})

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._refuses():
            return
        given = self.headers.get("x-amz-checksum-sha256", "")
        if given != base64.b64encode(hashlib.sha256(content).digest()).decode():
            self._error(
                400,
                "InvalidRequest",
                "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests "
                "with Object Lock parameters",
            )
            return
        key = unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")
        with self.server.taking:
            if self.headers.get("If-None-Match") == "*" and key in self.server.objects:
                self._error(412, "PreconditionFailed")
                return
            named = ((name.lower(), text) for name, text in self.headers.items())
            metadata = {
                name.removeprefix("x-amz-meta-"): text
                for name, text in named
                if name.startswith("x-amz-meta-")
            }
            self.server.objects[key] = (content, metadata)
            self.server.kept.append(content)
        self._say(200, b"")

    def do_DELETE(self) -> None:
        if self._refuses():
            return
        # What is locked stays; the latest version is only marked as deleted.
        key = unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")
        self.server.objects.pop(key, None)
        self._say(204, b"")

    def log_message(self, *arguments: object) -> None:
        """Say nothing: what matters is asserted."""

    def _list(self, query: dict[str, list[str]]) -> None:
        prefix, after = query.get("prefix", [""])[0], query.get("start-after", [""])[0]
        keys = sorted(key for key in self.server.objects if key.startswith(prefix) and key > after)
        rows = "".join(
            f"<Contents><Key>{key}</Key><Size>{len(self.server.objects[key][0])}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;x&quot;</ETag>"
            "</Contents>"
            for key in keys
        )
        page = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        self._say(200, page.encode())

    def _refuses(self) -> bool:
        if self.server.refusal is None or self.command not in self.server.refused_methods:
            return False
        self._error(*self.server.refusal)
        return True

    def _error(self, status: int, code: str, message: str = "no") -> None:
        page = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  '
            f"<Code>{code}</Code>\n  <Message>{message}</Message>\n</Error>\n"
        )
        self._say(status, page.encode())

    def _say(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        fixed = {"ETag": '"x"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
        for name, text in {**fixed, **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def strict_s3() -> Iterator[StrictS3]:
    """Serve for the time of the block."""
    with StrictS3() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
