"""A sandbox for each test, on a file of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from satops.sandbox.faults import Faults
from satops.sandbox.options import Options
from satops.sandbox.server import Sandbox, serve_in_thread
from tests.sandbox.client import Serving


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Return the path of a file that is not there yet, in a folder that is not there yet."""
    return tmp_path / "state" / "sandbox.db"


@pytest.fixture
def serving(db: Path) -> Serving:
    """Return what starts a sandbox with options."""

    @contextmanager
    def serve(
        *, token: str | None = None, faults: Faults | None = None, **options: Any
    ) -> Iterator[Sandbox]:
        with serve_in_thread(db, token=token, faults=faults, options=Options(**options)) as sandbox:
            yield sandbox

    return serve


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Return the one sandbox that tests with default options share."""
    with serve_in_thread(tmp_path_factory.mktemp("shared") / "sandbox.db") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """Return a running sandbox with default options, empty and without faults."""
    shared_sandbox.faults.replace()
    shared_sandbox.clock.reset()
    shared_sandbox.store.reset()
    return shared_sandbox
