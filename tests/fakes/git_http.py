"""A git server over HTTP on loopback: git's own CGI program behind a small server."""

import os
import subprocess
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class GitServer(ThreadingHTTPServer):
    """Serves the bare repositories of a folder, to be read and written by anybody."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.folder = folder
        self.lose_answers = 0
        """How many of the next pushes are carried out without an answer."""
        self.status = 0
        """The HTTP status that answers everything, where it is set."""
        self.rights: dict[str, str] = {}
        """Token to `read` or `write`; without any, everybody may do everything."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Exchange(BaseHTTPRequestHandler):
    server: GitServer

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, *arguments: object) -> None:
        """Say nothing: what matters is asserted."""

    def _is_allowed(self, *, pushes: bool) -> bool:
        """Tell whether the token of a request may do this; answer the request where it may not."""
        if not self.server.rights:
            return True
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        token = b64decode(given).decode().partition(":")[2] if kind == "Basic" else ""
        right = self.server.rights.get(token)
        if right == "write" or (right == "read" and not pushes):
            return True
        self.send_response(401 if right is None else 403)
        self.send_header("WWW-Authenticate", 'Basic realm="forge"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def _serve(self, body: bytes) -> None:
        if self.server.status:
            self.send_error(self.server.status)
            return
        path, _, query = self.path.partition("?")
        if not self._is_allowed(pushes="git-receive-pack" in self.path):
            return
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "tester",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        ran = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True
        )
        pushed = self.command == "POST" and path.endswith("/git-receive-pack")
        if pushed and self.server.lose_answers > 0:
            self.server.lose_answers -= 1
            self.close_connection = True
            return
        head, _, content = ran.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def served(folder: Path) -> Iterator[GitServer]:
    """Serve a folder of repositories for the time of the block."""
    with GitServer(folder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
