"""What no scheduling can change: asymptotic bounds of every class's throughput.

Source: Lazowska, Zahorjan, Graham and Sevcik, "Quantitative System Performance" 1984, ch. 5.
"""

from __future__ import annotations

import numpy as np

from hvstudio.simulation.estimate.demand import sum_by
from hvstudio.simulation.estimate.network import Network
from hvstudio.simulation.plan.plan import Floats


def throughput_bounds(network: Network) -> tuple[Floats, Floats]:
    """[K] requests per second it cannot fall below (0 where that is not certain), and [K] cannot exceed.

    The upper bound is the class alone on the machine. The lower one finds all other customers ahead in every queue;
    it is certain only with closed classes, nothing held, and a processor for every virtual processor.
    """
    demand = network.demand
    owner, resource = demand.row_class, demand.row_resource
    classes = len(network.customers)
    per_server = demand.row_seconds / network.servers[resource]
    tightest = np.zeros(classes)
    np.maximum.at(tightest, owner, per_server)
    np.maximum.at(tightest, demand.held_class, _hold_alone(network))
    ceiling = np.where(tightest > 0, 1.0 / np.where(tightest > 0, tightest, 1.0), np.inf)
    cycle = np.maximum(network.think_s + sum_by(owner, demand.row_seconds, classes) + demand.delay_s, 1e-12)
    closed = network.customers > 0
    high = np.where(closed, np.minimum(network.customers / cycle, ceiling), np.minimum(network.rates, ceiling))
    crowd = sum_by(resource, per_server * network.customers[owner], len(network.servers))
    low = np.where(closed, network.customers / (cycle + sum_by(owner, crowd[resource], classes)), 0.0)
    low[demand.held_class] = 0.0
    return (low if _nothing_else_delays(network) else np.zeros(classes)), high


def _hold_alone(network: Network) -> Floats:
    """[holds] time per server that a request keeps something seized when it is alone."""
    demand = network.demand
    hold = sum_by(demand.held_of_row, demand.row_seconds[demand.held_rows], len(demand.held_class))
    return hold / network.servers[network.contexts + demand.held_station]


def _nothing_else_delays(network: Network) -> bool:
    plan = network.plan
    leaves = sum_by(network.pools, network.leaf_count, len(network.capacity))
    cores = plan.pool_processors / np.maximum(plan.pool_threads_per_core, 1)
    return bool(np.all(leaves <= cores) and not np.any(network.rates > 0) and not len(network.demand.spawn_child))
