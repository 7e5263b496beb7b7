"""What is kept when there is not room for everything, most important first."""

from enum import IntEnum


class Rank(IntEnum):
    """The ranks of the blocks of a plan: a lower one takes room before a higher one."""

    SUMMARY = 0
    DOUBTS = 1
    REFUSALS = 2
    ERRORS = 3
    CREATES = 4
    CONFLICTS = 5
    SENSORS = 6
    MAP = 7
    WARNINGS = 8
    CALENDAR = 9
    EXPIRED = 10
    HELD = 11
    OTHER_MAPS = 12
    RETIRED = 13
