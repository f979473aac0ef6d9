"""The instant answer: mean-value analysis of a plan."""
