"""Print the measurements: ``python -m tests.bench``. Takes some minutes; goals stand beside the numbers."""

from __future__ import annotations

from importlib.util import find_spec

from sim.runs.memory import keep_freed_memory
from tests.bench.measure import (
    FULL,
    SHORT,
    against_cimba,
    against_queues,
    against_textbook,
    lean_path,
    machine_threads_s,
    many_points,
    operations_per_second,
    replication,
    start_s,
    threads_s,
    trains_s,
    versions,
    whole_run_s,
)

REFERENCE, COMPILED = "reference", "compiled"
START_LIMIT_S = 0.4


def report() -> dict[str, float]:
    """Measure and print everything; returns the numbers that have a goal."""
    print(versions())
    keep_freed_memory()  # as every run does
    found: dict[str, float] = {}

    def say(key: str, what: str, value: float, goal: str, *seconds: float) -> None:
        found[key] = value
        print(f"  {what:<58}{value:8.2f}   {goal:<12}{', '.join(f'{s:.3g}' for s in seconds)}", flush=True)

    print("\nhow many times as quick, draws included, and seconds of each")
    print("(line: twelve stations, a gate and a ferry; tandem: the stations alone)")
    for key, engine, days, rounds, goal in (
        ("reference", REFERENCE, 200, 3, "goal 1.5"),
        ("textbook", COMPILED, 200, 7, "goal 75"),
        ("textbook_long", COMPILED, 2_000, 3, "goal 75"),
    ):
        lots, own, other = against_textbook(engine, days, rounds)
        say(key, f"{engine} against textbook SimPy, line, {lots:,} lots", other / own, goal, own, other)
    if find_spec("cimba") is None:
        print("  cimba is not installed")
    else:
        lots, own, other = against_cimba(COMPILED, 200, 7)
        say("cimba", f"compiled against cimba, line, {lots:,} lots", other / own, "goal 5.5", own, other)
    for name, goal in (("ciw", "goal 150"), ("salabim", "goal 300")):
        if find_spec(name) is None:
            print(f"  {name} is not installed")
            continue
        own, other = against_queues(COMPILED, _program_of(name), 200, 3)
        say(name, f"compiled against {name}, tandem of 200 days", other / own, goal, own, other)
    few, quick = operations_per_second(COMPILED, 200, 15)
    many, long = operations_per_second(COMPILED, 20_000, 3)
    say("rate", f"rate at {many:,} lots over rate at {few:,}", long / quick, "goal 0.85", long, quick)
    say("trains_s", "5,000 trains of 80 boxes over 14 steps, kernel, s", trains_s(COMPILED), "goal 0.2")

    slow, full = replication("baseline_2024", REFERENCE, FULL), replication("baseline_2024", COMPILED, FULL)
    short = replication("baseline_2024", REFERENCE, SHORT)
    print(f"\nbaseline_2024, the second replication in a process: {full.lots:,} lots, {full.operations:,} operations")
    say(
        "baseline",
        "compiled against reference, engine alone",
        slow.engine_s / full.engine_s,
        "goal 12",
        full.engine_s,
        slow.engine_s,
    )
    whole_s = full.with_a_built_model_s
    say("whole_path", "draw to stored tables over the engine alone", whole_s / full.engine_s, "at most 5", whole_s)
    say("whole_reference", "reference, engine alone, over that whole path", slow.engine_s / whole_s, "goal 7")
    say(
        "first",
        "the same for the first replication",
        full.first_s / full.first_engine_s,
        "",
        full.first_s,
        full.first_engine_s,
    )
    print(
        f"  draw {full.draw_s:.2f} s, digest {full.digest_s:.2f} s, tables {full.tables_s:.2f} s, "
        f"store {full.store_s:.2f} s; once a run: resolve, check and build {full.prepare_s:.2f} s"
    )
    say(
        "row_bytes",
        "reference: bytes of peak memory for one more row",
        (slow.peak_mb - short.peak_mb) * 2**20 / (slow.trace_rows - short.trace_rows),
        "at most 200",
    )
    say("lot_bytes", "compiled: bytes for each lot beyond 32 a row", full.bytes_per_lot, "at most 24")
    print(f"  most memory: {full.peak_mb:.0f} MB in the engine, {full.tables_peak_mb:.0f} MB with the tables")
    alone, both = machine_threads_s()
    say("machine", "hashing: one thread over two, wall clock", alone / both, "2 if idle", alone, both)
    one, two = threads_s("baseline_2024", COMPILED)
    say("threads", "eight replications: one thread over two, wall clock", one / two, "goal 1.6", one, two)
    one, two = whole_run_s("baseline_2024", COMPILED)
    say("whole_run", "a whole run of eight: one thread over two, wall clock", one / two, "", one, two)

    lean = lean_path("baseline_2024")
    print("\nbaseline_2024, points of a sweep: only what the outcome needs")
    for name, what in (
        ("capacity", "a capacity"),
        ("ships", "ships, each with its breakdowns"),
        ("barrier", "a barrier"),
    ):
        say(f"{name}_ms", f"a point that changes {what}: patched and named, ms", lean[f"{name}_ms"], "goal 10")
    kernel_s = lean["engine_s"]
    for name, draws, read in (("lean", "draw", "few"), ("lean_like", "like", "few"), ("lean_causes", "draw", "causes")):
        what = {
            "lean": "transit or volume",
            "lean_like": "the same, draws taken over",
            "lean_causes": "a cause of time",
        }
        whole_s = lean[f"{draws}_s"] + kernel_s + lean[f"{read}_s"]
        say(name, f"whole path over the kernel, {what[name]}", whole_s / kernel_s, "at most 2", whole_s, kernel_s)
        if name == "lean":
            say("lean_reference", "reference, engine alone, over that path", slow.engine_s / whole_s, "goal 18")
    one_mb, two_mb = lean["one_memory_mb"], lean["two_memory_mb"]
    say(
        "thread_mb",
        "memory beyond the model: one thread, and the second one, MB",
        one_mb,
        "at most 150",
        two_mb - one_mb,
    )
    alone, both = machine_threads_s()
    say("machine_again", "hashing: one thread over two, wall clock", alone / both, "2 if idle", alone, both)
    say("lean_threads", "points: one thread over two, wall clock", lean["one_s"] / lean["two_s"], "goal 1.8")
    say("years", "corridor-years a minute, two threads", 60 * lean["years"] / lean["two_s"], "goal 125")

    lanes = many_points("baseline_2024", 100, 5, rounds=1)
    print("\nbaseline_2024, 100 points of 5 years each, stored; 1,000 points are ten times as many (scaled, not run)")
    minutes = lanes["years_two_s"] / 60 * 10
    say("points_min", "1,000 points of 5 years on two threads, scaled, min", minutes, "goal 40", lanes["years_two_s"])
    for what, goal in (("years", "goal 0.85"), ("cluster", "goal 0.8")):
        name = {"years": "threads", "cluster": "workers of a cluster"}[what]
        times = lanes[f"{what}_one_s"], lanes[f"{what}_two_s"]
        say(f"{what}_efficiency", f"efficiency of two {name}", lanes[f"{what}_efficiency"], goal, *times)
        say(f"{what}_machine", "  of the machine: hashing, two threads", lanes[f"{what}_machine"], "1 if idle")
    say(
        "point_ms",
        "a point of 20 days on a cluster less one on a thread, ms",
        lanes["cluster_ms"] - lanes["thread_ms"],
        "",
    )
    say("memory_mb", "memory of 1,000 tiny points less that of 100, MB", lanes["many_mb"] - lanes["few_mb"], "flat")

    print()
    say("start_s", "corridor --help, s", start_s("--help"), f"at most {START_LIMIT_S}")
    return found


def _program_of(name: str):
    from importlib import import_module

    return import_module(f"tests.bench.{name}_line").run


if __name__ == "__main__":
    report()
