"""The tree of order specs of a repository, with all that reading and checking it takes."""

from collections.abc import Mapping

from satops.adapters.files.aoi_files import AoiFiles
from satops.adapters.files.order_files import OrderTree
from satops.adapters.files.rule_files import RuleFiles
from satops.adapters.files.schemas import order_schema
from satops.adapters.files.whole_tree import WholeTree
from satops.adapters.zone_rules import PinnedZones
from satops.api.repository import Repository
from satops.ports import OrderFiles
from satops.workflow.validate import SpecTree


def spec_tree(
    opened: Repository,
    *,
    files: OrderFiles | None = None,
    rules_from: str | None = None,
    strict: bool = False,
) -> SpecTree:
    """Return the tree of a repository, or what stands for it in `files`; nothing is read yet.

    The files that `satops.yaml` names are those of the work tree, or of the commit `rules_from`.
    With `strict`, a spec that is missing and not staged as deleted is an error.
    """
    return SpecTree(
        files=order_tree(opened) if files is None else files,
        aois=AoiFiles(encoding=opened.config.encoding),
        missing=WholeTree(opened.root, opened.config.orders),
        rules=RuleFiles(opened.config, opened.root, rules_from),
        config=opened.config,
        schema=order_schema(),
        zones=PinnedZones(),
        strict=strict,
    )


def order_tree(opened: Repository) -> OrderFiles:
    """Return the tree of order specs as it lies on disk."""
    absent = WholeTree(opened.root, opened.config.orders).why_absent
    return OrderTree(opened.root, opened.config.orders, why_absent=absent)


def require_named_files(opened: Repository) -> None:
    """Raise `UsageError` where a file that satops.yaml names is missing or was not fetched.

    The checks read it only where there is something to check.
    """
    config = opened.config
    whole_tree = WholeTree(opened.root, config.orders)
    whole_tree.require(config.allowed, config.forbidden, config.modes)


def in_ci(environ: Mapping[str, str]) -> bool:
    """Tell whether this is a CI run, as every CI says it: `CI` is set."""
    return environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")
