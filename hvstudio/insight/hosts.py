"""What each host as a whole is: native, one of the architectures, mixed, or still empty."""

from __future__ import annotations

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.classify import TYPE_LABELS, vmm_type_of
from hvstudio.composition.scene import Scene, read_scene
from hvstudio.model.document import Block, BlockId, Document


@frozen(kw_only=True)
class HostClass:
    """One host: `architecture` is "native", "type1", "type2", "hybrid", "mixed", "unclear" or "empty".

    `hypervisors` are those that no other hypervisor carries, in document order; `sentence` says it whole.
    """

    host: BlockId
    architecture: str
    sentence: str
    hypervisors: tuple[BlockId, ...] = ()


def classify_hosts(document: Document, catalog: Catalog) -> tuple[HostClass, ...]:
    """What every host of the document is, in document order."""
    scene = read_scene(document, catalog)
    return tuple(
        _classified(scene, block)
        for block in scene.blocks.values()
        if role_of(block) is Role.HARDWARE and block.rests_on is None
    )


def _classified(scene: Scene, host: Block) -> HostClass:
    hypervisors = list(scene.on(host.id, Role.HYPERVISOR))
    systems = scene.on(host.id, Role.OPERATING_SYSTEM)
    for system in systems:
        hypervisors.extend(scene.on(system.id, Role.HYPERVISOR))
    ids = tuple(item.id for item in hypervisors)
    types = list(dict.fromkeys(vmm_type_of(scene, item) for item in hypervisors))
    if not hypervisors:
        return HostClass(
            host=host.id,
            architecture="native" if systems else "empty",
            sentence=_without_hypervisor(scene, host, systems[0] if systems else None),
        )
    if len(types) == 1:
        label = "not clear" if types[0] == "unclear" else TYPE_LABELS[types[0]]
        sentence = f"“{host.name}” is {label}, by “{hypervisors[0].name}”."
        return HostClass(host=host.id, architecture=types[0], sentence=sentence, hypervisors=ids)
    parts = ", ".join(f"“{item.name}” is {TYPE_LABELS[vmm_type_of(scene, item)]}" for item in hypervisors)
    return HostClass(host=host.id, architecture="mixed", sentence=f"“{host.name}” is mixed: {parts}.", hypervisors=ids)


def _without_hypervisor(scene: Scene, host: Block, system: Block | None) -> str:
    if system is None:
        return f"Nothing runs on “{host.name}” yet."
    programs = len(scene.on(system.id, Role.WORKLOAD))
    what = {0: "nothing yet", 1: "one workload"}.get(programs, f"{programs} workloads")
    return f"“{host.name}” is native: “{system.name}” runs on the hardware without any hypervisor, and on it {what}."
