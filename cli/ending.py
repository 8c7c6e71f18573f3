"""Ends a process that hangs while it ends: one that has failed is restarted only once it has ended."""

import faulthandler
import signal
import sys
from functools import cache
from typing import Final

SECONDS: Final = 120
"""Seconds for cleaning up, and for the end of all tasks and threads."""


@cache  # a second cause gives no more time
def end_in_time() -> None:
    """Have a thread end this process, which has failed or was asked to stop, after a while, and write where it hangs.

    The system's alarm wouldn't do: the first process of a container ignores it. A task of the event loop wouldn't
    either: Python joins threads when that has ended.
    """
    is_ours = signal.getsignal(signal.SIGALRM) is signal.SIG_DFL  # tests have an alarm, and many commands in a process
    if is_ours:
        faulthandler.dump_traceback_later(SECONDS, exit=True, file=sys.__stderr__ or 2)
