"""Names for what delays are put down to: facilities, operations' labels, services and nodes in one list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.contract.plan import Plan

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Places:
    """``names`` is sorted and without doubles; the methods turn a plan's indices into positions in it."""

    names: tuple[str, ...]
    # each ends in -1, which is what index -1 finds
    _facility: I32
    _label: I32
    _service: I32
    _node: I32

    @classmethod
    def of(cls, plan: Plan) -> Places:
        """Number every name that a plan can put delay down to."""
        kinds = (plan.facilities.name, plan.operations.label, plan.services.name, plan.node_name)
        names = tuple(sorted({name for kind in kinds for name in kind}))
        index = {name: i for i, name in enumerate(names)}
        return cls(names, *(np.array([*(index[name] for name in kind), -1], np.int32) for kind in kinds))

    def facility(self, facility: npt.NDArray[np.integer]) -> I32:
        """Places of facilities; -1 stays -1."""
        return self._facility[facility]

    def label(self, op: npt.NDArray[np.integer]) -> I32:
        """Places named by operations' labels: a barrier, a process, a link."""
        return self._label[op]

    def service(self, service: npt.NDArray[np.integer]) -> I32:
        """Places of services."""
        return self._service[service]

    def node(self, node: npt.NDArray[np.integer]) -> I32:
        """Places of nodes."""
        return self._node[node]
