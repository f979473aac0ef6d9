"""The plan: what a simulation runs, as arrays and records that know nothing of diagrams."""
