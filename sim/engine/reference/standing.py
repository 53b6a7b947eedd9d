"""What stands in and before a facility, and the loading ban that it calls."""

from __future__ import annotations

from collections import deque


class QueueBan:
    """One ban: what stands, whether it holds, and who waits for its end in the order of their departures.

    ``latest`` is the last departure that it has decided on, (flow, second), with the decision: lots that depart
    together are refused together. ``is_called`` follows the queue alone; outside its days the ban refuses nothing.
    """

    __slots__ = (
        "above",
        "below",
        "end_s",
        "every_s",
        "index",
        "is_called",
        "is_refused",
        "latest",
        "line",
        "releases",
        "standing",
        "start_s",
    )

    def __init__(self, index: int, above: int, below: int, start_s: int, end_s: int, every_s: int) -> None:
        self.index, self.above, self.below = index, above, below
        self.start_s, self.end_s, self.every_s = start_s, end_s, every_s
        self.standing = 0
        self.is_called = self.is_refused = False
        self.latest: tuple[int, int] | None = None
        self.line: deque[int] = deque()
        self.releases = False  # the calendar holds the next departure of those that wait

    def holds(self, now_s: int) -> bool:
        """Whether departures are refused."""
        return self.is_called and self.start_s <= now_s < self.end_s

    def more(self, units: int) -> None:
        """A claim is made."""
        self.standing += units
        if self.standing > self.above:
            self.is_called = True
