"""The tests. Like the command line, they have NumPy multiply on one thread: they run where other work runs too."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
