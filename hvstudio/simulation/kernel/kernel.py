# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: cdivision=True, infer_types=True
"""The event loop. One source: compiled by Cython it runs as C without the GIL, uncompiled it is plain Python.

Where things are (longer than other files of the house: the compiler inlines within one, and one file is one oracle):
    arithmetic         mixed bits, keys, uniform numbers, logarithm
    Kernel             memory; `grow`, `advance`; then, each under a heading of its own,
    the event list     what happens next: `_advance`, the heap, `_schedule`, `_cancel`
    random numbers     durations by family
    requests           a token on its route: arrival, `_proceed` step by step, completion, latencies
    stations           devices and locks: servers and a queue
    contexts, leaves   who works on a token: queue, wake-up, block
    heaps of the tree  whose turn it is: virtual time and reserves down the scheduling tree
    budgets            limits, reserves and bounds per period
    processors         dispatch, slices, what is booked to which layer, preemption, hyper-threads
    between slices     what `control.py` and `run/` call: measures, life cycle, live edits, crashes
Beside it: `kernel.pxd` types (constants, records, fields, signatures: a new method or field needs a line there),
`codes.py` names of numbers, `records.py` rows, `memory.py` lays them out from a plan, `engine.py` says which one runs.

How it works:
- Time is int64 nanoseconds. An event is (time, slot); every thing that can happen next owns one fixed slot, so nothing
  is ever stale and nothing is allocated. Slots: processors, request kinds (arrivals), nodes (end of a budget period),
  tokens (end of thinking, of a delay, of service). Ties go to the lower slot: completions before arrivals.
- The event list is a 4-ary heap whose root sits at `HEAP_ROOT`, so that the four children share a cache line. An event
  handler that schedules something replaces the root in place (`hole`) instead of popping and pushing.
- A token is a request under way; tokens wait in linked lists and are taken from a free list.
- The scheduling tree keeps at each inner node a heap of the children that have somebody waiting, ordered by
  (deadline of a reserve still due, virtual time, id). Picking walks down, charging walks up; nobody ever scans.
- Random numbers are a hash of (key of the request, purpose), the key a hash of the client's key before it: the same
  request draws the same numbers whatever else happens. Only arithmetic is used, because libraries differ in the last
  digit of a logarithm.
  Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014), for the mixing function.

Floats must not be contracted to fused multiply-add (-ffp-contract=off), or compiled and interpreted runs would differ.
"""
# pyright: basic, reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportOperatorIssue=false, reportIndexIssue=false

from __future__ import annotations

try:
    import cython  # pyright: ignore[reportMissingImports]
except ImportError:
    from hvstudio.simulation.kernel import cython_stub as cython

if not cython.compiled:  # the compiler takes the same names from kernel.pxd, as constants
    from hvstudio.simulation.kernel import codes
    from hvstudio.simulation.kernel.codes import (
        BUCKETS,
        BUCKETS_PER_DOUBLING,
        DOUBLING_BITS,
        EXACT_BITS,
        EXACT_BUCKETS,
        FIRST_MIX,
        GOLDEN,
        HEAP_ROOT,
        LATENCY_BITS,
        LAYER_COUNT,
        LONGEST_LATENCY,
        MASK,
        NEVER,
        SECOND_MIX,
        STRIPS,
    )

    Arrivals, Family, Layer, Op = codes.plain(codes.Arrivals, codes.Family, codes.Layer, codes.Op)
    TokenState, LeafState, Barrier = codes.plain(codes.TokenState, codes.LeafState, codes.Barrier)
    (Halt,) = codes.plain(codes.Halt)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def mixed(value: cython.ulonglong) -> cython.ulonglong:
    """64 well mixed bits. Source: Steele, Lea, Flood 2014 (variant 13 by Stafford)."""
    z: cython.ulonglong = value & MASK
    z = ((z ^ (z >> 30)) * FIRST_MIX) & MASK
    z = ((z ^ (z >> 27)) * SECOND_MIX) & MASK
    return z ^ (z >> 31)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def next_key(key: cython.longlong, number: cython.longlong) -> cython.longlong:
    """The key of the request with that number of a client, or of the client of a kind; 63 bits."""
    return cython.cast(
        cython.longlong,
        mixed(cython.cast(cython.ulonglong, key) + cython.cast(cython.ulonglong, number) * GOLDEN) >> 1,
    )


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def uniform(key: cython.ulonglong) -> cython.double:
    """A number strictly between 0 and 1, of 52 bits."""
    return (cython.cast(cython.double, cython.cast(cython.longlong, mixed(key) >> 12)) + 0.5) * 2.220446049250313e-16


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def minus_log(x: cython.double) -> cython.double:
    """-ln(x) for 0 < x <= 1: halvings, then the series of artanh; error below 1e-15."""
    halvings: cython.double = 0.0
    while x < 0.7071067811865476:
        x = x + x
        halvings += 1.0
    s: cython.double = (x - 1.0) / (x + 1.0)
    q: cython.double = s * s
    tail: cython.double = 0.11764705882352941 + q * (0.10526315789473684 + q * 0.09523809523809523)
    tail = 0.18181818181818182 + q * (0.15384615384615385 + q * (0.13333333333333333 + q * tail))
    tail = 0.4 + q * (0.2857142857142857 + q * (0.2222222222222222 + q * tail))
    return halvings * 0.6931471805599453 - s * (2.0 + q * (0.6666666666666666 + q * tail))


@cython.cfunc
def at(memory, name, row_bytes: cython.size_t) -> cython.size_t:
    """Where the array of that name begins, whose rows must be as long as the compiler thinks."""
    return memory.address(name, row_bytes)


def is_compiled() -> bool:
    """Whether this module runs as compiled code."""
    return cython.compiled


class Kernel:
    """One run: its memory and its clock. `advance` until a time, read the measures, change something, advance again."""

    def __init__(self, memory):
        """`memory` is a `memory.Memory`; its arrays are used in place when compiled, copied when interpreted."""
        self.memory = memory
        self.now = 0
        self.count = 0
        self.digest = 0
        self.traced = 1 if memory.traced else 0
        self.checked = 1 if memory.checked else 0
        self.finished = 0
        self.finish_room = len(memory.finishes)
        self.end = HEAP_ROOT
        self.hole = 0
        self.same = 0
        self.same_limit = memory.same_limit
        self.processor_count = len(memory.processors)
        self.pool_count = len(memory.pools)
        self.context_count = len(memory.contexts)
        self.station_count = len(memory.stations)
        self.kind_count = len(memory.kinds)
        self.vm_count = len(memory.vms)
        self.node_base = self.processor_count + self.kind_count
        self.token_base = self.node_base + len(memory.nodes)
        self.token_count = 0
        self.token_limit = memory.token_limit
        self.free_token = -1
        self.spare = 0
        self.low_water = memory.most_at_once + 64
        self.ready_head = -1
        self.ready_tail = -1
        self.current = -1
        self.unblocked = 0
        self.has_reserves = memory.has_reserves
        self._bind()
        self._free_new_tokens()

    def _bind(self):
        memory = self.memory
        if cython.compiled:
            self.processors = cython.cast("Processor *", at(memory, "processors", cython.sizeof("Processor")))
            self.cores = cython.cast("Core *", at(memory, "cores", cython.sizeof("Core")))
            self.pools = cython.cast("Pool *", at(memory, "pools", cython.sizeof("Pool")))
            self.nodes = cython.cast("Node *", at(memory, "nodes", cython.sizeof("Node")))
            self.contexts = cython.cast("Context *", at(memory, "contexts", cython.sizeof("Context")))
            self.stations = cython.cast("Station *", at(memory, "stations", cython.sizeof("Station")))
            self.steps = cython.cast("StepRecord *", at(memory, "steps", cython.sizeof("StepRecord")))
            self.traces = cython.cast("Trace *", at(memory, "traces", cython.sizeof("Trace")))
            self.edges = cython.cast("double *", at(memory, "edges", cython.sizeof("double")))
            self.heights = cython.cast("double *", at(memory, "heights", cython.sizeof("double")))
            self.finishes = cython.cast("Finish *", at(memory, "finishes", cython.sizeof("Finish")))
            self.kinds = cython.cast("RequestKind *", at(memory, "kinds", cython.sizeof("RequestKind")))
            self.vms = cython.cast("Vm *", at(memory, "vms", cython.sizeof("Vm")))
            self.place = cython.cast("int *", at(memory, "place", cython.sizeof("int")))
            self.children = cython.cast("int *", at(memory, "children", cython.sizeof("int")))
            self.layers = cython.cast("long long *", at(memory, "layers", cython.sizeof("long long")))
            self.histogram = cython.cast("long long *", at(memory, "histogram", cython.sizeof("long long")))
            self.recent = cython.cast("int *", at(memory, "recent", cython.sizeof("int")))
            self.trace_time = cython.cast("long long *", at(memory, "trace_time", cython.sizeof("long long")))
            self.trace_requests = cython.cast("long long *", at(memory, "trace_requests", cython.sizeof("long long")))
        else:
            for name in memory.FIXED:
                setattr(self, name, memory.rows(name))
        self._bind_growing()

    def _bind_growing(self):
        memory = self.memory
        if cython.compiled:
            self.tokens = cython.cast("Token *", at(memory, "tokens", cython.sizeof("Token")))
            self.works = cython.cast("TokenWork *", at(memory, "works", cython.sizeof("TokenWork")))
            self.events = cython.cast("PlannedEvent *", at(memory, "events", cython.sizeof("PlannedEvent")))
        elif self.token_count == 0:
            for name in memory.GROWING:
                setattr(self, name, memory.rows(name))
        else:
            for name in memory.GROWING:
                rows = getattr(self, name)
                rows.extend(memory.rows(name)[len(rows) :])

    def _free_new_tokens(self):
        """Put the tokens that the memory has gained on the free list, the lowest first."""
        index: cython.longlong = len(self.memory.tokens)
        while index > self.token_count:
            index -= 1
            self.tokens[index].next = self.free_token
            self.tokens[index].state = TokenState.UNUSED
            self.free_token = index
            self.spare += 1
        self.token_count = len(self.memory.tokens)

    def grow(self):
        """Make room for more requests; to be called when `advance` says so."""
        doubled = min(2 * self.token_count, self.token_limit)
        self.memory.grow(max(doubled, self.token_count + self.low_water))
        self._bind_growing()
        self._free_new_tokens()

    def advance(self, until: cython.longlong, most_events: cython.longlong = NEVER) -> int:
        """Let everything happen up to and including `until`, or `most_events` of it; why it stopped, a `codes.Halt`."""
        reason: cython.longlong
        with cython.nogil:
            reason = self._advance(until, self.count + most_events)
        return reason

    # --- the event list -----------------------------------------------------------------------------------------

    def _advance(self, until, last_event):
        while True:
            if self.end <= HEAP_ROOT:
                self.now = until
                return Halt.NOTHING_LEFT
            time: cython.longlong = self.events[HEAP_ROOT].time
            if time > until:
                self.now = until
                return Halt.TIME_REACHED
            slot: cython.longlong = self.events[HEAP_ROOT].slot
            if self.spare < self.low_water and self.token_count < self.token_limit:
                return Halt.TOKENS_NEEDED
            if self.count >= last_event:
                return Halt.EVENTS_DONE
            if time == self.now:
                self.same += 1
                if self.same > self.same_limit:
                    return Halt.TIME_STANDS_STILL
            else:
                self.now = time
                self.same = 0
            self.events[HEAP_ROOT].time = -1
            self.hole = 1
            if slot < self.token_base:
                self.place[slot] = 0
            self.count += 1
            if self.traced:
                self.digest = mixed(self.digest + cython.cast(cython.ulonglong, time) * GOLDEN + slot)
            if slot >= self.token_base:
                self._token_event(slot - self.token_base)
            elif slot < self.processor_count:
                self._processor_event(slot)
            elif slot < self.node_base:
                self._arrival_event(slot - self.processor_count)
            else:
                self._period_event(slot - self.node_base)
            self._settle_instant()
            if self.hole:
                self.hole = 0
                self.end -= 1
                if self.end > HEAP_ROOT:
                    self._sift_down(HEAP_ROOT, self.events[self.end].time, self.events[self.end].slot)

    def _settle_instant(self):
        """Let go on what became ready at this instant, and use processors that a limit no longer keeps idle."""
        while self.ready_head >= 0:
            token: cython.longlong = self.ready_head
            self.ready_head = self.tokens[token].next
            self._proceed(token, -1)
        if self.unblocked:
            self.unblocked = 0
            pool: cython.longlong = 0
            while pool < self.pool_count:
                self._use_idle(pool)
                pool += 1

    def _later(self, one, other):
        """Whether the event at index `one` comes after that at `other`."""
        time: cython.longlong = self.events[one].time
        other_time: cython.longlong = self.events[other].time
        return (time > other_time) | ((time == other_time) & (self.events[one].slot > self.events[other].slot))

    def _sift_down(self, index, time, slot):
        """Fill the hole at `index`: let the earliest children rise to the bottom, then put the event where it belongs.

        A new event is nearly always a late one, so that comparing it on the way down would only be mispredicted.
        Source: Wegener, "Bottom-up heapsort" (Theoretical Computer Science 1993).
        """
        end: cython.longlong = self.end
        top: cython.longlong = index
        child: cython.longlong = 4 * index - 8
        while child < end:
            best: cython.longlong = child
            if child + 4 <= end:
                # Without branches, which no processor could predict: the first of each pair, then of the two.
                best = child + self._later(child, child + 1)
                other: cython.longlong = child + 2 + self._later(child + 2, child + 3)
                best = other if self._later(best, other) else best
            else:
                child += 1
                while child < end:
                    if self._later(best, child):
                        best = child
                    child += 1
            moved: cython.longlong = self.events[best].slot
            self.events[index].time = self.events[best].time
            self.events[index].slot = moved
            self.place[moved if moved < self.token_base else self.token_base] = index
            index = best
            child = 4 * index - 8
        while index > top:
            parent: cython.longlong = index // 4 + 2
            above: cython.longlong = self.events[parent].time
            if above < time or (above == time and self.events[parent].slot < slot):
                break
            self.events[index].time = above
            moved = self.events[parent].slot
            self.events[index].slot = moved
            self.place[moved if moved < self.token_base else self.token_base] = index
            index = parent
        self.events[index].time = time
        self.events[index].slot = slot
        self.place[slot if slot < self.token_base else self.token_base] = index

    def _sift_up(self, index, time, slot):
        while index > HEAP_ROOT:
            parent: cython.longlong = index // 4 + 2
            other: cython.longlong = self.events[parent].time
            if other < time or (other == time and self.events[parent].slot < slot):
                break
            self.events[index].time = other
            moved: cython.longlong = self.events[parent].slot
            self.events[index].slot = moved
            self.place[moved if moved < self.token_base else self.token_base] = index
            index = parent
        self.events[index].time = time
        self.events[index].slot = slot
        self.place[slot if slot < self.token_base else self.token_base] = index

    def _schedule(self, slot, time):
        """The event of a slot other than a token's happens at that time, whatever was planned for it before."""
        index: cython.longlong = self.place[slot]
        if index:
            if time < self.events[index].time:
                self._sift_up(index, time, slot)
            else:
                self._sift_down(index, time, slot)
        elif self.hole:
            self.hole = 0
            self._sift_down(HEAP_ROOT, time, slot)
        else:
            self.end += 1
            self._sift_up(self.end - 1, time, slot)

    def _schedule_token(self, token, time):
        """The event of a token, which never has one planned already."""
        if self.hole:
            self.hole = 0
            self._sift_down(HEAP_ROOT, time, self.token_base + token)
        else:
            self.end += 1
            self._sift_up(self.end - 1, time, self.token_base + token)

    def _cancel(self, slot):
        index: cython.longlong = self.place[slot]
        if index:
            self.place[slot] = 0
            self._remove(index)

    def _cancel_token(self, token):
        """Places of tokens in the heap are not kept: cancelling one is rare, and its place would fill the cache."""
        index: cython.longlong = HEAP_ROOT
        while index < self.end:
            if self.events[index].slot == self.token_base + token:
                self._remove(index)
                return
            index += 1

    def _remove(self, index):
        self.end -= 1
        if index == self.end:
            return
        time: cython.longlong = self.events[self.end].time
        moved: cython.longlong = self.events[self.end].slot
        if index > HEAP_ROOT and time <= self.events[index // 4 + 2].time:
            self._sift_up(index, time, moved)
        else:
            self._sift_down(index, time, moved)

    # --- random numbers -----------------------------------------------------------------------------------------

    def _drawn(self, draw, key):
        """Nanoseconds by the family of that row of `steps`, for the request with that key."""
        family: cython.longlong = self.steps[draw].family
        if family == Family.DETERMINISTIC:
            return cython.cast(cython.longlong, self.steps[draw].a + 0.5)
        point: cython.ulonglong = cython.cast(cython.ulonglong, key) + cython.cast(
            cython.ulonglong, self.steps[draw].salt
        )
        if family == Family.EXPONENTIAL:
            return cython.cast(cython.longlong, self.steps[draw].a * self._exponential(point) + 0.5)
        return cython.cast(cython.longlong, self._from_family(draw, point) + 0.5)

    def _from_family(self, draw, point):
        family: cython.longlong = self.steps[draw].family
        if family == Family.SHIFTED_EXPONENTIAL:
            return self.steps[draw].a + self.steps[draw].b * self._exponential(point)
        u: cython.double = uniform(point)
        point = point + SECOND_MIX
        if family == Family.HYPEREXPONENTIAL:
            scale: cython.double = self.steps[draw].a if u < self.steps[draw].p else self.steps[draw].b
            return scale * self._exponential(point)
        stages: cython.longlong = self.steps[draw].stages
        if u < self.steps[draw].p:
            stages -= 1
        value: cython.double = 0.0
        while stages > 0:
            value += self._exponential(point)
            point = point + SECOND_MIX
            stages -= 1
        return value * self.steps[draw].a

    def _exponential(self, point):
        """An exponential variate of mean 1 by 256 strips of equal area; 98.9 % need one product and one comparison.

        Source: Marsaglia and Tsang, "The ziggurat method for generating random variables" (J. Stat. Software 2000).
        """
        bits: cython.ulonglong = mixed(point)
        strip: cython.longlong = cython.cast(cython.longlong, bits & (STRIPS - 1))
        x: cython.double = cython.cast(cython.double, cython.cast(cython.longlong, bits >> 11)) * 1.1102230246251565e-16
        x = x * self.edges[strip]
        if x < self.edges[strip + 1]:
            return x
        return self._exponential_edge(point, strip, x)

    def _exponential_edge(self, point, strip, x):
        """The rest of `_exponential`: the tail, and where a strip sticks out of the curve."""
        while True:
            point = point + GOLDEN
            y: cython.double = uniform(point)
            if strip == 0:
                return self.edges[1] + minus_log(y)
            y = self.heights[strip] + y * (self.heights[strip + 1] - self.heights[strip])
            if minus_log(y) > x:
                return x
            point = point + GOLDEN
            bits: cython.ulonglong = mixed(point)
            strip = cython.cast(cython.longlong, bits & (STRIPS - 1))
            x = cython.cast(cython.double, cython.cast(cython.longlong, bits >> 11)) * 1.1102230246251565e-16
            x = x * self.edges[strip]
            if x < self.edges[strip + 1]:
                return x

    # --- requests -----------------------------------------------------------------------------------------------

    def _token_event(self, token):
        state: cython.longlong = self.tokens[token].state
        if state == TokenState.IN_SERVICE:
            self._release(self.steps[self.tokens[token].step].target)
            self.tokens[token].step += 1
        elif state == TokenState.DELAYED:
            self.tokens[token].step += 1
        else:
            kind: cython.longlong = self.tokens[token].kind
            if self.kinds[kind].live > self.kinds[kind].clients or not self.kinds[kind].active:
                self._retire(token)
                return
            self._begin(token)
        self._proceed(token, -1)

    def _begin(self, token):
        """The next request of a closed client starts now."""
        kind: cython.longlong = self.tokens[token].kind
        self.tokens[token].key = next_key(self.tokens[token].key, 1)
        self._enter(token, kind)

    def _enter(self, token, kind):
        self.tokens[token].start = self.now
        self.tokens[token].step = self.kinds[kind].first_step
        self.kinds[kind].started += 1
        if self.checked:
            self._populate(self.kinds[kind].vm, 1)

    def _populate(self, vm, change):
        self.vms[vm].population_area += cython.cast(cython.double, self.vms[vm].population) * cython.cast(
            cython.double, self.now - self.vms[vm].population_last
        )
        self.vms[vm].population_last = self.now
        self.vms[vm].population += change

    def _new_token(self, kind, key):
        """A token for an open or spawned request, entered and ready; -1 when there is no room."""
        token: cython.longlong = self.free_token
        if token < 0:
            self.vms[self.kinds[kind].vm].rejected += 1
            return -1
        self.free_token = self.tokens[token].next
        self.spare -= 1
        self.tokens[token].kind = kind
        self.tokens[token].key = key
        self._enter(token, kind)
        self._make_ready(token)
        return token

    def _make_ready(self, token):
        self.tokens[token].state = TokenState.READY
        self.tokens[token].next = -1
        if self.ready_head < 0:
            self.ready_head = token
        else:
            self.tokens[self.ready_tail].next = token
        self.ready_tail = token

    def _free(self, token):
        self.tokens[token].state = TokenState.UNUSED
        self.tokens[token].next = self.free_token
        self.free_token = token
        self.spare += 1

    def _retire(self, token):
        self.kinds[self.tokens[token].kind].live -= 1
        self._free(token)

    def _arrival_event(self, kind):
        number: cython.longlong = 1
        if self.kinds[kind].arrivals == Arrivals.TRACE:
            entry: cython.longlong = self.traces[kind].first + self.traces[kind].next
            number = self.trace_requests[entry]
        self._plan_arrival(kind, 1)
        while number > 0:
            self.kinds[kind].counter += 1
            self._new_token(kind, next_key(self.kinds[kind].key, self.kinds[kind].counter))
            number -= 1

    def _plan_arrival(self, kind, on):
        """Schedule the next arrival; `on` 1 moves to the next entry of a trace, 0 keeps the current one."""
        time: cython.longlong = self.now
        if time < self.traces[kind].start:
            time = self.traces[kind].start
        if self.kinds[kind].arrivals == Arrivals.OPEN:
            key: cython.longlong = next_key(self.kinds[kind].key, self.kinds[kind].counter)
            gap: cython.longlong = self._drawn(self.kinds[kind].draw, key)
            time += gap if gap > 0 else 1
        else:
            following: cython.longlong = self.traces[kind].next + on
            if following >= self.traces[kind].count:
                following = 0
                self.traces[kind].base += self.traces[kind].period
            self.traces[kind].next = following
            time = self.traces[kind].base + self.trace_time[self.traces[kind].first + following]
            if time < self.now:
                time = self.now
        self._schedule(self.processor_count + kind, time)

    def _proceed(self, token, here):
        """Take the request along its route from its present step until it has to wait for time or for somebody.

        Gives 1 when it goes on working in context `here` (on the leaf it already holds), else 0.
        """
        step: cython.longlong = self.tokens[token].step
        while True:
            op: cython.longlong = self.steps[step].op
            target: cython.longlong = self.steps[step].target
            if op == Op.STATION:
                self.tokens[token].step = step
                self._touch(target)
                if self.stations[target].busy < self.stations[target].servers:
                    self.stations[target].busy += 1
                    self._serve(token, target)
                else:
                    self._queue_at(token, target)
                return 0
            if op == Op.CPU:
                work: cython.longlong = self._drawn(step, self.tokens[token].key)
                if self.steps[step].exits > 0.0:
                    self.vms[self.kinds[self.tokens[token].kind].vm].exits += self.steps[step].exits
                if work > 0:
                    self.tokens[token].step = step
                    self.works[token].remaining = work
                    if target == here:
                        return 1
                    self._enter_context(token, target)
                    return 0
            elif op == Op.END:
                if not self._complete(token):
                    return 0
                if here >= 0 and self.contexts[here].head >= 0:
                    here = -1
                step = self.tokens[token].step - 1
            elif op == Op.DELAY:
                wait: cython.longlong = self._drawn(step, self.tokens[token].key)
                if wait > 0:
                    self.tokens[token].step = step
                    self.tokens[token].state = TokenState.DELAYED
                    self._schedule_token(token, self.now + wait)
                    return 0
            elif op == Op.SKIP:
                if not self._happens(step, token):
                    step += target
            elif op == Op.SEIZE:
                self._touch(target)
                if self.stations[target].busy >= self.stations[target].servers:
                    self.tokens[token].step = step
                    self._queue_at(token, target)
                    return 0
                self.stations[target].busy += 1
            elif op == Op.FREE:
                self._release(target)
            else:  # Op.SPAWN
                self._new_token(target, next_key(self.tokens[token].key, self.steps[step].salt))
            step += 1

    def _happens(self, step, token):
        point: cython.ulonglong = cython.cast(cython.ulonglong, self.tokens[token].key) + cython.cast(
            cython.ulonglong, self.steps[step].salt
        )
        return uniform(point) < self.steps[step].p

    def _complete(self, token):
        """The request is done. Gives 1 when its client starts the next one at this very instant."""
        kind: cython.longlong = self.tokens[token].kind
        latency: cython.longlong = self.now - self.tokens[token].start
        if self.checked:
            self._populate(self.kinds[kind].vm, -1)
        self.finishes[self.finished].kind = kind
        self.finishes[self.finished].latency = latency
        self.finished += 1
        if self.finished == self.finish_room:
            self._count_finishes()
        if self.kinds[kind].arrivals != Arrivals.CLOSED:
            self._free(token)
            return 0
        if self.kinds[kind].live > self.kinds[kind].clients or not self.kinds[kind].active:
            self._retire(token)
            return 0
        think: cython.longlong = self._drawn(self.kinds[kind].draw, self.tokens[token].key)
        if think <= 0:
            if latency > 0:
                self._begin(token)
                return 1
            think = 1  # a request that took no time at all must not repeat at the same instant for ever
        self.tokens[token].state = TokenState.THINKING
        self._schedule_token(token, self.now + think)
        return 0

    def _count_finishes(self):
        """Count what has finished lately. Done for many at once, so that cache misses overlap."""
        index: cython.longlong = 0
        while index < self.finished:
            kind: cython.longlong = self.finishes[index].kind
            latency: cython.longlong = self.finishes[index].latency
            vm: cython.longlong = self.kinds[kind].vm
            spent: cython.double = cython.cast(cython.double, latency)
            self.vms[vm].finished += 1
            self.vms[vm].stay_sum += spent
            self.vms[vm].bytes += self.kinds[kind].bytes
            if self.kinds[kind].counts:
                self.vms[vm].completions += 1
                self.vms[vm].latency_sum += spent
                self._count_latency(vm, latency)
            index += 1
        self.finished = 0

    def _count_latency(self, vm, latency):
        """Exact buckets, then some for each doubling: the middle of a bucket is within 0.8 %."""
        bucket: cython.longlong = latency
        if latency >= EXACT_BUCKETS:
            if latency >> LATENCY_BITS:
                latency = LONGEST_LATENCY
            octave: cython.longlong = self.vms[vm].octave
            while latency >> (octave + 1):
                octave += 1
            while not latency >> octave:
                octave -= 1
            self.vms[vm].octave = octave
            bucket = EXACT_BUCKETS + (octave - EXACT_BITS) * BUCKETS_PER_DOUBLING
            bucket += (latency >> (octave - DOUBLING_BITS)) - BUCKETS_PER_DOUBLING
        self.recent[vm * BUCKETS + bucket] += 1
        if bucket < self.vms[vm].low:
            self.vms[vm].low = bucket
        if bucket > self.vms[vm].high:
            self.vms[vm].high = bucket

    # --- stations -----------------------------------------------------------------------------------------------

    def _touch(self, station):
        """Bring the station's areas up to now, before something changes."""
        passed: cython.longlong = self.now - self.stations[station].last
        self.stations[station].last = self.now
        self.stations[station].busy_ns += passed * self.stations[station].busy
        if self.stations[station].queued:
            self.stations[station].queue_area += cython.cast(cython.double, passed * self.stations[station].queued)

    def _serve(self, token, station):
        step: cython.longlong = self.tokens[token].step
        time: cython.longlong = self._drawn(step, self.tokens[token].key)
        if self.stations[station].peer_switch:
            if self.stations[station].peer != self.steps[step].peer and self.stations[station].served:
                time += self.stations[station].peer_switch
            self.stations[station].peer = self.steps[step].peer
        self.stations[station].served += 1
        self.tokens[token].state = TokenState.IN_SERVICE
        self._schedule_token(token, self.now + time)

    def _queue_at(self, token, station):
        self.tokens[token].state = TokenState.AT_STATION
        self.tokens[token].next = -1
        if self.stations[station].head < 0:
            self.stations[station].head = token
        else:
            self.tokens[self.stations[station].tail].next = token
        self.stations[station].tail = token
        self.stations[station].queued += 1

    def _release(self, station):
        """A server becomes free: the first in the queue takes it over."""
        self._touch(station)
        token: cython.longlong = self.stations[station].head
        if token < 0:
            self.stations[station].busy -= 1
            return
        self.stations[station].head = self.tokens[token].next
        self.stations[station].queued -= 1
        if self.steps[self.tokens[token].step].op == Op.STATION:
            self._serve(token, station)
        else:
            self.tokens[token].step += 1
            self._make_ready(token)

    # --- contexts and leaves ------------------------------------------------------------------------------------

    def _enter_context(self, token, context):
        leaf: cython.longlong = self.contexts[context].idle_leaf
        if leaf < 0 or self.contexts[context].frozen:
            self._queue_in(token, context)
            return
        self.contexts[context].idle_leaf = self.nodes[leaf].next_idle
        self._assign(token, leaf)
        self._wake(leaf)

    def _queue_in(self, token, context):
        self.tokens[token].state = TokenState.IN_CONTEXT
        self.tokens[token].next = -1
        if self.contexts[context].head < 0:
            self.contexts[context].head = token
        else:
            self.tokens[self.contexts[context].tail].next = token
        self.contexts[context].tail = token

    def _next_in(self, context):
        token: cython.longlong = self.contexts[context].head
        if token >= 0:
            self.contexts[context].head = self.tokens[token].next
        return token

    def _assign(self, token, leaf):
        self.nodes[leaf].token = token
        self.tokens[token].state = TokenState.ON_LEAF
        self.works[token].node = leaf
        self.works[token].used = 0

    def _wake(self, leaf):
        """A blocked leaf has work: place it among its siblings, then give it a processor or let it wait."""
        self.nodes[leaf].woken = 1
        node: cython.longlong = leaf
        while self.nodes[node].parent >= 0:
            parent: cython.longlong = self.nodes[node].parent
            least: cython.double = self.nodes[parent].least_virtual - cython.cast(cython.double, self.nodes[node].bonus)
            if self.nodes[node].virtual_time < least:
                self.nodes[node].virtual_time = least
            self.nodes[parent].active += 1
            if self.nodes[parent].active > 1:
                break
            node = parent
        if not self.nodes[leaf].special or self._may_run(leaf):
            processor: cython.longlong = self._idle_processor(leaf)
            if processor >= 0:
                self._leave_idle(processor)
                self._dispatch(leaf, processor, 1)
                return
            if (self.nodes[leaf].preempts or self.has_reserves) and self._pushes_aside(leaf, self._last_place(leaf)):
                return
        elif self.nodes[leaf].preempts and self._takes_place(leaf):
            return
        self._wait(leaf)

    def _wait(self, leaf):
        """The leaf is ready, and no processor takes it now."""
        self.nodes[leaf].state = LeafState.WAITING
        self._count_waiting(self.nodes[leaf].vm, 1)
        if not self.nodes[leaf].blocked:
            self._join(leaf)

    def _count_waiting(self, vm, change):
        if vm < 0:  # a thread that serves a VM is not one of its processors
            return
        self.vms[vm].ready_area += cython.cast(cython.double, self.vms[vm].waiting) * cython.cast(
            cython.double, self.now - self.vms[vm].ready_last
        )
        self.vms[vm].ready_last = self.now
        self.vms[vm].waiting += change

    def _block(self, leaf):
        """The leaf has nothing to do."""
        context: cython.longlong = self.nodes[leaf].context
        self.nodes[leaf].state = LeafState.BLOCKED
        self.nodes[leaf].token = -1
        self.nodes[leaf].next_idle = self.contexts[context].idle_leaf
        self.contexts[context].idle_leaf = leaf
        node: cython.longlong = self.nodes[leaf].parent
        while node >= 0:
            self.nodes[node].active -= 1
            if self.nodes[node].active > 0:
                break
            node = self.nodes[node].parent

    # --- the heaps of the tree ----------------------------------------------------------------------------------

    def _before(self, one, other):
        if self.nodes[one].rank != self.nodes[other].rank:
            return self.nodes[one].rank < self.nodes[other].rank
        if self.nodes[one].virtual_time != self.nodes[other].virtual_time:
            return self.nodes[one].virtual_time < self.nodes[other].virtual_time
        return one < other

    def _rise(self, parent, index, node):
        base: cython.longlong = self.nodes[parent].child_base
        while index > 0:
            above: cython.longlong = (index - 1) // 2
            other: cython.longlong = self.children[base + above]
            if self._before(other, node):
                break
            self.children[base + index] = other
            self.nodes[other].position = index
            index = above
        self.children[base + index] = node
        self.nodes[node].position = index
        return index

    def _sink(self, parent, index, node):
        base: cython.longlong = self.nodes[parent].child_base
        size: cython.longlong = self.nodes[parent].size
        while True:
            child: cython.longlong = 2 * index + 1
            if child >= size:
                break
            below: cython.longlong = self.children[base + child]
            if child + 1 < size and self._before(self.children[base + child + 1], below):
                child += 1
                below = self.children[base + child]
            if self._before(node, below):
                break
            self.children[base + index] = below
            self.nodes[below].position = index
            index = child
        self.children[base + index] = node
        self.nodes[node].position = index

    def _join(self, node):
        """Somebody below `node` waits and may run: enter its parent's heap, and so on up."""
        while self.nodes[node].parent >= 0:
            parent: cython.longlong = self.nodes[node].parent
            if self.has_reserves:
                self.nodes[node].rank = self._rank(node)
            size: cython.longlong = self.nodes[parent].size
            self.nodes[parent].size = size + 1
            self._rise(parent, size, node)
            if size > 0:
                if self.has_reserves:
                    self._rerank(parent)
                return
            if self.nodes[parent].blocked:
                return
            node = parent

    def _quit(self, node):
        """Nobody below `node` waits any more, or none may run: leave the heaps, upwards as far as they empty."""
        while self.nodes[node].parent >= 0 and self.nodes[node].position >= 0:
            parent: cython.longlong = self.nodes[node].parent
            index: cython.longlong = self.nodes[node].position
            size: cython.longlong = self.nodes[parent].size - 1
            self.nodes[node].position = -1
            self.nodes[parent].size = size
            if index < size:
                moved: cython.longlong = self.children[self.nodes[parent].child_base + size]
                if self._rise(parent, index, moved) == index:
                    self._sink(parent, index, moved)
            if size > 0:
                if self.has_reserves:
                    self._rerank(parent)
                return
            node = parent

    def _rank(self, node):
        """When a reserve of the node, or of the first below it, is due; without one the end of all time.

        Earliest deadline first, so that reserves which together need all processors are still met.
        Source: Liu and Layland, "Scheduling algorithms for multiprogramming" (JACM 1973).
        """
        rank: cython.longlong = NEVER
        if self.nodes[node].reserve_left > 0:
            rank = (self.nodes[node].period_index + 1) * self.nodes[node].period - self.nodes[node].phase
        if self.nodes[node].size > 0:
            below: cython.longlong = self.nodes[self.children[self.nodes[node].child_base]].rank
            if below < rank:
                rank = below
        return rank

    def _claim(self, leaf, top):
        """The earliest deadline of a reserve on the path from a leaf up to `top`."""
        claim: cython.longlong = NEVER
        node: cython.longlong = leaf
        while True:
            if self.nodes[node].reserve_left > 0:
                due: cython.longlong = (self.nodes[node].period_index + 1) * self.nodes[node].period
                due -= self.nodes[node].phase
                if due < claim:
                    claim = due
            if node == top:
                return claim
            node = self.nodes[node].parent

    def _rerank(self, node):
        while node >= 0:
            rank: cython.longlong = self._rank(node)
            if rank == self.nodes[node].rank:
                return
            self.nodes[node].rank = rank
            parent: cython.longlong = self.nodes[node].parent
            if self.nodes[node].position >= 0:
                index: cython.longlong = self.nodes[node].position
                if self._rise(parent, index, node) == index:
                    self._sink(parent, index, node)
            node = parent

    def _picked(self, pool):
        """The leaf whose turn it is, taken out of the heaps; -1 when nobody waits or may run."""
        node: cython.longlong = self.pools[pool].root
        if node < 0 or self.nodes[node].size == 0 or self.nodes[node].blocked:
            return -1
        while self.nodes[node].context < 0:
            first: cython.longlong = self.children[self.nodes[node].child_base]
            if self.nodes[first].virtual_time > self.nodes[node].least_virtual:
                self.nodes[node].least_virtual = self.nodes[first].virtual_time
            node = first
        self._quit(node)
        self._count_waiting(self.nodes[node].vm, -1)
        return node

    # --- budgets ------------------------------------------------------------------------------------------------

    def _refresh(self, node):
        """Start the node's budget period if a new one has begun, and see that its end will be noticed."""
        period: cython.longlong = self.nodes[node].period
        index: cython.longlong = (self.now + self.nodes[node].phase) // period
        if index != self.nodes[node].period_index:
            self.nodes[node].budget = self.nodes[node].full
            self.nodes[node].reserve_left = self.nodes[node].reserve
            if self.nodes[node].period_index < 0:  # the first period is cut short by the phase
                left: cython.double = cython.cast(
                    cython.double, (index + 1) * period - self.nodes[node].phase - self.now
                ) / cython.cast(cython.double, period)
                self.nodes[node].budget = cython.cast(cython.longlong, left * self.nodes[node].full)
                self.nodes[node].reserve_left = cython.cast(cython.longlong, left * self.nodes[node].reserve)
            self.nodes[node].period_index = index
            self._unblock(node, Barrier.LIMIT_USED_UP)
            if self.nodes[node].reserve > 0:
                self._rerank(node)
        if not self.place[self.node_base + node]:
            self._schedule(self.node_base + node, (index + 1) * period - self.nodes[node].phase)

    def _period_event(self, node):
        if self.nodes[node].active > 0 or self._has_work(node) or self.nodes[node].blocked:
            self._refresh(node)

    def _has_work(self, leaf):
        return LeafState.BLOCKED < self.nodes[leaf].state < LeafState.WITHDRAWN

    def _set_blocked(self, node, bit):
        self.nodes[node].blocked = self.nodes[node].blocked | bit
        self._quit(node)

    def _unblock(self, node, bit):
        if not (self.nodes[node].blocked & bit):
            return
        self.nodes[node].blocked = self.nodes[node].blocked - bit
        if self.nodes[node].blocked == 0 and (self.nodes[node].state == LeafState.WAITING or self.nodes[node].size > 0):
            self._join(node)
        self.unblocked = 1

    def _may_run(self, leaf):
        node: cython.longlong = leaf
        while node >= 0:
            if self.nodes[node].full or self.nodes[node].reserve:
                self._refresh(node)
            if self.nodes[node].blocked:
                return False
            node = self.nodes[node].parent
        return True

    def _slice(self, leaf, start):
        """How long the leaf may run from `start`, bounded by budgets on its path, which are debited."""
        length: cython.longlong = self.nodes[leaf].quantum
        node: cython.longlong = leaf
        while node >= 0:
            if self.nodes[node].full or self.nodes[node].reserve:
                self._refresh(node)
                left: cython.longlong = (self.nodes[node].period_index + 1) * self.nodes[node].period
                left -= self.nodes[node].phase + start
                if left < length:
                    length = left
                if self.nodes[node].full and self.nodes[node].budget < length:
                    length = self.nodes[node].budget
                if 0 < self.nodes[node].reserve_left < length:
                    length = self.nodes[node].reserve_left
            node = self.nodes[node].parent
        if length < 1:
            length = 1
        self._debit(leaf, length)
        return length

    def _debit(self, leaf, length):
        node: cython.longlong = leaf
        while node >= 0:
            if self.nodes[node].full:
                self.nodes[node].budget -= length
                if self.nodes[node].budget <= 0:
                    self._set_blocked(node, Barrier.LIMIT_USED_UP)
            if self.nodes[node].max_running:
                self.nodes[node].running += 1
                if self.nodes[node].running >= self.nodes[node].max_running:
                    self._set_blocked(node, Barrier.ENOUGH_RUNNING)
            node = self.nodes[node].parent

    def _refund(self, leaf, back):
        """The leaf stops: what it did not use of its slice goes back to the budgets on its path."""
        node: cython.longlong = leaf
        while node >= 0:
            if self.nodes[node].full and back > 0:
                index: cython.longlong = (self.now + self.nodes[node].phase) // self.nodes[node].period
                if index == self.nodes[node].period_index:
                    self.nodes[node].budget += back
                    if self.nodes[node].budget > 0:
                        self._unblock(node, Barrier.LIMIT_USED_UP)
            if self.nodes[node].max_running:
                self.nodes[node].running -= 1
                self._unblock(node, Barrier.ENOUGH_RUNNING)
            node = self.nodes[node].parent

    def _charge(self, leaf, ran):
        """Advance virtual times along the path by what the leaf ran."""
        node: cython.longlong = leaf
        parent: cython.longlong = self.nodes[node].parent
        amount: cython.double = cython.cast(cython.double, ran)
        while parent >= 0:
            self.nodes[node].virtual_time += amount * self.nodes[node].inverse_weight
            if self.nodes[node].reserve_left > 0:
                self.nodes[node].reserve_left -= ran
            if self.has_reserves:
                self.nodes[node].rank = self._rank(node)
            if self.nodes[node].position >= 0:
                self._sink(parent, self.nodes[node].position, node)
            least: cython.double = self.nodes[node].virtual_time
            if self.nodes[parent].size > 0:
                first: cython.longlong = self.children[self.nodes[parent].child_base]
                if self.nodes[first].virtual_time < least:
                    least = self.nodes[first].virtual_time
            if least > self.nodes[parent].least_virtual:
                self.nodes[parent].least_virtual = least
            node = parent
            parent = self.nodes[node].parent
        if self.nodes[node].reserve_left > 0:
            self.nodes[node].reserve_left -= ran

    # --- processors ---------------------------------------------------------------------------------------------

    def _idle_processor(self, leaf):
        """Where a waking leaf runs best: its last place, a whole idle core, any idle thread; -1 if all are busy."""
        pool: cython.longlong = self.nodes[leaf].pool
        last: cython.longlong = self.nodes[leaf].last_processor
        idle: cython.bint = last >= 0 and self.processors[last].leaf < 0
        if idle and self.cores[self.processors[last].core].busy == 0:
            return last
        core: cython.longlong = self.pools[pool].idle_core
        if core >= 0:
            return self.cores[core].first
        if idle:
            return last
        return self.pools[pool].idle_thread

    def _list_core(self, core):
        pool: cython.longlong = self.cores[core].pool
        first: cython.longlong = self.pools[pool].idle_core
        self.cores[core].prev = -1
        self.cores[core].next = first
        if first >= 0:
            self.cores[first].prev = core
        self.pools[pool].idle_core = core

    def _unlist_core(self, core):
        before: cython.longlong = self.cores[core].prev
        after: cython.longlong = self.cores[core].next
        if before >= 0:
            self.cores[before].next = after
        else:
            self.pools[self.cores[core].pool].idle_core = after
        if after >= 0:
            self.cores[after].prev = before

    def _list_thread(self, processor):
        pool: cython.longlong = self.processors[processor].pool
        first: cython.longlong = self.pools[pool].idle_thread
        self.processors[processor].prev = -1
        self.processors[processor].next = first
        if first >= 0:
            self.processors[first].prev = processor
        self.pools[pool].idle_thread = processor

    def _unlist_thread(self, processor):
        before: cython.longlong = self.processors[processor].prev
        after: cython.longlong = self.processors[processor].next
        if before >= 0:
            self.processors[before].next = after
        else:
            self.pools[self.processors[processor].pool].idle_thread = after
        if after >= 0:
            self.processors[after].prev = before

    def _leave_idle(self, processor):
        core: cython.longlong = self.processors[processor].core
        self.pools[self.processors[processor].pool].idle_ns += self.now - self.processors[processor].idle_since
        if self.cores[core].busy == 0:
            self._unlist_core(core)
            other: cython.longlong = self.cores[core].first
            while other < self.cores[core].first + self.cores[core].threads:
                if other != processor:
                    self._list_thread(other)
                other += 1
        else:
            self._unlist_thread(processor)
        self.cores[core].busy += 1
        if self.cores[core].threads > 1:
            self._rerate(core, processor)

    def _go_idle(self, processor):
        core: cython.longlong = self.processors[processor].core
        self._cancel(processor)
        self.processors[processor].leaf = -1
        self.processors[processor].idle_since = self.now
        self.cores[core].busy -= 1
        if self.cores[core].busy == 0:
            other: cython.longlong = self.cores[core].first
            while other < self.cores[core].first + self.cores[core].threads:
                if other != processor:
                    self._unlist_thread(other)
                other += 1
            self._list_core(core)
        else:
            self._list_thread(processor)
            self._rerate(core, processor)

    def _rerate(self, core, changed):
        """The number of busy siblings has changed: everybody on the core gets its new speed."""
        rate: cython.double = 1.0
        if self.cores[core].busy > 1:
            rate = self.pools[self.cores[core].pool].smt_yield / cython.cast(cython.double, self.cores[core].busy)
        other: cython.longlong = self.cores[core].first
        while other < self.cores[core].first + self.cores[core].threads:
            if self.processors[other].leaf >= 0 and other != changed:
                self._account(other)
                self.processors[other].rate = rate
                if other != self.current:
                    self._plan_segment(other)
            other += 1
        self.processors[changed].rate = rate

    def _use_idle(self, pool):
        """Leaves that wait although processors are idle (a limit has just been lifted) get them."""
        while self.pools[pool].idle_core >= 0 or self.pools[pool].idle_thread >= 0:
            leaf: cython.longlong = self._picked(pool)
            if leaf < 0:
                return
            processor: cython.longlong = self._idle_processor(leaf)
            self._leave_idle(processor)
            self._dispatch(leaf, processor, 1)

    def _switch_cost(self, leaf, before):
        """Sum over the part of the leaf's path that the one before did not share."""
        cost: cython.longlong = 0
        while leaf != before:
            if self.nodes[leaf].depth >= self.nodes[before].depth:
                cost += self.nodes[leaf].switch_ns
                leaf = self.nodes[leaf].parent
            else:
                before = self.nodes[before].parent
            if leaf < 0 or before < 0:
                break
        return cost

    def _dispatch(self, leaf, processor, idle):
        """The processor turns to the leaf."""
        context: cython.longlong = self.nodes[leaf].context
        before: cython.longlong = self.processors[processor].last
        switch: cython.longlong = 0
        if before != leaf:
            if before >= 0:
                switch = self._switch_cost(leaf, before)
            if self.nodes[leaf].last_processor >= 0:
                switch += self.contexts[context].refill_ns
        elif self.nodes[leaf].last_processor != processor:
            switch = self.contexts[context].refill_ns
        self.processors[processor].switch_left = switch
        self.processors[processor].wake_left = 0
        if self.nodes[leaf].woken:
            self.nodes[leaf].woken = 0
            self.processors[processor].wake_left = self.contexts[context].wake_ns
        self.processors[processor].exit_left = 0
        if idle:
            self.processors[processor].exit_left = self.pools[self.processors[processor].pool].idle_exit
        self.processors[processor].leaf = leaf
        self.processors[processor].last = leaf
        self.nodes[leaf].state = LeafState.RUNNING
        self.nodes[leaf].processor = processor
        self.nodes[leaf].last_processor = processor
        self._start_slice(processor, leaf)

    def _start_slice(self, processor, leaf):
        start: cython.longlong = self.now + self.processors[processor].exit_left
        self.processors[processor].since = self.now
        self.processors[processor].dispatched = start
        if self.nodes[leaf].special:
            self.processors[processor].reserved = self._slice(leaf, start)
            self.processors[processor].deadline = start + self.processors[processor].reserved
        else:
            overhead: cython.longlong = self.processors[processor].switch_left + self.processors[processor].wake_left
            self.processors[processor].deadline = start + overhead + self.nodes[leaf].quantum
        self._plan_segment(processor)

    def _plan_segment(self, processor):
        """Schedule the end of what the processor does next: work done, guest's quantum over, or slice over."""
        leaf: cython.longlong = self.processors[processor].leaf
        token: cython.longlong = self.nodes[leaf].token
        self.processors[processor].vm = self.kinds[self.tokens[token].kind].vm
        work: cython.longlong = self.works[token].remaining
        quantum: cython.longlong = self.contexts[self.nodes[leaf].context].quantum
        if quantum and quantum - self.works[token].used < work:
            work = quantum - self.works[token].used
        goal: cython.longlong = work + self.processors[processor].switch_left + self.processors[processor].wake_left
        self.processors[processor].goal = goal
        if self.processors[processor].rate != 1.0:
            goal = cython.cast(cython.longlong, cython.cast(cython.double, goal) / self.processors[processor].rate) + 1
        time: cython.longlong = self.now + self.processors[processor].exit_left + goal
        self.processors[processor].done_at = time
        if time > self.processors[processor].deadline:
            time = self.processors[processor].deadline
        self._schedule(processor, time)

    def _account(self, processor):
        """Book the processor's time since the last booking: idle exit, switch, wake-up, then the request's work."""
        passed: cython.longlong = self.now - self.processors[processor].since
        if passed <= 0:
            return
        self.processors[processor].since = self.now
        pool: cython.longlong = self.processors[processor].pool
        part: cython.longlong = self.processors[processor].exit_left
        if part:
            if part > passed:
                part = passed
            self.processors[processor].exit_left -= part
            self.pools[pool].idle_ns += part
            passed -= part
            if passed == 0:
                return
        self.pools[pool].busy_ns += passed
        leaf: cython.longlong = self.processors[processor].leaf
        self.contexts[self.nodes[leaf].context].busy_ns += passed
        rate: cython.double = self.processors[processor].rate
        done: cython.longlong = passed
        if self.now >= self.processors[processor].done_at:
            done = self.processors[processor].goal
        elif rate != 1.0:
            done = cython.cast(cython.longlong, cython.cast(cython.double, passed) * rate)
            if done > self.processors[processor].goal:
                done = self.processors[processor].goal
        self.processors[processor].goal -= done
        row: cython.longlong = self.processors[processor].vm * LAYER_COUNT
        part = self.processors[processor].switch_left
        if part:
            if part > done:
                part = done
            self.processors[processor].switch_left -= part
            done -= part
            spent: cython.longlong = self._wall(part, rate, passed, done)
            self.layers[row + Layer.SWITCH] += spent
            passed -= spent
            if passed == 0 and done == 0:
                return
        part = self.processors[processor].wake_left
        if part:
            if part > done:
                part = done
            self.processors[processor].wake_left -= part
            done -= part
            spent = self._wall(part, rate, passed, done)
            self.layers[row + self.contexts[self.nodes[leaf].context].wake_layer] += spent
            passed -= spent
            if passed == 0 and done == 0:
                return
        token: cython.longlong = self.nodes[leaf].token
        self.works[token].remaining -= done
        self.works[token].used += done
        self.layers[row + self.steps[self.tokens[token].step].layer] += passed

    def _wall(self, part, rate, passed, rest):
        """The processor time that a part of the work took; all that is left when nothing follows it."""
        if rest == 0:
            return passed
        if rate == 1.0:
            return part
        spent: cython.longlong = cython.cast(cython.longlong, cython.cast(cython.double, part) / rate)
        return spent if spent < passed else passed

    def _processor_event(self, processor):
        leaf: cython.longlong = self.processors[processor].leaf
        token: cython.longlong = self.nodes[leaf].token
        context: cython.longlong = self.nodes[leaf].context
        self._account(processor)
        if self.works[token].remaining <= 0:
            self.current = processor
            self.tokens[token].step += 1
            if not self._proceed(token, context):
                token = self._next_in(context)
                if token < 0:
                    self._leave(processor, leaf)
                    self.current = -1
                    return
                self._assign(token, leaf)
            self.current = -1
        elif self.contexts[context].quantum and self.works[token].used >= self.contexts[context].quantum:
            if self.contexts[context].head >= 0:
                self._queue_in(token, context)
                self._assign(self._next_in(context), leaf)
            self.works[self.nodes[leaf].token].used = 0
        if self.now >= self.processors[processor].deadline:
            self._end_slice(processor, leaf)
        else:
            self._plan_segment(processor)

    def _stop(self, processor, leaf):
        """Charge what the leaf ran since it was dispatched or its slice was renewed."""
        ran: cython.longlong = self.now - self.processors[processor].dispatched
        if ran < 0:
            ran = 0
        self._charge(leaf, ran)
        if self.nodes[leaf].special:
            self._refund(leaf, self.processors[processor].reserved - ran)

    def _leave(self, processor, leaf):
        """The leaf blocks; the processor turns to the next one or falls idle."""
        self._stop(processor, leaf)
        self._block(leaf)
        self._turn(processor)

    def _turn(self, processor):
        following: cython.longlong = self._picked(self.processors[processor].pool)
        if following >= 0:
            self._dispatch(following, processor, 0)
        else:
            self._go_idle(processor)

    def _end_slice(self, processor, leaf):
        """The slice is over: the leaf competes again, or simply goes on when nobody else wants the processor."""
        self._stop(processor, leaf)
        root: cython.longlong = self.pools[self.processors[processor].pool].root
        if self.nodes[root].size == 0 and not self.nodes[leaf].special:
            self._go_on(processor, leaf)
            return
        self._wait(leaf)
        following: cython.longlong = self._picked(self.processors[processor].pool)
        if following == leaf:
            self.nodes[leaf].state = LeafState.RUNNING
            self._go_on(processor, leaf)
        elif following >= 0:
            self._dispatch(following, processor, 0)
        else:
            self._go_idle(processor)

    def _go_on(self, processor, leaf):
        """The leaf has another slice, on a whole idle core where it shared its own: schedulers balance at their tick.

        Without this, leaves that never block would keep sharing cores for ever while others lie idle.
        """
        idle: cython.longlong = self.pools[self.processors[processor].pool].idle_core
        if idle < 0 or self.cores[self.processors[processor].core].busy < 2:
            self._start_slice(processor, leaf)
            return
        target: cython.longlong = self.cores[idle].first
        self._go_idle(processor)
        self._leave_idle(target)
        self._dispatch(leaf, target, 1)

    def _last_place(self, leaf):
        """The processor that the leaf last ran on."""
        processor: cython.longlong = self.nodes[leaf].last_processor
        if processor < 0:
            pool: cython.longlong = self.nodes[leaf].pool
            processor = self.pools[pool].first + leaf % self.pools[pool].processors
        return processor

    def _takes_place(self, leaf):
        """Where only a bound on running leaves stops the waking leaf: let it push aside one that the bound counts."""
        node: cython.longlong = leaf
        bound: cython.longlong = -1
        while node >= 0:
            if self.nodes[node].blocked & Barrier.LIMIT_USED_UP:
                return False
            if self.nodes[node].blocked and bound < 0:
                bound = node
            node = self.nodes[node].parent
        if bound < 0:
            return False
        pool: cython.longlong = self.nodes[leaf].pool
        processor: cython.longlong = self.pools[pool].first
        last: cython.longlong = processor + self.pools[pool].processors
        while processor < last:
            node = self.processors[processor].leaf
            while node >= 0 and self.nodes[node].depth > self.nodes[bound].depth:
                node = self.nodes[node].parent
            if node == bound and self._pushes_aside(leaf, processor):
                return True
            processor += 1
        return False

    def _pushes_aside(self, leaf, processor):
        """Let the waking leaf take a busy processor, if it has more right to it; whether it did."""
        if processor == self.current:
            return False
        runner: cython.longlong = self.processors[processor].leaf
        one: cython.longlong = leaf
        other: cython.longlong = runner
        while self.nodes[one].depth > self.nodes[other].depth:
            one = self.nodes[one].parent
        while self.nodes[other].depth > self.nodes[one].depth:
            other = self.nodes[other].parent
        while self.nodes[one].parent != self.nodes[other].parent:
            one = self.nodes[one].parent
            other = self.nodes[other].parent
        one_claim: cython.longlong = NEVER
        other_claim: cython.longlong = NEVER
        if self.has_reserves:
            one_claim = self._claim(leaf, one)
            other_claim = self._claim(runner, other)
        ran: cython.longlong = self.now - self.processors[processor].dispatched
        if ran < 0:
            ran = 0
        reached: cython.double = self.nodes[other].virtual_time
        reached += cython.cast(cython.double, ran) * self.nodes[other].inverse_weight
        if one_claim == other_claim:
            if not self.nodes[leaf].preempts or reached <= self.nodes[one].virtual_time:
                return False
        elif one_claim > other_claim:
            return False
        self._account(processor)
        self._stop(processor, runner)
        self._wait(runner)
        if self.nodes[leaf].special and not self._may_run(leaf):
            self._wait(leaf)
            self._turn(processor)
        else:
            self._dispatch(leaf, processor, 0)
        return True

    # --- between slices: called from Python, never while `advance` runs -------------------------------------------

    def flush(self) -> None:
        """Bring every measure up to now, fold the recent latencies into the whole and give their 95th percentile."""
        with cython.nogil:
            self._flush()

    def _flush(self):
        self._count_finishes()
        index: cython.longlong = 0
        while index < self.processor_count:
            if self.processors[index].leaf >= 0:
                self._account(index)
            else:
                self.pools[self.processors[index].pool].idle_ns += self.now - self.processors[index].idle_since
                self.processors[index].idle_since = self.now
            index += 1
        index = 0
        while index < self.station_count:
            self._touch(index)
            index += 1
        index = 0
        while index < self.vm_count:
            self._populate(index, 0)
            self._count_waiting(index, 0)
            self._fold_latencies(index)
            index += 1

    def _fold_latencies(self, vm):
        low: cython.longlong = self.vms[vm].low
        high: cython.longlong = self.vms[vm].high
        base: cython.longlong = vm * BUCKETS
        total: cython.longlong = 0
        index: cython.longlong = low
        while index <= high:
            total += self.recent[base + index]
            index += 1
        passed: cython.longlong = 0
        found: cython.longlong = 0
        index = low
        while index <= high:
            number: cython.longlong = self.recent[base + index]
            if number:
                if passed * 20 < total * 19 and (passed + number) * 20 >= total * 19:
                    found = index
                passed += number
                self.histogram[base + index] += number
                self.recent[base + index] = 0
            index += 1
        self.vms[vm].p95_bucket = found
        self.vms[vm].low = BUCKETS
        self.vms[vm].high = -1

    def start_vm(self, vm: cython.longlong) -> None:
        """Switch the VM on: its clients begin to think, its sources to send."""
        kind: cython.longlong
        for kind in range(self.kind_count):
            if self.kinds[kind].vm == vm and not self.kinds[kind].active:
                self.kinds[kind].active = 1
                self._start_kind(kind)

    def _start_kind(self, kind):
        if self.kinds[kind].arrivals == Arrivals.CLOSED:
            self.set_clients(kind, self.kinds[kind].clients)
        elif self.kinds[kind].arrivals == Arrivals.OPEN:
            self._plan_arrival(kind, 0)
        elif self.kinds[kind].arrivals == Arrivals.TRACE:
            self.traces[kind].next = 0
            self.traces[kind].base = self.now if self.now > self.traces[kind].start else self.traces[kind].start
            self._plan_arrival(kind, 0)

    def set_clients(self, kind: cython.longlong, clients: cython.longlong) -> None:
        """A closed kind has that many clients from now on; surplus ones leave after their present request."""
        self.kinds[kind].clients = clients
        while self.kinds[kind].active and self.kinds[kind].live < clients:
            if self.spare < self.low_water:
                self.grow()
            self._add_client(kind)

    def _add_client(self, kind):
        token: cython.longlong = self.free_token
        self.free_token = self.tokens[token].next
        self.spare -= 1
        number: cython.longlong = self.kinds[kind].live
        self.kinds[kind].live += 1
        self.tokens[token].kind = kind
        self.tokens[token].key = next_key(self.kinds[kind].key, number + 1)
        self.tokens[token].state = TokenState.THINKING
        time: cython.longlong = self.now if self.now > self.traces[kind].start else self.traces[kind].start
        self._schedule_token(token, time + self._drawn(self.kinds[kind].draw, self.tokens[token].key))

    def redraw_arrival(self, kind: cython.longlong) -> None:
        """After a change of rate: forget the planned arrival of an open kind and plan another from now."""
        if self.kinds[kind].arrivals == Arrivals.OPEN and self.kinds[kind].active:
            self.kinds[kind].counter += 1
            self._plan_arrival(kind, 0)

    def set_node(self, node: cython.longlong, values: dict) -> None:
        """Change weight, limit and reserve of a node: `inverse_weight`, `full` and `reserve` in ns per period."""
        self.nodes[node].inverse_weight = values["inverse_weight"]
        self._level(node)
        if self.nodes[node].full != values["full"] or self.nodes[node].reserve != values["reserve"]:
            self.nodes[node].full = values["full"]
            self.nodes[node].reserve = values["reserve"]
            self.nodes[node].period_index = -1
            self.nodes[node].reserve_left = 0
            if values["reserve"] > 0:
                self.has_reserves = 1
            if values["special"]:
                self._make_special(node)
            self._refresh(node)
        if self.has_reserves:
            self._rerank_all()
        self._settle_instant()

    def _level(self, node):
        """Let a node and its siblings begin level: what one got more of under other controls is not made up for."""
        parent: cython.longlong = self.nodes[node].parent
        other: cython.longlong
        if parent < 0:
            return
        for other in range(len(self.memory.nodes)):
            if self.nodes[other].parent == parent:
                self.nodes[other].virtual_time = self.nodes[parent].least_virtual
        index: cython.longlong = self.nodes[parent].size // 2 - 1
        while index >= 0:
            self._sink(parent, index, self.children[self.nodes[parent].child_base + index])
            index -= 1

    def _make_special(self, node):
        """From now on budgets count on every path through the node; what runs below it starts a new slice."""
        leaf: cython.longlong
        up: cython.longlong
        for leaf in range(len(self.memory.nodes)):
            up = leaf
            while up >= 0 and up != node:
                up = self.nodes[up].parent
            if up != node or self.nodes[leaf].context < 0:
                continue
            running: cython.bint = self.nodes[leaf].state == LeafState.RUNNING
            if running:
                self._account(self.nodes[leaf].processor)
                self._stop(self.nodes[leaf].processor, leaf)
            self.nodes[leaf].special = 1
            if running:
                self._start_slice(self.nodes[leaf].processor, leaf)

    def _rerank_all(self):
        node: cython.longlong = len(self.memory.nodes) - 1
        while node >= 0:
            self._rerank(node)
            node -= 1

    def freeze_vm(self, vm: cython.longlong) -> None:
        """Pause: nothing of the VM runs, its work waits where it is, devices finish what they have begun."""
        context: cython.longlong
        leaf: cython.longlong
        for context in range(self.context_count):
            if self.contexts[context].vm == vm and not self.contexts[context].frozen:
                self.contexts[context].frozen = 1
                for leaf in range(len(self.memory.nodes)):
                    if self.nodes[leaf].context == context and self._has_work(leaf):
                        self._queue_first(self.nodes[leaf].token, context)
                        self._detach(leaf)
        self._settle_instant()

    def thaw_vm(self, vm: cython.longlong) -> None:
        """Resume after `freeze_vm`."""
        context: cython.longlong
        for context in range(self.context_count):
            if self.contexts[context].vm == vm and self.contexts[context].frozen:
                self.contexts[context].frozen = 0
                self._feed(context)
        self._settle_instant()

    def _queue_first(self, token, context):
        """What was being worked on comes first again."""
        self.tokens[token].state = TokenState.IN_CONTEXT
        self.tokens[token].next = self.contexts[context].head
        if self.contexts[context].head < 0:
            self.contexts[context].tail = token
        self.contexts[context].head = token

    def _feed(self, context):
        """Blocked leaves take what waits in the context."""
        leaf: cython.longlong
        while self.contexts[context].head >= 0 and self.contexts[context].idle_leaf >= 0:
            leaf = self.contexts[context].idle_leaf
            self.contexts[context].idle_leaf = self.nodes[leaf].next_idle
            self._assign(self._next_in(context), leaf)
            self._wake(leaf)

    def _detach(self, leaf):
        """The leaf blocks at once, whatever it was doing."""
        processor: cython.longlong = self.nodes[leaf].processor
        if self.nodes[leaf].state == LeafState.RUNNING:
            self._account(processor)
            self._stop(processor, leaf)
            self._block(leaf)
            self._turn(processor)
        else:
            self._count_waiting(self.nodes[leaf].vm, -1)
            self.nodes[leaf].state = LeafState.BLOCKED
            self._quit(leaf)
            self._block(leaf)

    def set_leaves(self, context: cython.longlong, number: cython.longlong) -> None:
        """Let only the first `number` leaves of the context work from now on (hot add and remove of processors)."""
        order: cython.longlong = 0
        leaf: cython.longlong
        for leaf in range(len(self.memory.nodes)):
            if self.nodes[leaf].context != context:
                continue
            if order < number and self.nodes[leaf].state == LeafState.WITHDRAWN:
                self.nodes[leaf].state = LeafState.BLOCKED
                self.nodes[leaf].next_idle = self.contexts[context].idle_leaf
                self.contexts[context].idle_leaf = leaf
            elif order >= number and self.nodes[leaf].state != LeafState.WITHDRAWN:
                if self.nodes[leaf].state != LeafState.BLOCKED:
                    self._queue_first(self.nodes[leaf].token, context)
                    self._detach(leaf)
                self._unlist_leaf(leaf, context)
                self.nodes[leaf].state = LeafState.WITHDRAWN
            order += 1
        if not self.contexts[context].frozen:
            self._feed(context)
        self._settle_instant()

    def _unlist_leaf(self, leaf, context):
        at: cython.longlong = self.contexts[context].idle_leaf
        if at == leaf:
            self.contexts[context].idle_leaf = self.nodes[leaf].next_idle
            return
        while self.nodes[at].next_idle != leaf:
            at = self.nodes[at].next_idle
        self.nodes[at].next_idle = self.nodes[leaf].next_idle

    def hold_arrivals(self, vm: cython.longlong) -> None:
        """Open sources of the VM send nothing until `release_arrivals`."""
        kind: cython.longlong
        for kind in range(self.kind_count):
            if self.kinds[kind].vm == vm:
                self._cancel(self.processor_count + kind)

    def release_arrivals(self, vm: cython.longlong) -> None:
        """Open sources send again, traces what is due from now on."""
        kind: cython.longlong
        for kind in range(self.kind_count):
            if self.kinds[kind].vm == vm and self.kinds[kind].active and self._sends(kind):
                if self.kinds[kind].arrivals == Arrivals.TRACE:
                    self._pass_over(kind)
                self._plan_arrival(kind, 0)

    def _sends(self, kind):
        """Whether requests of the kind come by themselves, whatever became of earlier ones."""
        return self.kinds[kind].arrivals == Arrivals.OPEN or self.kinds[kind].arrivals == Arrivals.TRACE

    def _pass_over(self, kind):
        """Move a trace on to its first entry that is not past."""
        passed: cython.longlong = self.now - self.traces[kind].base
        if passed >= self.traces[kind].period:
            self.traces[kind].base += passed // self.traces[kind].period * self.traces[kind].period
            self.traces[kind].next = 0
        first: cython.longlong = self.traces[kind].first
        while self.traces[kind].base + self.trace_time[first + self.traces[kind].next] < self.now:
            self.traces[kind].next += 1
            if self.traces[kind].next >= self.traces[kind].count:
                self.traces[kind].next = 0
                self.traces[kind].base += self.traces[kind].period

    def stop_vm(self, vm: cython.longlong) -> None:
        """Switch the VM off, or let it crash: its requests are lost, their places in queues and devices are freed."""
        kind: cython.longlong
        token: cython.longlong
        for kind in range(self.kind_count):
            if self.kinds[kind].vm == vm:
                self.kinds[kind].active = 0
                self._cancel(self.processor_count + kind)
        for token in range(self.token_count):
            if self.tokens[token].state != TokenState.UNUSED and self.kinds[self.tokens[token].kind].vm == vm:
                self._lose(token)
        self._settle_instant()

    def _lose(self, token):
        kind: cython.longlong = self.tokens[token].kind
        vm: cython.longlong = self.kinds[kind].vm
        state: cython.longlong = self.tokens[token].state
        target: cython.longlong = self.steps[self.tokens[token].step].target
        if state <= TokenState.IN_SERVICE:
            self._cancel_token(token)
        if state != TokenState.THINKING:
            self.vms[vm].lost += 1
            self.vms[vm].stay_sum += cython.cast(cython.double, self.now - self.tokens[token].start)
            if self.checked:
                self._populate(vm, -1)
            self._give_back(token)
        if state == TokenState.AT_STATION:
            self._touch(target)
            self._unqueue_station(token, target)
        elif state == TokenState.IN_CONTEXT:
            self._unqueue_context(token, target)
        elif state == TokenState.ON_LEAF:
            self._take_from_leaf(token)
        elif state == TokenState.IN_SERVICE:
            self._release(target)
        elif state == TokenState.READY:
            self._unready(token)
        if self.kinds[kind].arrivals == Arrivals.CLOSED:
            self.kinds[kind].live -= 1
        self._free(token)

    def _give_back(self, token):
        """Free the servers that the request has seized so far; optional parts of a route seize and free in pairs."""
        step: cython.longlong = self.kinds[self.tokens[token].kind].first_step
        held = []
        while step < self.tokens[token].step:
            if self.steps[step].op == Op.SKIP and step + self.steps[step].target < self.tokens[token].step:
                step += self.steps[step].target
            elif self.steps[step].op == Op.SEIZE:
                held.append(self.steps[step].target)
            elif self.steps[step].op == Op.FREE:
                held.remove(self.steps[step].target)
            step += 1
        for station in held:
            self._release(station)

    def _take_from_leaf(self, token):
        leaf: cython.longlong = self.works[token].node
        context: cython.longlong = self.nodes[leaf].context
        self._detach(leaf)
        if not self.contexts[context].frozen:
            self._feed(context)

    def _unqueue_station(self, token, station):
        before: cython.longlong = -1
        at: cython.longlong = self.stations[station].head
        while at != token:
            before = at
            at = self.tokens[at].next
        if before < 0:
            self.stations[station].head = self.tokens[token].next
        else:
            self.tokens[before].next = self.tokens[token].next
        if self.stations[station].tail == token:
            self.stations[station].tail = before
        self.stations[station].queued -= 1

    def _unqueue_context(self, token, context):
        before: cython.longlong = -1
        at: cython.longlong = self.contexts[context].head
        while at != token:
            before = at
            at = self.tokens[at].next
        if before < 0:
            self.contexts[context].head = self.tokens[token].next
        else:
            self.tokens[before].next = self.tokens[token].next
        if self.contexts[context].tail == token:
            self.contexts[context].tail = before

    def _unready(self, token):
        before: cython.longlong = -1
        at: cython.longlong = self.ready_head
        while at != token:
            before = at
            at = self.tokens[at].next
        if before < 0:
            self.ready_head = self.tokens[token].next
        else:
            self.tokens[before].next = self.tokens[token].next
        if self.ready_tail == token:
            self.ready_tail = before

    def clock(self) -> tuple:
        """(now in ns, events so far, digest of the trace of events)."""
        return self.now, self.count, self.digest
