"""Tells whether a request names this machine as its host."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from http_server.loopback import LOOPBACK

_HTTP_PORT: Final = 80


def names_this_machine(request: web.Request, hosts: Collection[str] = LOOPBACK) -> bool:
    """Return whether a request's host is one of `hosts`, with the port that it came to: other names may lead here."""
    try:
        named = urlsplit(f"//{request.host}")
        port = named.port or _HTTP_PORT
    except ValueError:
        return False
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    return named.hostname in hosts and sockname is not None and port == sockname[1]
