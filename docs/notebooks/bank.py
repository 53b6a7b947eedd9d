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
# # A bank's question: which of three investments is worth its money?
#
# On the small made-up line of the tutorial, so that every cell runs in seconds. Open this file as a notebook with Jupytext.

# %%
from pathlib import Path

import sim

# %% [markdown]
# ## Candidates with their costs
#
# Interventions stand in a file beside the scenario; each has a source and a grade, so that an assumption is seen as one.

# %%
Path("interventions.yaml").write_text(
    """\
SRV-91:
  {title: A third ship, kind: service, from: 2023-01-01, source: the bank, grade: assumption, cost_musd: 25,
   changes: [{key: fleets.feeders.count, add: 1}]}
BAR-91:
  {title: Papers in 30 minutes, kind: barrier, from: 2023-01-01, source: the bank, grade: assumption, cost_musd: 4,
   changes: [{key: processes.border_documents.duration, set: 30 min}]}
CAP-91:
  {title: One more gantry for the gauge, kind: capacity, from: 2023-01-01, source: the bank, grade: assumption,
   cost_musd: 6, changes: [{key: facilities.border_gantries.capacity, add: 1}]}
""",
    encoding="utf-8",
)
Path("today.yaml").write_text(
    """\
schema_version: 1
title: The line as it is
question: Which of three investments shortens the way of a box most for its money?
extends: tutorial
period: {end: 2024-02-29}
primary_kpi: transit_p90 of cargo TEU
""",
    encoding="utf-8",
)

# %% [markdown]
# ## What each is worth
#
# Replications go where they decide most. `P(best)` and `helps` are probabilities over random variation.

# %%
ranking = sim.rank("today.yaml", ["SRV-91", "BAR-91", "CAP-91"], budget_musd=30, replications=3, total=12)
ranking

# %%
ranking.table

# %% [markdown]
# ## How sure is it?
#
# Inputs that nobody has measured have a range. With sampled inputs each replication draws its own, so that the interval
# tells of these too; what of it is random variation and what is doubt about inputs stands beside each other.

# %%
run = sim.run("tutorial", replications=4, inputs="sampled", figures=False)
run.inputs.head()

# %%
width = {
    name: float(one.kpis.query("kpi == 'transit_p90' and scope == 'cargo TEU' and year == 0")["value"].std())
    for name, one in {"random variation": run.fixed_inputs, "with doubtful inputs": run}.items()
}
width

# %% [markdown]
# ## To take away

# %%
sim.write_report(str(ranking.path), "bank.html", force=True)
