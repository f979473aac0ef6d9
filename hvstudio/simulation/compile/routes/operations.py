"""One operation on a device, as the layers between the workload and the hardware pass it on."""

from __future__ import annotations

from attrs import frozen

from hvstudio.simulation.plan.plan import Layer


@frozen(kw_only=True)
class DiskOperation:
    """`count` operations done at once, each of `size` bytes; purposes name the random streams of the device."""

    write: bool
    size: float
    sequential: bool
    purpose: int
    cache_purpose: int
    extra_purpose: int
    data_bytes: float
    """How much data the operations are spread over; decides what a cache can hold."""
    count: float = 1.0


@frozen(kw_only=True)
class Packets:
    """A burst of packets in one direction."""

    incoming: bool
    count: float
    size: float

    @property
    def total_bytes(self) -> float:
        """Payload of the burst."""
        return self.count * self.size


@frozen(kw_only=True)
class Issuer:
    """Who in a machine asks for an operation and is interrupted when it is done: contexts and layers of accounting."""

    context: int
    interrupt_context: int
    layer: Layer
    factor: float = 1.0
    """Cycles that a cycle of kernel code takes there."""
