"""What the compiler knows beside `kernel.py`: the constants, the records, the fields and the signatures of the kernel.

The interpreted kernel does not read this file. It takes the same names from `codes.py`, the same records from
`records.py`; tests hold that they agree (`test_kernel_codes.py`, `test_kernel_memory.py`).
"""

cimport cython

# --- constants: codes.py -----------------------------------------------------------------------------------------

# Too large for a C enum.
cdef extern from *:
    """
    #define HVSTUDIO_NEVER 0x3FFFFFFFFFFFFFFFLL
    #define HVSTUDIO_GOLDEN 0x9E3779B97F4A7C15ULL
    #define HVSTUDIO_FIRST_MIX 0xBF58476D1CE4E5B9ULL
    #define HVSTUDIO_SECOND_MIX 0x94D049BB133111EBULL
    #define HVSTUDIO_MASK 0xFFFFFFFFFFFFFFFFULL
    #define HVSTUDIO_LONGEST_LATENCY 0xFFFFFFFFFFFLL
    """
    const long long NEVER "HVSTUDIO_NEVER"
    const unsigned long long GOLDEN "HVSTUDIO_GOLDEN"
    const unsigned long long FIRST_MIX "HVSTUDIO_FIRST_MIX"
    const unsigned long long SECOND_MIX "HVSTUDIO_SECOND_MIX"
    const unsigned long long MASK "HVSTUDIO_MASK"
    const long long LONGEST_LATENCY "HVSTUDIO_LONGEST_LATENCY"

cdef enum:
    HEAP_ROOT = 3
    STRIPS = 256
    LAYER_COUNT = 6
    EXACT_BITS = 7
    EXACT_BUCKETS = 128
    DOUBLING_BITS = 6
    BUCKETS_PER_DOUBLING = 64
    LATENCY_BITS = 44
    BUCKETS = 2496

cdef enum Op:
    END = 0
    CPU = 1
    STATION = 2
    DELAY = 3
    SKIP = 4
    SEIZE = 5
    FREE = 6
    SPAWN = 7

cdef enum Layer:
    GUEST_USER = 0
    GUEST_KERNEL = 1
    VMM = 2
    HOST = 3
    BACKGROUND = 4
    SWITCH = 5

cdef enum Arrivals:
    CLOSED = 0
    OPEN = 1
    TRACE = 2
    NONE = 3

cdef enum Family:
    DETERMINISTIC = 0
    EXPONENTIAL = 1
    SHIFTED_EXPONENTIAL = 2
    HYPEREXPONENTIAL = 3
    ERLANG_MIXTURE = 4

cdef enum TokenState:
    UNUSED = 0
    THINKING = 1
    DELAYED = 2
    IN_SERVICE = 3
    AT_STATION = 4
    IN_CONTEXT = 5
    ON_LEAF = 6
    READY = 7

cdef enum LeafState:
    BLOCKED = 0
    WAITING = 1
    RUNNING = 2
    WITHDRAWN = 3

cdef enum Barrier:
    LIMIT_USED_UP = 1
    ENOUGH_RUNNING = 2

cdef enum Halt:
    TIME_REACHED = 0
    NOTHING_LEFT = 1
    TOKENS_NEEDED = 2
    TIME_STANDS_STILL = 3
    EVENTS_DONE = 4

# --- records: records.py -----------------------------------------------------------------------------------------

# Fields that are used together share a cache line of 64 bytes; hence the order, the small integers and the padding.
cdef struct Processor:
    int leaf, last, core, pool, vm, next, prev, padding
    long long since, done_at, deadline, goal, exit_left, switch_left, wake_left
    long long dispatched, reserved, idle_since
    double rate

cdef struct Core:
    long long busy, first, threads, pool, next, prev

cdef struct Pool:
    long long first, processors, root, idle_core, idle_thread, idle_exit, idle_ns, busy_ns
    double smt_yield

cdef struct Node:
    double virtual_time, inverse_weight, least_virtual
    long long quantum
    int parent, depth, pool, context, vm, child_base, size, position
    int active, state, blocked, token, last_processor
    int processor, next_idle, special, preempts, woken, running, max_running
    long long switch_ns, bonus, rank, period, phase, period_index, full, budget, reserve, reserve_left

cdef struct Context:
    long long vm, head, tail, idle_leaf, frozen, quantum, refill_ns, wake_ns, wake_layer, busy_ns

cdef struct Station:
    long long servers, busy, head, tail, queued, peer, peer_switch, last, busy_ns, served
    double queue_area

cdef struct StepRecord:
    long long salt
    double a, b, p, exits
    int op, target, layer, peer, family, stages

cdef struct RequestKind:
    int vm, first_step, arrivals, clients, live, draw, counts, active
    double bytes
    long long key, counter, started

cdef struct Trace:
    long long start, first, count, next, base, period

cdef struct Vm:
    long long population_last, finished, completions
    double population_area, stay_sum, latency_sum, bytes, exits, ready_area
    long long p95_bucket, ready_last, rejected, padding
    int population, waiting, octave, low, high, lost

cdef struct Token:
    long long start, key
    int kind, step, next, state

cdef struct TokenWork:
    long long remaining, used, node, padding

cdef struct PlannedEvent:
    long long time, slot

cdef struct Finish:
    long long kind, latency


# --- the kernel --------------------------------------------------------------------------------------------------

@cython.final
cdef class Kernel:
    cdef object memory

    # The arrays of `memory`.
    cdef Processor *processors
    cdef Core *cores
    cdef Pool *pools
    cdef Node *nodes
    cdef Context *contexts
    cdef Station *stations
    cdef StepRecord *steps
    cdef Trace *traces
    cdef double *edges
    cdef double *heights
    cdef Finish *finishes
    cdef RequestKind *kinds
    cdef Vm *vms
    cdef Token *tokens
    cdef TokenWork *works
    cdef PlannedEvent *events
    cdef int *place
    cdef int *children
    cdef long long *layers
    cdef long long *histogram
    cdef int *recent
    cdef long long *trace_time
    cdef long long *trace_requests

    # The clock, how many events there were, and a hash of them all.
    cdef long long now, count, traced
    cdef unsigned long long digest

    # The event list: where it ends, whether its root is free to be replaced, how many events came at this instant.
    cdef long long end, hole, same, same_limit

    # How many rows the arrays have; where the slots of nodes and of tokens begin.
    cdef long long processor_count, pool_count, context_count, station_count, kind_count, vm_count
    cdef long long node_base, token_base

    # Tokens: all, as many as there may be, those that are free, when more are asked for, and who is ready now.
    cdef long long token_count, token_limit, free_token, spare, low_water, ready_head, ready_tail

    # Finished requests that are not counted yet.
    cdef long long finished, finish_room

    # The processor whose event is under way; whether a limit was lifted; what need not be done in every run.
    cdef long long current, unblocked, has_reserves, checked

    # --- memory -------------------------------------------------------------------------------------------------
    cdef _bind(self)
    cdef _bind_growing(self)
    cdef _free_new_tokens(self)

    # --- the event list -----------------------------------------------------------------------------------------
    cdef long long _advance(self, long long until, long long last_event) noexcept nogil
    cdef inline void _settle_instant(self) noexcept nogil
    cdef inline bint _later(self, long long one, long long other) noexcept nogil
    cdef void _sift_down(self, long long index, long long time, long long slot) noexcept nogil
    cdef void _sift_up(self, long long index, long long time, long long slot) noexcept nogil
    cdef inline void _schedule(self, long long slot, long long time) noexcept nogil
    cdef inline void _schedule_token(self, long long token, long long time) noexcept nogil
    cdef void _cancel(self, long long slot) noexcept nogil
    cdef void _cancel_token(self, long long token) noexcept nogil
    cdef void _remove(self, long long index) noexcept nogil

    # --- random numbers -----------------------------------------------------------------------------------------
    cdef long long _drawn(self, long long draw, long long key) noexcept nogil
    cdef double _from_family(self, long long draw, unsigned long long point) noexcept nogil
    cdef inline double _exponential(self, unsigned long long point) noexcept nogil
    cdef double _exponential_edge(self, unsigned long long point, long long strip, double x) noexcept nogil

    # --- requests -----------------------------------------------------------------------------------------------
    cdef void _token_event(self, long long token) noexcept nogil
    cdef inline void _begin(self, long long token) noexcept nogil
    cdef inline void _enter(self, long long token, long long kind) noexcept nogil
    cdef inline void _populate(self, long long vm, long long change) noexcept nogil
    cdef long long _new_token(self, long long kind, long long key) noexcept nogil
    cdef inline void _make_ready(self, long long token) noexcept nogil
    cdef inline void _free(self, long long token) noexcept nogil
    cdef void _retire(self, long long token) noexcept nogil
    cdef void _arrival_event(self, long long kind) noexcept nogil
    cdef void _plan_arrival(self, long long kind, long long on) noexcept nogil
    cdef long long _proceed(self, long long token, long long here) noexcept nogil
    cdef bint _happens(self, long long step, long long token) noexcept nogil
    cdef long long _complete(self, long long token) noexcept nogil
    cdef void _count_finishes(self) noexcept nogil
    cdef inline void _count_latency(self, long long vm, long long latency) noexcept nogil

    # --- stations -----------------------------------------------------------------------------------------------
    cdef inline void _touch(self, long long station) noexcept nogil
    cdef inline void _serve(self, long long token, long long station) noexcept nogil
    cdef inline void _queue_at(self, long long token, long long station) noexcept nogil
    cdef void _release(self, long long station) noexcept nogil

    # --- contexts and leaves ------------------------------------------------------------------------------------
    cdef void _enter_context(self, long long token, long long context) noexcept nogil
    cdef inline void _queue_in(self, long long token, long long context) noexcept nogil
    cdef inline long long _next_in(self, long long context) noexcept nogil
    cdef inline void _assign(self, long long token, long long leaf) noexcept nogil
    cdef void _wake(self, long long leaf) noexcept nogil
    cdef void _wait(self, long long leaf) noexcept nogil
    cdef inline void _count_waiting(self, long long vm, long long change) noexcept nogil
    cdef void _block(self, long long leaf) noexcept nogil

    # --- the heaps of the tree ----------------------------------------------------------------------------------
    cdef inline bint _before(self, long long one, long long other) noexcept nogil
    cdef long long _rise(self, long long parent, long long index, long long node) noexcept nogil
    cdef void _sink(self, long long parent, long long index, long long node) noexcept nogil
    cdef void _join(self, long long node) noexcept nogil
    cdef void _quit(self, long long node) noexcept nogil
    cdef long long _rank(self, long long node) noexcept nogil
    cdef long long _claim(self, long long leaf, long long top) noexcept nogil
    cdef void _rerank(self, long long node) noexcept nogil
    cdef long long _picked(self, long long pool) noexcept nogil

    # --- budgets ------------------------------------------------------------------------------------------------
    cdef void _refresh(self, long long node) noexcept nogil
    cdef void _period_event(self, long long node) noexcept nogil
    cdef inline bint _has_work(self, long long leaf) noexcept nogil
    cdef void _set_blocked(self, long long node, long long bit) noexcept nogil
    cdef void _unblock(self, long long node, long long bit) noexcept nogil
    cdef bint _may_run(self, long long leaf) noexcept nogil
    cdef long long _slice(self, long long leaf, long long start) noexcept nogil
    cdef void _debit(self, long long leaf, long long length) noexcept nogil
    cdef void _refund(self, long long leaf, long long back) noexcept nogil
    cdef void _charge(self, long long leaf, long long ran) noexcept nogil

    # --- processors ---------------------------------------------------------------------------------------------
    cdef long long _idle_processor(self, long long leaf) noexcept nogil
    cdef void _list_core(self, long long core) noexcept nogil
    cdef void _unlist_core(self, long long core) noexcept nogil
    cdef void _list_thread(self, long long processor) noexcept nogil
    cdef void _unlist_thread(self, long long processor) noexcept nogil
    cdef void _leave_idle(self, long long processor) noexcept nogil
    cdef void _go_idle(self, long long processor) noexcept nogil
    cdef void _rerate(self, long long core, long long changed) noexcept nogil
    cdef void _use_idle(self, long long pool) noexcept nogil
    cdef inline long long _switch_cost(self, long long leaf, long long before) noexcept nogil
    cdef void _dispatch(self, long long leaf, long long processor, long long idle) noexcept nogil
    cdef void _start_slice(self, long long processor, long long leaf) noexcept nogil
    cdef void _plan_segment(self, long long processor) noexcept nogil
    cdef void _account(self, long long processor) noexcept nogil
    cdef inline long long _wall(self, long long part, double rate, long long passed, long long rest) noexcept nogil
    cdef void _processor_event(self, long long processor) noexcept nogil
    cdef inline void _stop(self, long long processor, long long leaf) noexcept nogil
    cdef void _leave(self, long long processor, long long leaf) noexcept nogil
    cdef void _turn(self, long long processor) noexcept nogil
    cdef void _end_slice(self, long long processor, long long leaf) noexcept nogil
    cdef void _go_on(self, long long processor, long long leaf) noexcept nogil
    cdef long long _last_place(self, long long leaf) noexcept nogil
    cdef bint _takes_place(self, long long leaf) noexcept nogil
    cdef bint _pushes_aside(self, long long leaf, long long processor) noexcept nogil

    # --- between slices: called from Python, never while `advance` runs -------------------------------------------
    cdef void _flush(self) noexcept nogil
    cdef void _fold_latencies(self, long long vm) noexcept nogil
    cdef _start_kind(self, long long kind)
    cdef _add_client(self, long long kind)
    cdef _make_special(self, long long node)
    cdef _level(self, long long node)
    cdef _rerank_all(self)
    cdef _queue_first(self, long long token, long long context)
    cdef _feed(self, long long context)
    cdef _detach(self, long long leaf)
    cdef _unlist_leaf(self, long long leaf, long long context)
    cdef bint _sends(self, long long kind) noexcept nogil
    cdef _pass_over(self, long long kind)
    cdef _lose(self, long long token)
    cdef _give_back(self, long long token)
    cdef _take_from_leaf(self, long long token)
    cdef _unqueue_station(self, long long token, long long station)
    cdef _unqueue_context(self, long long token, long long context)
    cdef _unready(self, long long token)
