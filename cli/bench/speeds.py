"""How fast this machine embeds with which model: a small file in the data folder, written by `reunite bench embed`."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

_FILE: Final = "speeds.json"


def speeds(home: Path) -> dict[str, dict[str, Any]]:
    """Return the measurements by model name."""
    with suppress(OSError, ValueError):
        found = json.loads((home / _FILE).read_text("utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def keep(home: Path, name: str, measured: Mapping[str, float], threads: int) -> None:
    """Keep a model's newest speed. A folder that can't be written is no reason to fail."""
    row = {**measured, "threads": threads, "measured_at": datetime.now(UTC).isoformat(timespec="minutes")}
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True)
        part = home / f"{_FILE}.{os.getpid()}"
        part.write_text(json.dumps({**speeds(home), name: row}, indent=1), "utf-8")
        part.replace(home / _FILE)
