"""The notes of doctor as JSON."""

from typing import TYPE_CHECKING

from satops.core.safe import encodable
from satops.report.json import Chunks, document

if TYPE_CHECKING:
    from satops.workflow.doctor import DoctorReport


def doctor_json(report: "DoctorReport") -> Chunks:
    """Yield the notes of doctor."""
    notes = (
        {
            "subject": note.subject,
            "verdict": note.verdict.value,
            "detail": encodable(note.detail),
        }
        for note in report.notes
    )
    return document({"address": report.address}, findings=notes)
