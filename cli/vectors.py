"""Vectors of a model that isn't installed, from a file: the options `--vectors FILE.npz --as MODEL`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import UsageError
from cli.progress import say
from cli.servers import Servers

if TYPE_CHECKING:
    from cli.tuning.posts_file import SetPost
    from workers.precomputed_vectors import PrecomputedVectors


@dataclass(frozen=True, slots=True)
class VectorFile:
    """The file, and the name of the model that computed its vectors."""

    path: Path
    model: str
    scores_live: bool = True
    """Whether to score as for a live model of this name; otherwise the command fits weights itself."""

    @property
    def options(self) -> tuple[str, ...]:
        """The options of a worker that takes vectors from the file."""
        return "--vectors", str(self.path), "--as", self.model

    def check(self, rows: Sequence["SetPost"]) -> None:
        """Raise UsageError if a photo or text of the rows has no vector, or two photos have the same file name."""
        from workers.precomputed_vectors import VectorFileError

        paths = {photo for row in rows for photo in row.photos}
        by_name: dict[str, Path] = {}
        for path in sorted(paths):
            if (other := by_name.setdefault(path.name, path)) != path:
                raise UsageError(f"{other} and {path} have the same file name, so --vectors can't tell them apart.")
        try:
            precomputed_vectors(self.path, self.model).check([*by_name], {row.posted_text for row in rows})
        except VectorFileError as error:
            raise UsageError(f"{self.path}: {error}") from error


def vector_file(path: Path | None, model: str | None, *, scores_live: bool = True) -> VectorFile | None:
    """Return the options' file; None without them. Raises UsageError if one option lacks the other."""
    if path is None and model is None:
        return None
    if path is None or not model:
        raise UsageError("--vectors and --as go together: --vectors FILE.npz --as openai/clip-vit-base-patch16.")
    return VectorFile(path.absolute(), model, scores_live)


def precomputed_vectors(path: Path, model: str) -> "PrecomputedVectors":
    """Read the file. Raises UsageError."""
    from workers.precomputed_vectors import VectorFileError, read_vectors

    try:
        return read_vectors(path, model)
    except VectorFileError as error:
        raise UsageError(str(error)) from error


async def copy_weights(home: Servers, own: Servers, model: str) -> None:
    """Give a scratch database the weights that a live model of this name has at home, if it was calibrated."""
    from db import scoring_models

    weights = await scoring_models.newest_for_all(home.owner_database_url, model)
    if weights is None:
        say(f"Weights: the defaults; this deployment has no calibration for {model}.")
        return
    version, scoring_model = weights
    await scoring_models.save_for_all(own.owner_database_url, model, scoring_model, {"source": version})
    say(f"Weights: this deployment's calibration for {version}.")
