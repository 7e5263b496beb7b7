"""Download the products of placed orders to a folder or object storage."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from satops.adapters.deliveries.open import open_target
from satops.adapters.files.local_state import ledger_folder
from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.run import run_of
from satops.errors import UsageError
from satops.workflow.begin import doubt_first
from satops.workflow.download import Downloading
from satops.workflow.download_report import DownloadReport, Progress, Wanted
from satops.workflow.download_stac import product_in_items, write_stac
from satops.workflow.fetch import Watch
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.targets import Target


class Unwatched:
    """A `Progress` that shows nothing."""

    def wanted(self, count: int) -> None:
        """Show nothing."""

    def began(self, name: str, product: str) -> Watch:
        """Show nothing."""
        return self

    def grew(self, here: int, total: int | None) -> None:
        """Show nothing."""

    def ended(self, result: object) -> None:
        """Show nothing."""


def download(
    repository: FilePath,
    names: Sequence[str] = (),
    *,
    labels: Sequence[tuple[str, str]] = (),
    to: FilePath | None = None,
    again: bool = False,
    record: bool = True,
    dry_run: bool = False,
    keep_going: bool = False,
    progress: Progress | None = None,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> DownloadReport:
    """Fetch every delivered product that the target lacks.

    `to` is a folder or `s3://`, `gs://`, `az://`, by default `delivery.to` of satops.yaml.
    `record=False` only reads the ledger.  Raises `LedgerError`, `UsageError` and `Interrupted`; a
    failed product is in the report.
    """
    opened = open_repository(repository, environ=environ)
    wanted = Wanted(tuple(names), tuple(labels), again, record, dry_run, keep_going)
    watch = progress or Unwatched()
    if record and not dry_run:
        with run_of(opened, "download", say) as run:
            return _fetch(opened, run.session, to, wanted, watch, say)
    session = opened.session()
    opened.require_its_ledger(session.state)
    with doubt_first(session):
        return _fetch(opened, session, to, wanted, watch, say)


def _fetch(
    opened: Repository,
    session: LedgerSession,
    to: FilePath | None,
    wanted: Wanted,
    progress: Progress,
    say: Say,
) -> DownloadReport:
    target = target_of(opened, to, session.state.ledger)
    with opened.marketplace(say, session.state.ledger) as marketplace:
        report = Downloading(
            session=session,
            marketplace=marketplace,
            target=target,
            offer=opened.offer,
            config=opened.config.delivery,
            wanted=wanted,
            progress=progress,
            has_item=product_in_items(target),
        ).run()
        if wanted.dry_run:
            return report
        try:
            write_stac(
                session.state,
                session.store,
                target,
                marketplace,
                opened.offer,
                products=report.fetched,
                links=report.links,
            )
        except OSError as error:
            return replace(report, catalog_error=error.strerror or str(error))
    return report


def target_of(opened: Repository, to: FilePath | None, ledger: str) -> Target:
    """Return the target of the call, or else of the configuration.  Raises `UsageError`."""
    given, base = (str(to), Path()) if to is not None else (opened.config.delivery.to, opened.root)
    if not given:
        raise UsageError(
            "Nobody says where products go. Name it, or write `delivery: {to: deliveries/}` into "
            "satops.yaml:\n    satops download --to deliveries/"
        )
    _refuse_links(opened.root, base / given)
    return open_target(given, base, lambda: ledger_folder(opened.local, ledger, "parts"))


def _refuse_links(root: Path, target: Path) -> None:
    """Raise `UsageError` for a target in the repository that a link leads out of it.

    A pull request can add the link, and products would be written outside.
    """
    root, target = (Path(os.path.abspath(path)) for path in (root, target))  # noqa: PTH100 - `..`
    if not target.is_relative_to(root):
        return
    below = target.relative_to(root)
    for folder in (root / part for part in (*reversed(below.parents), below)):
        if folder != root and folder.is_symlink():
            raise UsageError(
                f"{folder} is a link, and products are never written through a link of the "
                "repository. Name the folder itself:\n    satops download --to FOLDER"
            )
