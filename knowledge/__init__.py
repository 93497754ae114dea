"""Knowledge: articles, the ranking that suggests them, what became of suggestions. Never knows a channel."""

import os

# Its matrices are small and other things run beside it: one thread is faster, and sums come out the same everywhere.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
