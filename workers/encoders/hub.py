"""Finds a model's files: in a folder, in the hub's cache, or on the hub."""

import re
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Final, NamedTuple

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

from workers.encoders import EncoderUnavailableError, ModelOutOfReachError

DEFAULT_MODEL: Final = "openai/clip-vit-base-patch32"
# This repository's main branch has only pickled weights; this commit is the hub's own conversion to safetensors.
_PINNED: Final = {DEFAULT_MODEL: "c237dc49a33fc61debc9276459120b7eac67e7ef"}

_READ_SECONDS: Final = 3.0
_GIVE_UP_SECONDS: Final = 5.0  # in total: the read timeout doesn't cover DNS or a slow trickle
_FILES: Final = ["*.json", "*.txt", "*.model", "*.safetensors"]
_NOT_OURS: Final = ["*/*", "open_clip*"]  # copies of the same weights for other runtimes
_HUB_NAME: Final = re.compile(r"(?P<repo>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[\w./-]+))?")


class _Source(NamedTuple):
    repo: str
    revision: str | None


def local_folder(model: str) -> Path | None:
    """Return the folder that `model` names, None if it is the name of a model on the hub."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder.resolve()
    if not _HUB_NAME.fullmatch(model):
        raise EncoderUnavailableError(f"There's no model folder {model}. Give a folder or a hub name[@revision].")
    return None


def cached_folder(model: str) -> Path | None:
    """Return the cache folder of a model that was fetched completely, or None."""
    source = _source(model)
    try:
        folder = Path(_snapshot(source, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if (folder / "config.json").is_file() and any(folder.glob("*.safetensors")) else None


def obtain(model: str, report: Callable[[str], None], *, local_files_only: bool = False) -> Path:
    """Return the folder with the model's files, fetching them from the hub (with a progress bar) if necessary.

    Raises ModelOutOfReachError, within seconds if the hub doesn't answer, and EncoderUnavailableError if `model` is
    neither a folder nor a name.
    """
    folder = local_folder(model) or cached_folder(model)
    if folder is not None:
        return folder
    problem = "it isn't in the cache" if local_files_only else _problem_at_hub(_source(model))
    if problem is None:
        report(f"Fetching {model} from {constants.ENDPOINT}. This happens only once.")
        try:
            folder = Path(_snapshot(_source(model), local_files_only=False))
        except Exception as error:  # noqa: BLE001 - the remedy is the same for any failure
            problem = _brief(error)
    if folder is None or problem is not None:
        raise ModelOutOfReachError(f"The model {model} can't be fetched from {constants.ENDPOINT}: {problem}.")
    return folder


def _source(model: str) -> _Source:
    match = _HUB_NAME.fullmatch(model)
    if match is None:
        raise EncoderUnavailableError(f"{model} isn't a valid name of a model on the hub.")
    return _Source(match["repo"], match["revision"] or _PINNED.get(match["repo"]))


def _snapshot(source: _Source, *, local_files_only: bool) -> str:
    return snapshot_download(
        source.repo,
        revision=source.revision,
        allow_patterns=_FILES,
        ignore_patterns=_NOT_OURS,
        local_files_only=local_files_only,
    )


def _problem_at_hub(source: _Source) -> str | None:
    """Ask the hub for the model once; None if it has it. Takes at most seconds, including DNS."""
    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    answers: list[str | None] = []

    def ask() -> None:
        try:
            HfApi().model_info(source.repo, revision=source.revision, timeout=_READ_SECONDS)
        except Exception as error:  # noqa: BLE001 - any failure means we can't fetch the model
            answers.append(_brief(error))
        else:
            answers.append(None)

    asking = Thread(target=ask, name="model-hub-probe", daemon=True)
    asking.start()
    asking.join(_GIVE_UP_SECONDS)
    return answers[0] if answers else "it does not answer"


def _brief(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")
