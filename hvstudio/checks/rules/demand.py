"""Rules of demand: what the workloads ask per second against what processors, disks and cards can give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from hvstudio.catalog.kinds import kind_for
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import with_values
from hvstudio.checks.rule import Hit, rule
from hvstudio.checks.sums import Flow, disk_seconds, flows_on, nic_seconds, uses_disk, uses_network
from hvstudio.checks.wording import percent
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import add_block, free_name

UTILISATION_LAW: Final = "Utilisation law (Denning, Buzen 1978): busy share = rate x time for one request"


@rule(
    "capacity.disk-demand",
    Role.HARDWARE,
    title="The workloads ask more of a disk than it can do",
    severity=Severity.WARNING,
    why="The disk becomes the limit: requests queue in front of it and every VM on it gets slower.",
    source=UTILISATION_LAW,
    remedy="Spread the virtual disks over more disks, or use a faster one.",
)
def disk_demand(scene: Scene, host: Block) -> Sequence[Hit]:
    """The busy share of every disk of a host."""
    disks = {disk.id: scene.values(disk) for disk in scene.on(host.id, Role.PHYSICAL_DISK)}
    flows = flows_on(scene, host)
    if not disks or not flows:
        return ()
    shares = _shares(
        (flow, disk, disk_seconds(flow.values, disks[disk]) / len(flow.disks))
        for flow in flows
        for disk in flow.disks
        if disk in disks
    )
    return _hits(scene, host, "disk", shares)


@rule(
    "capacity.network-demand",
    Role.HARDWARE,
    title="The workloads ask more of a network card than it can carry",
    severity=Severity.WARNING,
    why="The card becomes the limit: packets queue or are dropped, and every VM behind it gets slower.",
    source=UTILISATION_LAW,
    remedy="Use a faster card, or spread the VMs over several.",
)
def network_demand(scene: Scene, host: Block) -> Sequence[Hit]:
    """The busy share of every network card of a host."""
    cards = {card.id: scene.values(card) for card in scene.on(host.id, Role.PHYSICAL_NIC)}
    flows = flows_on(scene, host)
    if not cards or not flows:
        return ()
    shares = _shares(
        (flow, card, nic_seconds(flow.values, cards[card]) / len(flow.cards))
        for flow in flows
        for card in flow.cards
        if card in cards
    )
    return _hits(scene, host, "network card", shares)


@rule(
    "capacity.processor-demand",
    Role.HARDWARE,
    title="The workloads ask more of the processors than they can do",
    severity=Severity.WARNING,
    why="Even without any cost of virtualization the work does not get done; queues grow.",
    source=UTILISATION_LAW,
    remedy="Use a host with more or faster processors, or move VMs to another one.",
)
def processor_demand(scene: Scene, host: Block) -> Sequence[Hit]:
    """The cycles that workloads ask per second, as if native, against the host's."""
    values = scene.values(host)
    flows = flows_on(scene, host)
    if not flows:
        return ()
    cores = values["sockets"] * values["cores_per_socket"]
    shared = scene.processors(host) > cores
    # Two busy threads of a core give smt_yield times the work of one.
    capacity = cores * values["clock_hz"] * (values["smt_yield"] if shared else 1.0)
    shares = _shares(
        (flow, host.id, (flow.values["user_cycles"] + flow.values["kernel_cycles"]) / capacity) for flow in flows
    )
    return _hits(scene, host, "processors", shares)


class _Share:
    """The busy share that steady and yielding flows ask of one thing, and by whom."""

    __slots__ = ("all", "steady", "workloads")

    def __init__(self) -> None:
        self.all = 0.0
        self.steady = 0.0
        self.workloads: list[BlockId] = []


def _shares(parts: Iterable[tuple[Flow, BlockId | None, float]]) -> dict[BlockId, _Share]:
    shares: dict[BlockId, _Share] = {}
    for flow, thing, seconds in parts:
        if thing is None or seconds <= 0 or flow.rate <= 0:
            continue
        share = shares.get(thing)
        if share is None:
            share = shares[thing] = _Share()
        busy = flow.rate * seconds
        share.all += busy
        if flow.steady:
            share.steady += busy
        if flow.workload not in share.workloads[-1:]:
            share.workloads.append(flow.workload)
    return shares


def _hits(scene: Scene, host: Block, what: str, shares: dict[BlockId, _Share]) -> list[Hit]:
    hits: list[Hit] = []
    for thing, share in shares.items():
        if share.all <= 1:
            continue
        steady = share.steady > 1
        ask = share.steady if steady else share.all
        end = "so the queue grows without end." if steady else "so it will be the limit."
        name = f"the processors of “{host.name}”" if what == "processors" else f"the {what} {scene.name(thing)}"
        hits.append(
            Hit(
                block=thing,
                message=f"The workloads ask {percent(ask)} of what {name} can do at most, {end}",
                related=tuple(share.workloads[:50]),
                severity=Severity.WARNING if steady else Severity.NOTE,
                fixes=_fixes(scene, share),
            )
        )
    return hits


def _fixes(scene: Scene, share: _Share) -> tuple[Fix, ...]:
    """Where all can be slowed: a trace comes as it is."""
    listed = any(scene.values(scene.blocks[workload])["arrivals"] == "trace" for workload in share.workloads)
    return () if listed or len(share.workloads) > 200 else (_slower(scene, share.workloads, share.all),)


def _slower(scene: Scene, workloads: list[BlockId], share: float) -> Fix:
    """Ask for less: lower rates and longer pauses, all in the same proportion, to 80 %."""
    factor = 0.8 / share

    def edit(document: Document) -> Document:
        for block_id in workloads:
            block = document.blocks.get(block_id)
            if block is None:
                continue
            values = scene.knowledge.values(block)
            if values["arrivals"] == "open":
                document = with_values(document, block_id, {"rate_per_s": max(1e-6, values["rate_per_s"] * factor)})
            else:
                document = with_values(document, block_id, {"think_s": min(1e6, values["think_s"] / factor)})
        return document

    return Fix(label="Let the workloads ask for less, all in proportion", edit=edit)


@rule(
    "capacity.device-missing",
    Role.HARDWARE,
    title="Workloads that need a device the host does not have",
    severity=Severity.ERROR,
    why="Every disk and network operation ends at a device of the host; without one it cannot be carried out.",
    source="HVStudio: a route ends at the hardware device that the virtual one is attached to",
    remedy="Build a disk or a network card into the host.",
)
def device_missing(scene: Scene, host: Block) -> Sequence[Hit]:
    """Disk and network operations on a host without any disk or card."""
    wanted = (
        (Role.PHYSICAL_DISK, "Disk", "disk", uses_disk),
        (Role.PHYSICAL_NIC, "Network card", "network card", uses_network),
    )
    return [
        _without(scene, host, users, kind_for(role), name, what)
        for role, name, what, uses in wanted
        if not scene.on(host.id, role)
        and (users := [flow.workload for flow in flows_on(scene, host) if uses(flow.values)])
    ]


def _without(scene: Scene, host: Block, users: list[BlockId], kind: str, name: str, what: str) -> Hit:
    def edit(document: Document) -> Document:
        return add_block(document, kind=kind, name=free_name(document, name), rests_on=host.id)[0]

    who = f"{scene.name(users[0])} needs" if len(users) == 1 else f"{len(users)} workloads need"
    return Hit(
        block=host.id,
        message=f"{who} a {what}, but “{host.name}” has none.",
        related=tuple(users[:50]),
        fixes=(Fix(label=f"Add a {what}", edit=edit),),
    )
