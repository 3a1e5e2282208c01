"""An index in Milvus: embedded Milvus Lite on one machine, or a cluster by its address, in one way."""

from columnbot.index.milvus.engine import Address, address_of, in_force
from columnbot.index.milvus.reading import MilvusIndex, counted_rows, open_in_milvus
from columnbot.index.milvus.writing import switch, write_generation

__all__ = [
    "Address", "MilvusIndex", "address_of", "counted_rows", "in_force", "open_in_milvus", "switch",
    "write_generation",
]  # fmt: skip
