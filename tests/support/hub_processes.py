"""Processes that each use a model hub once: its address is read when its client is imported.

They are copies of a process that has imported all the rest, which would take most of their time.
"""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.support.waiting import PATIENCE

_COPIES = get_context("forkserver")
_COPIES.set_forkserver_preload(["tests.support.hub_imports"])


def in_process(act: Callable[..., dict[str, Any]], *arguments: object, **environment: str) -> dict[str, Any]:
    """Return what a function of this module returns in a process with these variables."""
    with ProcessPoolExecutor(1, mp_context=_COPIES) as process:
        return process.submit(_act, act, arguments, environment).result(PATIENCE)


def _act(
    act: Callable[..., dict[str, Any]], arguments: tuple[object, ...], environment: dict[str, str]
) -> dict[str, Any]:
    os.environ.update(environment)
    from workers.encoders import EncoderUnavailableError

    try:
        return act(*arguments)
    except EncoderUnavailableError as error:
        return {"error": type(error).__name__, "problem": str(error)}


def obtain(model: str) -> dict[str, Any]:
    from workers.encoders.hub import obtain

    lines: list[str] = []
    return {"folder": str(obtain(model, lines.append)), "lines": lines}


def choose(model: str, setting: str, recorded: str | None) -> dict[str, Any]:
    from workers.encoders.choose import choose

    lines: list[str] = []
    choice = choose(setting, recorded, model, lines.append)
    return {"kind": choice.kind, "version": choice.encoder.version, "lines": lines}


def fetch(name: str, folder: Path | None, models: Path, free: int | None) -> dict[str, Any]:
    from workers.encoders import fetching

    if free is not None:
        shutil.disk_usage = lambda _: SimpleNamespace(free=free)  # type: ignore[assignment,return-value]
    got = fetching.take(name, folder, models) if folder else fetching.fetch(name, lambda _: None)
    return {"setting": got.setting, "folder": str(got.folder), "size": got.size}


def find_cached(name: str) -> dict[str, Any]:
    from workers.encoders.hub import cached_folder

    return {"folder": str(cached_folder(name))}
