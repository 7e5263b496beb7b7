"""Checks of the sensor and of recurring orders: S02, S03, S05, R02 to R05."""

from datetime import timedelta

from satops.core import words
from satops.core.checks.batch import Batch, Found, finding
from satops.core.order.order import Provider

_UNCONFIRMED = "The marketplace does not explain recurrence; this is how satops reads it."


def check_cloud(batch: Batch) -> Found:
    """S02 a cloud limit for radar; S03 none for optical; S05 few clouds in little time."""
    for index, spec, mode in batch.rows():
        cloud, is_radar = spec.order.max_cloud, spec.order.provider == Provider.TIANYI
        if is_radar and cloud is not None:
            detail = (
                f"maxCloud is {cloud}, and {words.mode(spec)} is radar, which sees through clouds. "
                "Leave maxCloud out. If clouds matter, the order may be meant for changguang."
            )
            yield index, finding("S02", "maxCloud", detail)
        if not is_radar and cloud is None:
            detail = (
                "The order has no maxCloud, and the marketplace does not say what it takes then: "
                "it may deliver images full of clouds. Write maxCloud in percent, for example 20."
            )
            yield index, finding("S03", "", detail)
        low, few = mode.low_cloud_percent, mode.low_cloud_window_days
        if cloud is None or low is None or few is None or cloud >= low.value:
            continue
        time = timedelta(days=batch.windows[index].days)
        if time < timedelta(days=few.value):
            detail = (
                f"At most {cloud} % of clouds, in {words.span(time)}: no day may be that clear. "
                "Open the window for longer, or allow more clouds. "
                f"{words.origin(low, '%')}"
            )
            yield index, finding("S05", "maxCloud", detail)


def check_recurrence(batch: Batch) -> Found:
    """R02 one interval does not fit; R03 what recurs; R04 very often; R05 on days that lack."""
    for index, _, mode in batch.rows():
        window = batch.windows[index]
        repeats = window.recurrence
        if repeats is None:
            continue
        if repeats.second is None or repeats.second > window.end:
            detail = (
                f"The order recurs {repeats.every}, and its window is "
                f"{words.span(window.end - window.start)} long: there is time for one capture. "
                f"Move the end, or leave the recurrence out. {_UNCONFIRMED}"
            )
            yield index, finding("R02", "recurringDay", detail)
            continue
        count = repeats.count
        detail = (
            f"{count:,} captures, {repeats.every}: the first from {words.moment(window.start)} "
            f"UTC, the last from {words.moment(repeats.last)} UTC. {_UNCONFIRMED}"
        )
        yield index, finding("R03", "recurring", detail)
        most = mode.max_occurrences
        if most is not None and count > most.value:
            detail = (
                f"The order asks for {count:,} captures, {repeats.every}. Check recurringUnit "
                f"(1 day, 2 week, 3 month) and the end. {words.origin(most, 'captures')}"
            )
            yield index, finding("R04", "recurringDay", detail)
        moved = repeats.moved
        if moved is not None:
            detail = (
                f"The order recurs {repeats.every} from day {window.start.day}, and some months "
                f"are shorter. satops counts {moved:%Y-%m-%d} there; the marketplace may take "
                "another day or none. Begin on one of the days 1 to 28, or count in weeks."
            )
            yield index, finding("R05", "recurringUnit", detail)
