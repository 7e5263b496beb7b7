from datetime import UTC, datetime

import pytest

from satops.core.order.dates import written_out

NOW = datetime(2030, 5, 2, 9, 0, 31, tzinfo=UTC)
START = datetime(2030, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "since", "said"),
    [
        ("now", None, "2030-05-02T09:00:00Z"),
        ("+24h", None, "2030-05-03T09:00:00Z"),
        ("+24h", START, "2030-06-02T00:00:00Z"),
        ("+90m", START, "2030-06-01T01:30:00Z"),
        ("+14d", START, "2030-06-15T00:00:00Z"),
        ("+2w", START, "2030-06-15T00:00:00Z"),
        ("2030-06-01", None, "2030-06-01"),
        ("+24", None, "+24"),
        ("-24h", None, "-24h"),
        ("+1.5h", None, "+1.5h"),
    ],
)
def test_a_moment_is_written_out_from_another_one(
    text: str, since: datetime | None, said: str
) -> None:
    assert written_out(text, NOW, since) == said
