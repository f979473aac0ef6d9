"""The simulation: a plan made from a composition, the kernel that runs it, and what is read off a run."""
