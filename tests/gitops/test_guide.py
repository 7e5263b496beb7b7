"""docs/gitops.md as it stands: every command, from an empty forge to the first real order."""

import os
import pty
import re
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from satops.sandbox.server import Sandbox, serve_in_thread
from tests.adapters.git.forge import git
from tests.fakes.git_http import served
from tests.gitops.act import Act
from tests.gitops.github_api import GitHub
from tests.gitops.rehearsal import READ, SCRIPTS, TOKEN, WRITE, Rehearsal
from tests.gitops.tools import ROOT, Tools

PAGE = (ROOT / "docs/gitops.md").read_text("utf-8")
ADDRESS, HOST = "https://eo-imagery.origen.ae/market_service", "eo-imagery.origen.ae"
GH = """\
#!/bin/sh
# Stands for GitHub's command line: keeps variables and secrets of environments in files.
set -eu
case "$1 $2 $4 $#" in
  "variable set --env 7") [ "$6" = --body ] && value=$7 ;;
  "secret set --env 5") read -r value ;;
  *) exit 64 ;;
esac
mkdir -p "$SETTINGS/$5"
printf %s "$value" > "$SETTINGS/$5/$3"
"""


def blocks(title: str) -> list[str]:
    """Return the commands of a section, block by block."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    found = re.findall(r"^( *)```sh\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL)
    return [re.sub(f"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


@dataclass
class Person:
    """Somebody at a terminal in a clone, who types the commands of the guide."""

    work: Path
    environ: dict[str, str]

    def types(self, block: str, *answers: str) -> str:
        """Run the commands of a block until one fails; return what they said."""
        terminal, theirs = pty.openpty()
        said: list[bytes] = []

        def listen() -> None:
            while True:
                try:
                    said.append(os.read(terminal, 65_536))
                except OSError:  # nobody writes to it any more
                    return

        listening = threading.Thread(target=listen)
        listening.start()
        os.write(terminal, "".join(f"{answer}\n" for answer in answers).encode())
        ran = subprocess.run(
            ["bash", "-e", "-c", block],
            cwd=self.work, env={**os.environ, **self.environ},
            stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        listening.join()
        os.close(terminal)
        text = b"".join(said).decode()
        assert ran.returncode == 0, f"{block}\n{text}"
        return text


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Sandbox]:
    """A marketplace that does not say that it is a sandbox."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("satops.sandbox.app.SANDBOX_HEADER", b"server-of")
        with serve_in_thread(tmp_path / "market.db", token=TOKEN) as market:
            yield market


@pytest.fixture
def forge(
    tmp_path: Path, shared: Path, tools: Tools, api: GitHub, market: Sandbox
) -> Iterator[Rehearsal]:
    """A forge with an empty repository."""
    (tmp_path / "forge").mkdir()
    with served(tmp_path / "forge") as server:
        server.rights = {READ: "read", WRITE: "write"}
        made = Rehearsal(tmp_path, shared, server, market, tools, api)
        made.create()
        yield made


@pytest.fixture
def person(forge: Rehearsal) -> Person:
    work, programs = forge.folder / "work", forge.folder / "programs"
    git(forge.folder, "clone", "-q", f"file://{forge.remote}", str(work))
    programs.mkdir()
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    path = f"{programs}:{forge.tools.path(SCRIPTS)}"
    return Person(work, {"PATH": path, "SETTINGS": str(forge.folder / "settings"), "TERM": "dumb"})


def test_each_command_of_the_guide_from_an_empty_forge_to_the_first_real_order(
    forge: Rehearsal, person: Person, python: Path
) -> None:
    act = Act(forge, python)

    def setting(name: str, environment: str = "satops") -> str:
        path = forge.folder / "settings" / environment / name
        return path.read_text() if path.exists() else ""

    def runs(workflow: str) -> str:
        """Run a workflow of main with the settings of now; return its words."""
        environment = "satops-nightly" if workflow == "nightly" else "satops"
        ran = getattr(act, workflow)(MARKETPLACE=setting("SATOPS_MARKETPLACE", environment))
        assert ran.ok, ran.log
        return " ".join(f"{ran.log} {ran.summary}".split())

    begin, ledger, sandbox, order = blocks("GitHub in ten minutes")
    settings, live = blocks("Go live")
    person.types(begin)
    assert "Placed" not in runs("apply")  # the push of the first step: there is no ledger yet
    person.types(ledger, "y")
    person.types(sandbox)
    person.types(order)
    request = forge.open_branch("first-order")
    planned = act.plan(request)
    assert planned.ok, planned.log
    assert "4 orders to create" in planned.summary
    forge.merge(request)
    assert "Placed 4 of 4 expected in the sandbox" in runs("apply")
    assert "The embedded sandbox ends with the runner" in runs("nightly")

    host = forge.market.address.removeprefix("http://")
    for text in (settings, live):
        assert HOST in text
    assert ADDRESS in live
    person.types(settings.replace(HOST, host), TOKEN, TOKEN)
    assert setting("SATOPS_TOKEN", "satops-nightly") == TOKEN
    person.types(live.replace(ADDRESS, forge.market.url), "y")
    request = forge.open_branch("go-live")
    planned = act.plan(request)
    assert planned.ok, planned.log
    first = planned.summary.split("\n## ")[0]
    assert f"After the merge, orders go to `{forge.market.url}`" in first
    assert forge.bought() == []
    forge.merge(request)
    assert "Placed 1 of 1 expected." in runs("apply")
    assert forge.bought() == [1]
    assert "Nothing is in doubt." in runs("nightly")
