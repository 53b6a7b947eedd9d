"""What is done to freight at a place, by whom, and what of it is a barrier."""

from __future__ import annotations

from typing import Literal

from sim.network.tables.row import Row
from sim.scenario.described import described
from sim.scenario.values import Amount, Dated, Draw, Name, Share, Strict, Title, Units, Whole


class Operator(Row):
    """A railway, or whoever else takes trains over at a border."""

    title: Title = described("Name for tables and messages.")
    country: str = described("Country, two capital letters (ISO 3166-1).", pattern=r"^[A-Z]{2}$")


class JointOperator(Row):
    """Operators that work as one while it is in force: no handover between two of its members."""

    title: Title = described("Name for tables and messages.")
    members: tuple[str, ...] = described("Operators that work as one.", min_length=2)
    in_force: Dated[bool] = described("Whether they do.", words="in force")


class RiskLane(Strict):
    """One of several treatments that customs choose by risk."""

    share: Dated[Share] = described("Part of the trains or shipments that get it.", "share", patch="durations")
    duration: Dated[Draw] = described("How long it takes.", "as written", words="time", patch="durations")


class Process(Row):
    """A step that trains or shipments undergo at a node, where the links by which they come and go match.

    A barrier whose facility is a quota is the wait for an acceptance slot: its strength divides the slots. What a
    train or shipment holds already is not taken again, so that a row may take room ahead of the place where it is
    needed. All conditions (``arrive``, ``leave``, ``cargo``, ...) must hold.
    """

    node: str = described("Node at which it happens.")
    order: Whole = described("Steps of one node follow each other in this order.", "none", default=0)
    scope: Literal["train", "lot"] = described(
        "Whether it acts on the whole train (before it is split, after it is formed) or on single shipments (`lot`).",
        default="train",
    )
    action: Literal["process", "acquire", "release", "gather", "reform"] = described(
        "`process` takes its units for the time that it lasts; `acquire` keeps them until a later `release`; `gather` "
        "says how trains form here in place of what the flow says; `reform` splits trains that come and go by rail and "
        "forms them anew, as the next line allows.",
        default="process",
    )
    arrive: tuple[str, ...] = described('Modes by which they come, or "origin"; empty: any.', default=())
    leave: tuple[str, ...] = described('Modes by which they continue, or "destination"; empty: any.', default=())
    arrive_from: tuple[str, ...] = described("Neighbouring nodes from which they come; empty: any.", default=())
    leave_to: tuple[str, ...] = described("Neighbouring nodes to which they go; empty: any.", default=())
    cargo: tuple[str, ...] = described(
        "Kinds of cargo; empty: any. Empty repositioning is concerned only where its cargo is named.", default=()
    )
    goods: tuple[str, ...] = described(
        "Classes of goods, as the flows name them; empty: any, and flows that name none.", default=()
    )
    train_class: tuple[str, ...] = described(
        "Classes of train, as the flows name them; empty: any, and flows that name none.", default=()
    )
    background: bool | None = described("Background traffic alone, or never; left out: all flows.", default=None)
    facility: Name | None = described("Facility whose units it needs.", default=None)
    units: Units | Literal["load"] = described(
        "Units of the facility that it needs; `load`: as many as the load has in the facility's unit. Of gather and "
        "reform: cargo units that make a train.",
        "of the facility",
        default=1,
    )
    duration: Dated[Draw] = described(
        "How long it takes; of gather and reform the longest wait for a full train.",
        "as written",
        words="time",
        default=Dated[Draw].model_validate("0 s"),
        patch="durations",
    )
    per: Literal["mover", "unit"] = described(
        "`mover`: the duration is for the train or shipment as a whole; `unit`: for one cargo unit of a shipment, of a "
        "train for one of its oldest shipment.",
        default="mover",
    )
    share: Dated[Share] | None = described(
        "Part of the trains or shipments that undergo it; left out: all.", "share", default=None, patch="durations"
    )
    risk_lanes: dict[str, RiskLane] = described(
        "Treatments by risk, in place of duration and share: each train or shipment gets one of them, or none.",
        default_factory=dict,
    )
    cause: Literal["handling", "moving", "barrier", "asset"] = described(
        "Cause to which its time is attributed: with a barrier that is formalities, but waiting for equipment stays so.",
        default="handling",
    )
    barrier: Name | None = described(
        "Avoidable part that it stands for: the strength of that barrier multiplies its time.", default=None
    )
    barrier_country: str | None = described(
        "Country that asks for it, whose strength holds; left out: that of the node.",
        default=None,
        pattern=r"^[A-Z]{2}$",
    )
    between: tuple[str, str] | None = described(
        "Operators between which it is the handover; no time passes where both are one, or members of a joint operator "
        "in force.",
        default=None,
    )
    holds_until_next: bool = described("Keeps its units until the next operation is granted.", default=False)
    in_force: Dated[bool] = described(
        "Whether shipments that depart on the day undergo it.",
        words="in force",
        default=Dated[bool].model_validate(True),
    )


class Barrier(Row):
    """Strength of one barrier.

    The row's key is a country (lower case), a node, or a class of goods. The strengths of all rows that fit a step are
    multiplied.
    """

    scale: Dated[Amount] = described(
        "Strength: 1 as today, 0 removed; of a wait for acceptance slots 2 is half the slots and 0 no limit.",
        "ratio",
        words="strength",
        patch="strength",
    )
