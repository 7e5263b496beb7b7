"""Google Cloud Storage, as far as a ledger needs it: the XML API with its conditions.

The fake servers that there are honour conditions only in the JSON API, which obstore does not
write with.  This one follows the documentation of the XML API, and keeps objects in memory.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.servers.objects import BUCKET, ObjectServer

_PAGE = 100
"""Keys of a listing.  The real one has 1,000; fewer show that pages are followed."""
_META = "x-goog-meta-"


class _Bucket:
    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.lock = threading.Lock()

    def put(self, key: str, content: bytes, meta: dict[str, str], *, create: bool) -> bool:
        with self.lock:
            if create and key in self.objects:
                return False
            self.objects[key] = (content, meta)
            return True


@contextmanager
def gcs(folder: Path) -> Iterator[ObjectServer]:
    """Serve an empty bucket from a thread."""
    bucket = _Bucket()

    class Handler(_Handler):
        objects = bucket

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        port = server.server_address[1]
        environ = {
            "GOOGLE_BASE_URL": f"http://127.0.0.1:{port}",
            "GOOGLE_BEARER_TOKEN": "any-token",
        }
        yield ObjectServer("gs", port, environ)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    objects: _Bucket
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' output is for the tests."""

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        content = self.rfile.read(length)
        if len(content) < length:
            self.close_connection = True  # it was cut on its way: nothing is stored
            return
        meta = {k.lower(): v for k, v in self.headers.items() if k.lower().startswith(_META)}
        create = self.headers.get("x-goog-if-generation-match") == "0"
        if not self.objects.put(self._key(), content, meta, create=create):
            self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        else:
            self._answer(200, b"", {"ETag": _etag(content), "x-goog-generation": "1"})

    def do_GET(self) -> None:
        if self.path.split("?")[0].strip("/") == BUCKET:
            self._answer(200, self._listing().encode())
            return
        found = self.objects.objects.get(self._key())
        if found is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        content, meta = found
        at = formatdate(usegmt=True)
        self._answer(200, content, {"ETag": _etag(content), "Last-Modified": at, **meta})

    def do_DELETE(self) -> None:
        gone = self.objects.objects.pop(self._key(), None)
        self._answer(404 if gone is None else 204, b"")

    def _key(self) -> str:
        _, _, rest = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        return rest

    def _listing(self) -> str:
        asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        after = asked.get("continuation-token", asked.get("start-after", ""))
        with self.objects.lock:
            keys = sorted(
                key
                for key in self.objects.objects
                if key.startswith(asked.get("prefix", "")) and key > after
            )
        page = keys[:_PAGE]
        more = len(keys) > len(page)
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        found = "".join(map(self._entry, page))
        return (
            "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{found}</ListBucketResult>"
        )

    def _entry(self, key: str) -> str:
        content, _ = self.objects.objects[key]
        return (
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size>"
            f"<LastModified>1970-01-01T00:00:00.000Z</LastModified><ETag>{_etag(content)}</ETag>"
            "</Contents>"
        )

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _etag(content: bytes) -> str:
    return f'"{md5(content, usedforsecurity=False).hexdigest()}"'
