"""Which threads do slow work."""

import threading

import pytest

from reunite.text.heads import head_of


def readers_of_lost_reports(patched: pytest.MonkeyPatch) -> list[threading.Thread]:
    """Return a list that fills with the threads in which the texts of lost reports are read."""
    readers: list[threading.Thread] = []

    def read(text: str) -> str | None:
        readers.append(threading.current_thread())
        return head_of(text)

    patched.setattr("reunite.trends.head_of", read)
    return readers
