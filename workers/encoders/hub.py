"""Finds a model's files: in a folder, in the hub's cache, or on the hub."""

import re
from collections.abc import Callable
from contextlib import suppress
from fnmatch import fnmatch
from json import JSONDecodeError
from pathlib import Path
from threading import Thread
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

from reunite.certificates import certificate_problem
from workers.encoders import EncoderUnavailableError, ModelOutOfReachError
from workers.encoders.catalogue import find_checkpoint

NO_HUB: Final = (LookupError, TypeError, AttributeError, JSONDecodeError)
"""What the hub's client raises for an answer that isn't a hub's: a web page, or JSON without its fields."""
_READ_SECONDS: Final = 3.0
_GIVE_UP_SECONDS: Final = 5.0  # in total: the read timeout doesn't cover DNS or a slow trickle
_FILES: Final = ["*.json", "*.txt", "*.model", "*.safetensors"]
_IGNORED: Final = ["*/*", "open_clip*"]  # copies of the same weights for other runtimes
_HUB_NAME: Final = re.compile(r"(?P<repo>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[\w./-]+))?")


class Source(NamedTuple):
    """A repository of the hub, and a branch or commit; None: its main branch."""

    repo: str
    revision: str | None


def local_folder(model: str) -> Path | None:
    """Return the folder that `model` names; None if it's the name of a model on the hub."""
    folder = Path(model)
    with suppress(RuntimeError):  # nobody of this name has a home folder
        folder = folder.expanduser()
    if folder.is_dir():
        return folder.resolve()
    if not _HUB_NAME.fullmatch(model):
        raise EncoderUnavailableError(f"There's no model folder {model}. Give a folder or a hub name[@revision].")
    return None


def cached_folder(model: str) -> Path | None:
    """Return a model's folder in the cache; None unless it was fetched completely."""
    source = source_of(model)
    try:
        folder = Path(snapshot(source, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if (folder / "config.json").is_file() and any(folder.glob("*.safetensors")) else None


def obtain(model: str, report: Callable[[str], None], *, local_files_only: bool = False) -> Path:
    """Return the folder with the model's files, fetching them from the hub (with a progress bar) if necessary.

    Raises ModelOutOfReachError (within seconds if the hub doesn't respond), and EncoderUnavailableError if `model` is
    neither a folder nor a name.
    """
    folder = local_folder(model) or cached_folder(model)
    if folder is not None:
        return folder
    problem = "it isn't in the cache" if local_files_only else _problem_at_hub(source_of(model))
    if problem is None:
        report(f"Fetching {model} from {constants.ENDPOINT}. This happens only once.")
        try:
            folder = Path(snapshot(source_of(model), local_files_only=False))
        except Exception as error:  # noqa: BLE001 - the remedy is the same for any failure
            problem = _explain(error)
    if folder is None or problem is not None:
        raise ModelOutOfReachError(f"The model {model} can't be fetched from {constants.ENDPOINT}: {problem}.")
    return folder


def is_used(file: str) -> bool:
    """Return whether a file of a repository or folder is used."""
    return any(fnmatch(file, pattern) for pattern in _FILES) and not any(fnmatch(file, other) for other in _IGNORED)


def source_of(model: str) -> Source:
    """Parse a name[@revision]; without a revision, a checkpoint gets the one in the catalogue."""
    match = _HUB_NAME.fullmatch(model)
    if match is None:
        raise EncoderUnavailableError(f"{model} isn't a valid name of a model on the hub.")
    checkpoint = find_checkpoint(match["repo"])
    return Source(match["repo"], match["revision"] or (checkpoint.revision if checkpoint else None))


def snapshot(source: Source, *, local_files_only: bool) -> str:
    """Return the folder with the files that are used, fetching missing ones unless `local_files_only`."""
    return snapshot_download(
        source.repo,
        revision=source.revision,
        allow_patterns=_FILES,
        ignore_patterns=_IGNORED,
        local_files_only=local_files_only,
    )


def _problem_at_hub(source: Source) -> str | None:
    """Return why the hub can't provide a model, or None. Takes seconds at most, including DNS."""
    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    problems: list[str | None] = []

    def ask() -> None:
        try:
            HfApi().model_info(source.repo, revision=source.revision, timeout=_READ_SECONDS)
        except Exception as error:  # noqa: BLE001 - any failure means we can't fetch the model
            problems.append(_explain(error))
        else:
            problems.append(None)

    probe = Thread(target=ask, name="model-hub-probe", daemon=True)
    probe.start()
    probe.join(_GIVE_UP_SECONDS)
    return problems[0] if problems else "it doesn't respond"


def _explain(error: Exception) -> str:
    return "the answer isn't a model hub's" if isinstance(error, NO_HUB) else brief(error)


def brief(error: Exception) -> str:
    """Return what is wrong with the hub's certificate, or else the first line of an error's message."""
    if problem := certificate_problem(error, urlsplit(constants.ENDPOINT).hostname or constants.ENDPOINT):
        return problem
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")
