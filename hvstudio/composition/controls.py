"""CPU weight, reserve and limit in the terms of the product: per virtual processor or per VM, or not at all."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from hvstudio.composition.scene import Scene
from hvstudio.composition.scheduler import ROOT
from hvstudio.model.document import Block

NORMAL_WEIGHT: Final = 100.0
"""What a virtual machine weighs where nobody can say otherwise; only ratios count."""
CONTROLS: Final = {"cpu_weight": "weight", "cpu_reserve": "reserve", "cpu_limit": "limit"}
"""The parameters that control a VM's processor time, and what they are called."""
_ALL: Final = frozenset(CONTROLS.values())


@frozen(kw_only=True)
class Controls:
    """What the scheduler is told about a VM.

    `grouped` says that the values belong to the VM as one, else they belong to each of its virtual processors.
    `reserve` and `limit` are in logical processors; a limit of 0 is none.
    """

    grouped: bool
    weight: float
    reserve: float
    limit: float
    processors: int

    @property
    def total_weight(self) -> float:
        """Weight of the whole VM when all its processors are busy."""
        return self.weight if self.grouped else self.weight * self.processors

    @property
    def total_reserve(self) -> float:
        """Reserve of the whole VM."""
        return self.reserve if self.grouped else self.reserve * self.processors

    @property
    def total_limit(self) -> float:
        """Limit of the whole VM, 0 for none."""
        return self.limit if self.grouped else self.limit * self.processors


def honoured(scene: Scene, hypervisor: Block) -> frozenset[str]:
    """Which of "weight", "reserve" and "limit" a hypervisor knows, with the scheduler that it uses."""
    return scene.keep("honoured controls", hypervisor, _honoured)


def _honoured(scene: Scene, hypervisor: Block) -> frozenset[str]:
    if scene.scheduler(hypervisor) == ROOT:
        return frozenset()
    facts = scene.facts(hypervisor)
    return frozenset(name for name in CONTROLS.values() if facts.controls.of(name).value)


def is_honoured(scene: Scene, hypervisor: Block, control: str) -> bool:
    """Whether a hypervisor, with the scheduler that it uses, knows "weight", "reserve" or "limit"."""
    return control in honoured(scene, hypervisor)


def reserve_is_guaranteed(scene: Scene, machine: Block) -> bool:
    """No guarantee for more virtual processors than there are below. Source: Hyper-V TLFS v2.0a 18.2."""
    below = scene.place(machine).host
    offered = scene.offer(machine)
    return below is None or offered is None or offered.schedulable <= below.schedulable


def is_out_of_order(scene: Scene, machine: Block) -> bool:
    """Whether a VM's honoured reserve lies above its honoured limit, which no product accepts."""
    reserve, limit = _asked(scene, machine)
    return reserve > limit


def controls_of(scene: Scene, machine: Block) -> Controls:
    """The controls of a VM or partition as far as its product knows them; those of hardware are neutral."""
    return scene.keep("controls", machine, _controls)


def _controls(scene: Scene, machine: Block) -> Controls:
    hypervisor = scene.provider(machine)
    if hypervisor is None:
        return Controls(grouped=False, weight=NORMAL_WEIGHT, reserve=0.0, limit=0.0, processors=1)
    facts = scene.facts(hypervisor)
    processors = scene.processors(machine)
    known = honoured(scene, hypervisor)
    weight = float(scene.values(machine)["cpu_weight"]) if "weight" in known else NORMAL_WEIGHT
    reserve, limit = _asked(scene, machine)
    if not reserve_is_guaranteed(scene, machine):
        reserve = 0.0
    reserve = min(reserve, limit)
    ceiling = 0.0 if limit >= 1.0 else limit
    if not known or facts.controls.scope.value != "vm":
        return Controls(grouped=False, weight=weight, reserve=reserve, limit=ceiling, processors=processors)
    grows = facts.controls.weight_grows_with_vcpus.value
    return Controls(
        grouped=True,
        weight=weight * (processors if grows else 1),
        reserve=reserve * processors,
        limit=ceiling * processors,
        processors=processors,
    )


def _asked(scene: Scene, machine: Block) -> tuple[float, float]:
    """Reserve and limit of one virtual processor, as a part of it, as far as the product knows them."""
    hypervisor = scene.provider(machine)
    values = scene.values(machine)
    known = _ALL if hypervisor is None else honoured(scene, hypervisor)
    reserve = float(values["cpu_reserve"]) if "reserve" in known else 0.0
    return reserve, float(values["cpu_limit"]) if "limit" in known else 1.0
