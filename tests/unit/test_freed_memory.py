"""Memory that was freed goes back to the system."""

import resource
from pathlib import Path

from workers.freed_memory import return_freed_memory

PIECE, PIECES = 100_000, 600


def resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()


def test_freed_memory_between_used_memory_is_given_back() -> None:
    pieces = [bytearray(b"x" * PIECE) for _ in range(PIECES)]
    used = pieces[::50]  # the C library returns only what's at the end by itself
    del pieces
    before = resident()
    return_freed_memory()
    assert before - resident() > PIECE * PIECES / 2
    assert all(piece[-1] for piece in used)
