"""GitHub's API for comments: GitHub's own description judges each request, and this keeps them."""

import http.client
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.gitops.tools import Tools
from tests.servers.ports import own_port
from tests.servers.process import running

HOST = "github.localhost"
"""`gh` speaks plain HTTP to this host, and to no other."""
_ANSWER_S = 60
_COMMENTS = re.compile(r"/repos/[^/]+/[^/]+/issues/(\d+)/comments")
_OF_COMMIT = re.compile(r"/repos/[^/]+/[^/]+/commits/([0-9a-f]+)/pulls")
_REVIEWS = re.compile(r"/repos/[^/]+/[^/]+/pulls/(\d+)/reviews")
_COMMENT = re.compile(r"/repos/[^/]+/[^/]+/issues/comments/(\d+)")


@dataclass
class Comment:
    """One comment on a pull request."""

    id: int
    issue: int
    body: str
    bot: bool = True
    edits: int = 0


@dataclass
class GitHub:
    """What the API holds, and who may do what."""

    address: str
    comments: list[Comment] = field(default_factory=list)
    rights: dict[str, str] = field(default_factory=dict)
    """Token to `read` or `write`."""
    pulls: dict[str, int] = field(default_factory=dict)
    """Commit to the number of the pull request that brought it."""
    broken: bool = False
    """Whether every call fails, as on a bad day of the forge."""
    refused: list[str] = field(default_factory=list)
    """What did not fit GitHub's description."""


@contextmanager
def github(tools: Tools, folder: Path) -> Iterator[GitHub]:
    """Serve the API on loopback, as a proxy that `gh` is pointed at."""
    with ExitStack() as stack:

        @cache
        def prism() -> int:
            port = own_port()
            command: list[str | Path] = [
                tools.bin / "node", tools.node_bin / "prism", "mock", "--errors",
                "--host", "127.0.0.1", "--port", str(port), tools.github_description,
            ]  # fmt: skip
            log = folder / "prism.log"
            stack.enter_context(running(command, ready=_ready(port), log=log))
            return port

        server = stack.enter_context(_Server(prism))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield server.github


def _ready(port: int) -> Any:
    def ask() -> None:
        with closing(
            http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_S)
        ) as connection:
            connection.request("GET", "/")
            connection.getresponse().read()

    return ask


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, prism: Callable[[], int]) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self._prism, self._starting = prism, threading.Lock()
        self.github = GitHub(f"http://127.0.0.1:{self.server_address[1]}")

    def prism(self) -> int:
        """Return the port of what knows GitHub's description; it starts with the first question."""
        with self._starting:
            return self._prism()


class _Call(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        """Say nothing: what matters is asserted."""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    do_PATCH = do_POST  # noqa: N815 - the name that http.server looks for

    def _serve(self, body: bytes) -> None:
        github, path = self.server.github, urlsplit(self.path).path
        right = github.rights.get(self.headers.get("Authorization", "").rpartition(" ")[2])
        if github.broken:
            self._answer(502, {"message": "Bad gateway"})
        elif right is None:
            self._answer(401, {"message": "Bad credentials"})
        elif right != "write" and self.command != "GET":
            self._answer(403, {"message": "Resource not accessible by integration"})
        elif of := _OF_COMMIT.fullmatch(path):
            number = github.pulls.get(of[1])
            pull = {"number": number, "html_url": f"https://forge/{number}", "merged_at": "now"}
            self._answer(200, [pull] if number else [])
        elif _REVIEWS.fullmatch(path):
            said = (("ada", "APPROVED"), ("bob", "COMMENTED"), ("ada", "APPROVED"))
            reviews = [{"state": state, "user": {"login": who}} for who, state in said]
            self._answer(200, reviews)
        else:
            status, example = self._judged(body)
            if status >= 400:
                github.refused.append(f"{self.command} {self.path}: {example}")
                self._answer(status, example)
            elif made := _COMMENTS.fullmatch(path):
                self._comments(int(made[1]), body, example)
            elif one := _COMMENT.fullmatch(path):
                self._edit(int(one[1]), body, example)

    def _judged(self, body: bytes) -> tuple[int, Any]:
        """Return what the description says to a request: a status and an example of the answer."""
        parts = urlsplit(self.path)
        kept = ("Content-Type", "Accept", "Authorization")
        headers = {name: self.headers[name] for name in kept if name in self.headers}
        prism = http.client.HTTPConnection("127.0.0.1", self.server.prism(), timeout=_ANSWER_S)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        with closing(prism):
            prism.request(self.command, target, body or None, headers)
            answer = prism.getresponse()
            return answer.status, json.loads(answer.read())

    def _comments(self, issue: int, body: bytes, example: Any) -> None:
        comments = self.server.github.comments
        if self.command == "GET":
            mine = [comment for comment in comments if comment.issue == issue]
            self._answer(200, [_shown(comment, example[0]) for comment in mine])
            return
        comments.append(Comment(len(comments) + 1, issue, json.loads(body)["body"]))
        self._answer(201, _shown(comments[-1], example))

    def _edit(self, number: int, body: bytes, example: Any) -> None:
        comment = self.server.github.comments[number - 1]
        comment.body = json.loads(body)["body"]
        comment.edits += 1
        self._answer(200, _shown(comment, example))

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _shown(comment: Comment, example: Any) -> dict[str, Any]:
    """Return a comment in the shape of the description's own example."""
    user = {**example["user"], "type": "Bot" if comment.bot else "User"}
    return {**example, "id": comment.id, "body": comment.body, "user": user}
