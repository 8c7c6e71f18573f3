"""Check that a port is free before anything is installed or started: `python -m cli.port 8700`.

Standard library only, so that `make demo` can run it before the environment exists.
"""

import errno
import socket
import sys
from typing import Final

HIGHEST: Final = 65535
_HOST: Final = "127.0.0.1"


def problem(port: int, name: str = "PORT") -> str | None:
    """Say why nothing can listen on a port of this machine, and that the variable `name` chooses another."""
    remedy = f"Choose another with {name}=."
    if not 0 <= port <= HIGHEST:
        return f"There is no port {port}. {remedy}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do, else a port rests for a minute
        try:
            probe.bind((_HOST, port))
            probe.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is in use on this machine. {remedy}"
            return f"Port {port} can't be used: {error.strerror}. {remedy}"
    return None


if __name__ == "__main__":
    given = sys.argv[1]
    sys.exit(problem(int(given)) if given.isdecimal() else f"PORT must be a number, not {given!r}.")
