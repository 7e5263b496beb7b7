"""Validate: every order spec, without ledger, token or network."""

from collections.abc import Mapping

from satops.api.repository import FilePath, open_repository
from satops.api.specs import in_ci, require_named_files, spec_tree
from satops.workflow.validate import Tree


def validate(repository: FilePath, *, environ: Mapping[str, str] | None = None) -> Tree:
    """Read every order spec and report every problem; needs no ledger, token or network."""
    opened = open_repository(repository, environ=environ)
    require_named_files(opened)
    return spec_tree(opened, strict=in_ci(opened.environ)).read_whole()
