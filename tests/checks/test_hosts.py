"""A host as a whole is native, of one architecture, mixed, or empty."""

from __future__ import annotations

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.insight.hosts import classify_hosts


@pytest.mark.parametrize(
    ("text", "architecture", "hypervisors"),
    [
        ("host h", "empty", ()),
        ("host h\n  os s\n    workload w", "native", ()),
        ("host h\n  os s\n    hypervisor v", "type2", ("v",)),
        ("host h\n  os s\n  hypervisor v", "hybrid", ("v",)),
        ("host h\n  hypervisor v\n    vm a\n      hypervisor w", "type1", ("v",)),
        ("host h\n  os s\n    hypervisor u\n  hypervisor v", "mixed", ("v", "u")),
        ("host h\n  hypervisor u\n  hypervisor v", "unclear", ("u", "v")),
    ],
)
def test_a_host_is_what_its_outermost_hypervisors_are(
    text: str, architecture: str, hypervisors: tuple[str, ...], stack, catalog: Catalog
) -> None:
    (found,) = classify_hosts(stack(text), catalog)
    assert (found.host, found.architecture, found.hypervisors) == ("h", architecture, hypervisors)
    assert found.sentence.endswith(".")


def test_a_native_host_says_that_no_hypervisor_is_there(stack, catalog: Catalog) -> None:
    (found,) = classify_hosts(stack("host h\n  os s\n    workload w"), catalog)
    assert found.sentence == "“h” is native: “s” runs on the hardware without any hypervisor, and on it one workload."


def test_hosts_are_told_in_document_order(stack, catalog: Catalog) -> None:
    found = classify_hosts(stack("host b\n  os s\nhost a\nnote n"), catalog)
    assert [(item.host, item.architecture) for item in found] == [("b", "native"), ("a", "empty")]
