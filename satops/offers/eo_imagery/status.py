"""The marketplace's statuses, as documented for page/query, detail and downloadLinks.

The numbers are not in the order of an order's life, and the sequence is not documented.
"""

from typing import Final

from satops.core.order.status import Stage, Status

STATUSES: Final = (
    Status(1, "ordered", Stage.ORDERED, "pending"),
    Status(4, "analysing", Stage.UNDERWAY, "analyzing"),
    Status(5, "awaiting-image", Stage.UNDERWAY, "pending image"),
    Status(2, "delivered", Stage.DELIVERED),
    Status(3, "completed", Stage.COMPLETED),
    Status(6, "failed", Stage.FAILED),
)
