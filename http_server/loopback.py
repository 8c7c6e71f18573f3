"""The addresses of this machine. Settings check them, so nothing here imports an HTTP library."""

from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names of this machine, where nobody else listens in."""


def is_local(url: str) -> bool:
    """Return whether an address is reached on this machine only, where nobody listens in."""
    named = urlsplit(url)
    return named.scheme == "http" and named.hostname in LOOPBACK
