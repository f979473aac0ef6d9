"""The keys of random streams: the kernel's mixing function, for setting up a run."""

from __future__ import annotations

from hvstudio.simulation.kernel.codes import FIRST_MIX, GOLDEN, MASK, SECOND_MIX


def mixed(value: int) -> int:
    """64 well mixed bits.

    Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
    """
    z = value & MASK
    z = ((z ^ (z >> 30)) * FIRST_MIX) & MASK
    z = ((z ^ (z >> 27)) * SECOND_MIX) & MASK
    return z ^ (z >> 31)


def stream_key(*parts: int) -> int:
    """A 63-bit key that depends on every part and on their order."""
    key = 0
    for part in parts:
        key = mixed(key + mixed(part + GOLDEN) + GOLDEN)
    return key >> 1
