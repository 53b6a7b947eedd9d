"""Print the measurements: ``python -m tests.bench``. Takes about a minute."""

from __future__ import annotations

from tests.bench.measure import FULL, SHORT, bytes_per_operation, race, replication, start_s, versions

RATIO_GOAL, BYTES_LIMIT, START_LIMIT_S = 1.5, 200, 0.4


def report() -> dict[str, float]:
    """Measure and print everything; returns the three numbers that have a goal."""
    print(versions())
    line = race()
    print(f"\ntwelve stations, a gate and a ferry: {line.lots:,} lots, {line.operations:,} operations, draws included")
    print(f"  reference engine       {line.engine_s:7.2f} s   mean journey {line.engine_journey_h:.2f} h")
    print(f"  textbook SimPy         {line.textbook_s:7.2f} s   mean journey {line.textbook_journey_h:.2f} h")
    print(f"  ratio                  {line.ratio:7.2f}     goal {RATIO_GOAL}")
    short, full = replication("baseline_2024", SHORT), replication("baseline_2024", FULL)
    print(f"\nbaseline_2024, one replication: {full.lots:,} lots, {full.operations:,} operations")
    print(f"  resolve and build      {full.prepare_s:7.2f} s")
    print(f"  draw                   {full.draw_s:7.2f} s")
    speed = full.operations / full.engine_s
    print(f"  reference engine       {full.engine_s:7.2f} s   {speed:,.0f} operations a second")
    per_operation = bytes_per_operation(short, full)
    print(f"  peak memory            {full.peak_mb:7.0f} MB  (a quarter: {short.peak_mb:.0f} MB)")
    print(f"  one more operation     {per_operation:7.0f} bytes, at most {BYTES_LIMIT}")
    start = start_s()
    print(f"\ncorridor --help          {start:7.2f} s   at most {START_LIMIT_S}")
    return {"ratio": line.ratio, "bytes": per_operation, "start_s": start}


if __name__ == "__main__":
    report()
