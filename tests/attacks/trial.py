"""A team whose pull requests are hostile: a repository at a forge, runners, and a marketplace.

One order is placed.  The answer to the other was lost, and the marketplace does not list it yet:
whoever takes it for not placed buys it twice.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from satops.adapters.marketplaces.eo_imagery import HttpMarketplace
from satops.adapters.stores.open import open_store
from satops.adapters.token import Token
from satops.core.json_text import loads
from satops.core.ledger.state import OrderState
from satops.core.plan.config import ApplyConfig, MarketplaceConfig
from satops.sandbox.store import Store
from satops.workflow.verify import verify
from tests.crash.arena import TOKEN, Arena, add_order

PLACED, DOUBT = "order-000", "order-001"
HIDDEN_FOR = 200
"""Pages of the list that a new order is not on."""
LOST = {"kind": "close", "store": "before", "after": 1, "count": 1}
"""The second order is stored, and the connection is closed without an answer."""
STATE = "git:satops-state"

Write = Callable[[Path, "Trial"], None]
"""Writes what a pull request brings into a checkout."""


def git(folder: Path, *arguments: str) -> str:
    """Call git as a person with a name would."""
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    ran = subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return ran.stdout


class Trial:
    """The repository, and the runner that the last command ran on."""

    def __init__(self, folder: Path, url: str, db: Path) -> None:
        self.folder = folder
        self.url = url
        self.remote = folder / "origin.git"
        self._count = 0
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.remote))
        git(folder, "clone", "-q", str(self.remote), "repository")
        times = "connectTimeoutS: 10, answerTimeoutS: 20, intentS: 60"
        self.arena = Arena(folder, url, db, orders=1, state=STATE, times=times)
        self.merge(lambda _root, _trial: None)
        self.arena.run("apply", "--yes").check(0)
        self.let_time_pass()
        self.merge(lambda root, _trial: add_order(root))
        self.fresh_runner()
        self.first_local = self.arena.local
        """The local state of the machine whose answer was lost."""
        self.arena.run("apply", "--yes", "--no-wait").check(6)
        assert self.doubt.order_no is None

    def let_time_pass(self) -> None:
        """Read the list until it shows all that is in it."""
        client = HttpMarketplace(
            MarketplaceConfig(url=self.url), ApplyConfig(), Token(TOKEN), sleep=lambda _: None
        )
        for _ in range(HIDDEN_FOR):
            list(client.orders())

    def merge(self, write: Write, branch: str = "main") -> None:
        """Commit what a pull request brings, and push it to a branch."""
        root = self.arena.root
        if branch != "main":
            git(root, "checkout", "-q", "-B", branch, "origin/main")
        write(root, self)
        git(root, "add", "--force", "--all", ".")
        git(root, "commit", "-q", "--allow-empty", "-m", "change")
        git(root, "push", "-q", "--force", "origin", f"HEAD:{branch}")

    def fresh_runner(self, branch: str = "main", *options: str) -> None:
        """Check the branch out on a machine that has never run satops."""
        self._count += 1
        name = f"runner-{self._count}"
        git(self.folder, "clone", "-q", "-b", branch, *options, str(self.remote), name)
        self.arena.root = self.folder / name
        self.arena.local = self.folder / f"{name}-local"

    @property
    def doubt(self) -> OrderState:
        """What the ledger knows of the order in doubt."""
        return self.arena.ledger().orders[DOUBT]

    @property
    def lines(self) -> list[bytes]:
        """The ledger as it is at the forge."""
        return list(open_store(STATE, self.arena.root).read())

    def judge(self, events: list[bytes]) -> None:
        """Nothing was bought since, and no event since is about the order in doubt."""
        self.arena.judge()
        with Store(self.arena.db) as store:
            assert sum(store.bought().values()) == 2
        lines = self.lines
        assert lines[: len(events)] == events
        told = [loads(line) for line in lines[len(events) :]]
        assert {event["kind"] for event in told} <= {"RunStarted", "RunFinished"}, told
        assert self.doubt.standing == "in-doubt"
        assert set(self.arena.ledger().claimed.values()) == {PLACED}
        assert verify(open_store(STATE, self.arena.root)).sound

    def remove_checkouts(self) -> None:
        """Take away what the runners leave."""
        for path in self.folder.glob("runner-*"):
            if path not in (self.arena.root, self.first_local):
                shutil.rmtree(path)
