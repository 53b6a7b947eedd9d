"""The last few of what is costly to make."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from sim.errors import CorridorError

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """What was made last, at most so many; who asks for what is being made waits for it, and no other is made."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._there: OrderedDict[K, Future[V]] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """What is kept under a name, made where there is none; what it raises is kept too, if it is a named error."""
        with self._lock:
            found, new = self._there.get(key), Future[V]()
            self._there[key] = found or new
            self._there.move_to_end(key)
            while len(self._there) > self._most:
                self._there.popitem(last=False)
        if found is None:
            try:
                new.set_result(make())
            except BaseException as error:
                new.set_exception(error)
                if not isinstance(error, CorridorError):  # the next may be luckier
                    with self._lock:
                        self._there.pop(key, None)
        return (found or new).result()
