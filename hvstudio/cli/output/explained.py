"""What `hvstudio COMMAND --help` tells beyond the options: how the command answers, and examples to copy."""

from __future__ import annotations

from typing import Final

EXPLAINED: Final = {
    "validate": """\
The exit code is 1 when a finding is an error, or when --as is not met;
warnings and notes do not count.

examples:
  hvstudio validate stack.hvs
  hvstudio validate stack.hvs --as type1
  hvstudio validate stack.hvs --json | jq '.findings[].message'
""",
    "estimate": """\
Mean values by mean-value analysis, within milliseconds; the output lists what
is assumed. Use simulate for intervals, tails and warm-up.

examples:
  hvstudio estimate stack.hvs
  hvstudio estimate stack.hvs --json | jq '.vms[] | {name, throughput_per_s}'
""",
    "simulate": """\
Numbers take units: --duration '2 min', --precision '2 %'. Intervals are batch
means of one run, or Student's over --replications. Ready is the part of the
time in which virtual processors could run and did not.

examples:
  hvstudio simulate stack.hvs
  hvstudio simulate stack.hvs --duration '5 min' --replications 10
  hvstudio simulate stack.hvs --precision '1 %'
  hvstudio simulate stack.hvs --duration 30 --csv series.csv
""",
    "compare": """\
The stack is converted to each architecture, with a hypervisor of its own time
unless --product names one, and run with the same requests in every one; what
an architecture cannot express is told. Intervals of ratios are those of the
paired differences between replications.

native: a VM's row is what its workloads get when the work of all VMs shares
one operating system on the same machine (its processors, disks and network
cards), without virtual processors, memory limits and walls. A VM held back by
few virtual processors or a limit has a low ratio; one whose neighbours are
greedy natively may exceed 100 %.

A --product that does not fit is answered with those that do.

examples:
  hvstudio compare stack.hvs
  hvstudio compare stack.hvs --types type1,type2 --baseline type1 --replications 10
  hvstudio compare stack.hvs --product type2=virtualbox --product type1=xen
""",
    "sweep": """\
BLOCK is a name or an id; what it can vary are its parameters, and a wrong one
is answered with all. Values take units; instead of a range there may be a
list. Several --vary make a grid.

examples:
  hvstudio sweep stack.hvs --vary 'Mail.virtual_processors=1:8:1'
  hvstudio sweep stack.hvs --vary 'Mail.memory_bytes=1 GiB:4 GiB:1 GiB' --csv -
  hvstudio sweep stack.hvs --vary 'Mail.cpu_weight=1,9' --vary 'Disk.parallelism=1,8'
""",
    "export": """\
examples:
  hvstudio export stack.hvs -o stack.svg
  hvstudio export stack.hvs -o slide.png --scale 3 --transparent --theme dark
  hvstudio slide.png          opens the picture as a document
""",
    "examples": """\
A document that was there under the name stays as FILE.bak.

examples:
  hvstudio examples
  hvstudio examples hyper-v-2016 -o stack.hvs
  hvstudio examples hyper-v-2016 | hvstudio validate -
""",
}
