"""Check that a port is free before anything is installed or started: `python -m cli.port 8700`.

Standard library only, so that `make demo` can run it before the environment exists.
"""

import errno
import socket
import sys
from typing import Final

_HIGHEST: Final = 65535
_HOST: Final = "127.0.0.1"


def problem(port: int, variable: str = "PORT") -> str | None:
    """Explain why a port can't be used, and which variable chooses another."""
    if not 0 <= port <= _HIGHEST:
        return f"There's no port {port}. Choose another with {variable}=."
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the page does: a port just freed is free
        try:
            probe.bind((_HOST, port))
            probe.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return taken_message(port, variable)
            return f"Port {port} can't be used ({error.strerror}). Choose another with {variable}=."
    return None


def concrete_port(port: int) -> int:
    """Return the port, or a free one for 0: links to it are needed before a program listens there."""
    if port:
        return port
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        free: int = probe.getsockname()[1]
    return free


def taken_message(port: int, variable: str) -> str:
    """Say that another program listens on a port, and which variable chooses another one."""
    return f"Port {port} is already in use. Choose another with {variable}=."


if __name__ == "__main__":
    given = sys.argv[1]
    sys.exit(problem(int(given)) if given.isdecimal() else f"PORT={given} isn't a port. Choose a number.")
