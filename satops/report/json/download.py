"""The report of a download as JSON."""

from typing import TYPE_CHECKING

from satops.report.json import Chunks, document

if TYPE_CHECKING:
    from satops.workflow.download_report import DownloadReport


def download_json(report: "DownloadReport") -> Chunks:
    """Yield the fetched products, and the failures."""
    return document(
        {
            "target": report.target,
            "dry_run": report.dry_run,
            "here": report.here,
            "waiting": report.waiting,
            "unknown": report.unknown,
            "cut_short": report.is_cut_short,
            "catalog_error": report.catalog_error or None,
            "failures": [
                {
                    "name": failure.name,
                    "order_no": failure.order_no,
                    "product": failure.product or None,
                    "reason": failure.reason,
                }
                for failure in report.failures
            ],
        },
        products=(
            {
                "name": product.name,
                "order_no": product.order_no,
                "product": product.product,
                "file": product.key or None,
                "size": product.size if product.key else None,
                "sha256": product.sha256 or None,
                "changed": product.is_changed,
            }
            for product in report.fetched
        ),
    )
