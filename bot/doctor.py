"""What `reunite doctor` reports of a platform."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `ok` is None if there is nothing to judge."""

    what: str
    ok: bool | None
    found: str
    remedy: str = ""
