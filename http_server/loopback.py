"""This machine's own addresses. Imports no HTTP library, because settings are checked with it."""

from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names of this machine."""


def is_local(url: str) -> bool:
    """Return whether a URL stays on this machine, where nobody can listen in even without TLS."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK
