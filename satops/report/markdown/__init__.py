"""Results as Markdown for forges, in which nothing that a spec says can act."""

from satops.report.markdown.plan import ARTIFACT, LIMIT, MARKER, SUMMARY_LIMIT, render

__all__ = ["ARTIFACT", "LIMIT", "MARKER", "SUMMARY_LIMIT", "render"]
