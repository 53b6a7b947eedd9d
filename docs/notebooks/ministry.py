# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A ministry's question: quicker papers, or another ship?
#
# On the small made-up line of the tutorial, so that every cell runs in seconds. For the corridor write `baseline_2024` in
# place of `tutorial` and name its parameters (`corridor find documents alat`). Open this file as a notebook with Jupytext.

# %%
from pathlib import Path

import sim

# %% [markdown]
# ## The question as a file
#
# A scenario is a text file: what it extends, what it asks, and what it changes. Each change can carry its source.

# %%
Path("papers.yaml").write_text(
    """\
schema_version: 1
title: Papers at the border in 30 minutes
question: Do quicker papers at the border bring boxes to the market earlier?
extends: tutorial
set:
  processes.border_documents.duration: 30 min
""",
    encoding="utf-8",
)
Path("ship.yaml").write_text(
    """\
schema_version: 1
title: A third ship
question: Does a third ship bring boxes to the market earlier?
extends: tutorial
set:
  fleets.feeders.count: {add: 1}
""",
    encoding="utf-8",
)

# %% [markdown]
# Before anything is run: what does a change come to? `prepare` resolves a scenario and checks it; what is wrong is named with
# file and line.

# %%
world = sim.prepare("ship.yaml")
(applied,) = world.lineage["fleets.feeders.count"]
print(f"feeders: {applied.old} -> {applied.new}, {applied.change.file}, line {applied.change.line}")

# %% [markdown]
# ## The answer
#
# The runs share their random numbers, so that a difference is the measure's and not the weather's. The first table is the
# answer, with its 95 % interval.

# %%
done = sim.compare_scenarios(["tutorial", "papers.yaml", "ship.yaml"], replications=4, figures=False)
done

# %%
done.table.query("primary")[["b", "kpi", "scope", "difference_mean", "difference_half_width", "verdict"]]

# %% [markdown]
# ## Where boxes wait, before and after
#
# Every hour of a shipment has one cause. The pairs of runs hold what moved, and where cargo waits next.

# %%
titles = {name: row.title for table in (world.services, world.facilities) for name, row in table.items()}
for pair in done.result.comparisons:
    longest = pair.moved.next_bottleneck
    print(f"{pair.b.title}: the longest wait is for {titles[longest.place]}, {longest.b.mean:.0f} h a shipment")

# %% [markdown]
# ## To take away
#
# A report that opens in any browser, and a workbook.

# %%
report = sim.write_report(str(done.path), "ministry.html", force=True)
workbook = sim.export(str(done.path), "ministry.xlsx", force=True)
report, workbook
