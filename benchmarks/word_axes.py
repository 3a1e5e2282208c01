"""Keeps the axes on which the bundled model's words differ: `embedding/axes-….npz`, by the model's fingerprint.

    python benchmarks/word_axes.py

To be run again where the model's file or `embedding/paragraphs.txt` has changed.
"""

from pathlib import Path

import columnbot.embedding
from columnbot.build import computed_axes
from columnbot.embedding import open_embedder
from columnbot.index.word_vectors import write_axes

embedder = open_embedder("bundled").embedder
file = Path(columnbot.embedding.__file__).parent / f"axes-{embedder.fingerprint[:16]}.npz"
write_axes(computed_axes(embedder), file)
print(f"{file}: {file.stat().st_size / 1e3:.0f} kB")
