"""Named random streams: (seed, replication, stream name, ordinal) fixes the draw, whatever else is drawn.

NumPy's counter-based Philox generator is keyed by a hash of seed, replication and name; the counter
is the ordinal's block and place. Adding a ship, a node or a flow therefore changes nobody's luck.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


class Streams:
    """All random streams of one replication."""

    def __init__(self, seed: int, replication: int) -> None:
        self.seed, self.replication = seed, replication
        self._bits = np.random.Philox(key=0)
        self._state = self._bits.state

    def uniforms(self, name: str, blocks: Sequence[tuple[int, int]], per_ordinal: int = 1) -> F64:
        """Uniforms in (0, 1), shape [sum of counts, per_ordinal].

        ``blocks`` are (block number, count): ordinals 0 .. count-1 of each block. Draw ``i`` of a block
        does not depend on the count, so a longer block begins with the shorter one.
        """
        digest = hashlib.blake2b(f"{self.seed}/{self.replication}/{name}".encode(), digest_size=16).digest()
        state = self._state
        state["state"]["key"][:] = np.frombuffer(digest, dtype="<u8")
        pieces = []
        for block, count in blocks:
            state["state"]["counter"][:] = (0, block, 0, 0)
            state["buffer_pos"] = 4  # nothing left over from the last use
            self._bits.state = state
            pieces.append(self._bits.random_raw(count * per_ordinal))
        raw = pieces[0] if len(pieces) == 1 else np.concatenate(pieces or [np.empty(0, np.uint64)])
        # 52 bits and a half step: never 0 or 1 (53 would round up to 1), so that every quantile is finite. The bits
        # behind the exponent of 1 make a float in [1, 2); what is taken off is exact.
        raw >>= np.uint64(12)
        raw |= np.uint64(0x3FF << 52)
        uniform = raw.view(np.float64)
        uniform -= 1 - 2.0**-53
        return uniform.reshape(-1, per_ordinal)
