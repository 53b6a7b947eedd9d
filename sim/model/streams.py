"""Named random streams: (seed, replication, stream name, ordinal) fixes the draw, whatever else is drawn.

NumPy's counter-based Philox generator is keyed by a hash of seed, replication and name; the counter
is the ordinal's block and place. Adding a ship, a node or a flow therefore changes nobody's luck.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
U64 = npt.NDArray[np.uint64]
_BITS_LEFT_OUT, _EXPONENT_OF_ONE = np.uint64(12), np.uint64(0x3FF << 52)


class Streams:
    """All random streams of one replication."""

    def __init__(self, seed: int, replication: int) -> None:
        self.seed, self.replication = seed, replication
        self._bits = np.random.Philox(key=0)

    def uniforms(self, name: str, blocks: Sequence[tuple[int, int]], per_ordinal: int = 1) -> F64:
        """Uniforms in (0, 1), shape [sum of counts, per_ordinal]; each column lies in one piece.

        ``blocks`` are (block number, count): ordinals 0 .. count-1 of each block. Draw ``i`` of a block
        does not depend on the count, so a longer block begins with the shorter one.
        """
        return self.uniforms_of([name], blocks, per_ordinal, per_ordinal)[0].T

    def uniforms_of(self, names: Sequence[str], blocks: Sequence[tuple[int, int]], per_ordinal: int, used: int) -> F64:
        """The first ``used`` of the uniforms of each ordinal, in several streams: shape [name, used, sum of counts]."""
        counts = [(block, count * per_ordinal) for block, count in blocks]
        uniform = np.empty((len(names), used, sum(count for _, count in blocks)))
        for name, of_name in zip(names, uniform, strict=True):
            raw = self._raw(name, counts).reshape(-1, per_ordinal).T
            # 52 bits and a half step: never 0 or 1 (53 would round up to 1), so that every quantile is finite. The
            # bits behind the exponent of 1 make a float in [1, 2); what is taken off is exact.
            bits = of_name.view(np.uint64)
            np.right_shift(raw[:used], _BITS_LEFT_OUT, out=bits)
            bits |= _EXPONENT_OF_ONE
            of_name -= 1 - 2.0**-53
        return uniform

    def _raw(self, name: str, blocks: Sequence[tuple[int, int]]) -> U64:
        """The generator's own numbers, 64 bits each; ``blocks`` are (block number, count of them)."""
        digest = hashlib.blake2b(f"{self.seed}/{self.replication}/{name}".encode(), digest_size=16).digest()
        # NumPy takes over plain integers much faster than those of arrays; nothing is left over from the last use
        counter = [0, 0, 0, 0]
        state: Any = {
            "bit_generator": "Philox",
            "state": {"counter": counter, "key": struct.unpack("<QQ", digest)},
            "buffer": (0, 0, 0, 0),
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }
        bits, pieces = self._bits, []
        for block, count in blocks:
            counter[1] = block
            bits.state = state
            pieces.append(bits.random_raw(count))
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces or [np.empty(0, np.uint64)])
