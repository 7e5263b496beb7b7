"""What a check means here: the catalogue, with the numbers of a repository."""

from pathlib import Path

from satops.adapters.files.config_file import find_root, load_config
from satops.adapters.files.rule_files import from_tree, load_modes
from satops.core.order.modes import Modes
from satops.core.plan.config import Config
from satops.errors import UsageError
from satops.workflow.explain import Explanation
from satops.workflow.explain import explain as look_up


def explain(folder: Path, code: str) -> Explanation:
    """Return what a check means; outside of a repository, with the numbers of satops itself.

    Raises `UsageError` for a code that is none, or a configuration that is wrong.
    """
    return look_up(code, _modes(folder))


def _modes(folder: Path) -> Modes:
    try:
        root = find_root(folder)
    except UsageError:
        return load_modes(Config(), from_tree(folder))
    return load_modes(load_config(root), from_tree(root))
