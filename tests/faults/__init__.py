"""What can go wrong beneath an index, made to happen: kills, lost writes, full disks, flipped bits, rebuilds.

`tests/test_faults.py` runs a little of each, `benchmarks/faults.py` all of it.
"""
