"""Reports as Markdown for forges, in which no text of a spec is active."""

from satops.report.markdown.plan import ARTIFACT, LIMIT, MARKER, SUMMARY_LIMIT, render

__all__ = ["ARTIFACT", "LIMIT", "MARKER", "SUMMARY_LIMIT", "render"]
