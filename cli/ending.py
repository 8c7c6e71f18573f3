"""Ends a process that hangs while it ends: one that has failed is restarted only once it has ended."""

import faulthandler
import sys
from functools import cache
from typing import Final

SECONDS: Final = 140
"""Seconds for cleaning up, and for the end of all tasks and threads: more than processes of ours and then PostgreSQL
may take, and less than a service has (docs/operations.md)."""
ends_with_command = True
"""Whether this process ends when its command has ended. In the tests' process, other commands follow."""


@cache  # a second cause gives no more time
def end_in_time() -> None:
    """Have a thread end this process, which has failed or was asked to stop, after a while, and write where it hangs.

    The system's alarm wouldn't do: the first process of a container ignores it. A task of the event loop wouldn't
    either: Python joins threads when that has ended.
    """
    if ends_with_command:
        faulthandler.dump_traceback_later(SECONDS, exit=True, file=sys.__stderr__ or 2)
