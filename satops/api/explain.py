"""Explain: the catalogue of checks, with the thresholds of a repository."""

from collections.abc import Sequence
from pathlib import Path

from satops.adapters.files.config_file import find_root, load_config
from satops.adapters.files.rule_files import from_tree, load_modes
from satops.core.check import Check
from satops.core.checks.catalogue import catalogue_of
from satops.core.plan.config import Config
from satops.errors import UsageError
from satops.offers import offer_of
from satops.workflow.explain import Explanation
from satops.workflow.explain import explain as look_up


def explain(folder: Path, code: str) -> Explanation:
    """Return the explanation of a check; outside of a repository with satops's own thresholds.

    Raises `UsageError` for an absent code or an invalid configuration.
    """
    config, root = _config(folder)
    return look_up(code, load_modes(config, from_tree(root)), offer_of(config))


def every_check(folder: Path) -> Sequence[Check]:
    """Return every check of a repository's orders, in the order of the docs.

    Raises `UsageError` for an invalid configuration.
    """
    return list(catalogue_of(offer_of(_config(folder)[0])).checks.values())


def _config(folder: Path) -> tuple[Config, Path]:
    """Return the configuration and folder of a repository; outside of one, the defaults."""
    try:
        root = find_root(folder)
    except UsageError:
        return Config(), folder
    return load_config(root), root
