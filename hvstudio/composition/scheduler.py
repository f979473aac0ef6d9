"""Which scheduler a hypervisor really uses: the chosen one where its product has it, else the product's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hvstudio.catalog.facts import HypervisorFacts

OWN: Final = "default"
CORE: Final = "core"
ROOT: Final = "root"


def effective_scheduler(facts: HypervisorFacts, values: Mapping[str, Any]) -> str:
    """ "default", "classic", "core" or "root". A choice that the product does not offer has no effect.

    Source: Microsoft Docs, Manage Hyper-V hypervisor scheduler types: core from 2016, root from Windows 10 1803.
    """
    chosen: str = values["scheduler"]
    if chosen == OWN or not facts.product or chosen in facts.scheduler.choices.value:
        return chosen
    return OWN
