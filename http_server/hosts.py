"""Checks the host that a request names."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from http_server.loopback import LOOPBACK

_HTTP_PORT: Final = 80


def names_this_machine(request: web.Request, hosts: Collection[str] = LOOPBACK) -> bool:
    """Return whether a request names one of `hosts` and the port it came in on: foreign names may resolve to us too."""
    try:
        host = urlsplit(f"//{request.host}")
        port = host.port or _HTTP_PORT
    except ValueError:
        return False
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    return host.hostname in hosts and sockname is not None and port == sockname[1]
