"""A repository of its own for each test, and the command line without a process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from satops.cli.context import Call
from satops.cli.main import main


@dataclass
class Ran:
    """What one call did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Satops:
    """The command line in one folder, with an environment of its own."""

    root: Path
    capture: pytest.CaptureFixture[str]
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def local(self) -> Path:
        """Where this machine keeps what does not reach the ledger."""
        return Path(self.environ["SATOPS_LOCAL"])

    def __call__(self, *arguments: str, environ: Mapping[str, str] | None = None) -> Ran:
        self.capture.readouterr()
        call = Call(directory=self.root, environ={**self.environ, **(environ or {})})
        code = main(arguments, call)
        said = self.capture.readouterr()
        return Ran(code, said.out, said.err)

    def edit(self, path: str, before: str, after: str) -> None:
        """Replace a text in a file; it must be there."""
        text = (self.root / path).read_text("utf-8")
        assert before in text, f"{before!r} is not in {path}"
        (self.root / path).write_text(text.replace(before, after), "utf-8")

    def faults(self, *rules: Mapping[str, object]) -> dict[str, str]:
        """Return the environment in which the sandbox goes wrong by these rules."""
        path = self.root / ".faults.json"
        path.write_text(json.dumps({"rules": rules}))
        return {"SATOPS_SANDBOX_FAULTS": str(path)}


@pytest.fixture
def empty(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Satops:
    """An empty folder, on a machine that keeps nothing of earlier runs."""
    local = tmp_path_factory.mktemp("local")
    return Satops(tmp_path, capsys, {"SATOPS_LOCAL": str(local)})


@pytest.fixture
def satops(empty: Satops) -> Satops:
    """A repository as `init` makes it: three orders, none of them bought."""
    assert empty("init").code == 0
    return empty
