"""The catalogue of tested checkpoints, and what's published about them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from reunite.encoder import EncoderKind

CONCEPT: Final = "concept"
BYTES_OF_FLOAT32: Final = 4
_OFFLINE_ENCODER = re.compile(rf"{CONCEPT}(-\d+-[0-9a-f]+)?")
"""The offline encoder's name, or one of its versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A model on the hub. `coco` and `flickr` are published values of recall@1 for captions that search photos."""

    alias: str
    name: str
    title: str
    dimension: int
    parameters: int
    languages: str
    licence: str
    licence_source: str
    weights: Literal["calibrated", "stated", "none"]
    """The scoring weights: measured on labelled posts, from published statistics, or none until it's calibrated."""
    revision: str | None = None
    coco: float | None = None
    flickr: float | None = None
    source: str = ""
    note: str = ""
    architecture: Mapping[str, Any] = field(default_factory=dict)
    """The kind of model, and its differences from that kind's default configuration."""

    @property
    def weight_bytes(self) -> int:
        """The size of the weights in float32; in bfloat16 it's half."""
        return self.parameters * BYTES_OF_FLOAT32


@cache
def checkpoints() -> tuple[Checkpoint, ...]:
    text = resources.files("workers.encoders").joinpath("catalogue.toml").read_text("utf-8")
    return tuple(Checkpoint(**entry) for entry in tomllib.loads(text)["checkpoint"])


def find_checkpoint(name: str) -> Checkpoint | None:
    """Return the checkpoint with an alias or a name on the hub."""
    return next((checkpoint for checkpoint in checkpoints() if name in {checkpoint.alias, checkpoint.name}), None)


def kind_of(model: str) -> EncoderKind:
    """Return the kind of an encoder by its name or version; everything but the offline encoder counts as CLIP."""
    return "concept" if _OFFLINE_ENCODER.fullmatch(model) else "clip"


def is_same_model(version: str, other: str) -> bool:
    """Whether two versions have the same networks; the prompts and word lists that Reunite adds may differ."""
    if kind_of(version) == kind_of(other) == "concept":
        return True
    return version.partition("+")[0] == other.partition("+")[0]
