"""The strict loader of YAML and JSON: YAML 1.2 scalars, no tags, no duplicate keys, limits."""

from satops.core.loading.checks import CHECKS
from satops.core.loading.loader import Document, load
from satops.core.loading.reading import MAX_SPEC_BYTES, dotted

__all__ = ["CHECKS", "MAX_SPEC_BYTES", "Document", "dotted", "load"]
