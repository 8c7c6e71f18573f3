"""Gives freed memory back to the system."""

import ctypes
from typing import Final

_LIBRARY: Final = ctypes.CDLL(None)


def return_freed_memory() -> None:
    """Let glibc return what it keeps of large tensors, about 20 MB; other C libraries have no such function."""
    if trim := getattr(_LIBRARY, "malloc_trim", None):
        trim(0)
