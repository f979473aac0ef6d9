"""Runs: sessions, replications, what is recorded and the statistics of it."""
