"""Measures how many photos and texts per second encoders embed, compared in the same run."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

import numpy as np
import torch
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPTokenizer,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipModel,
)

from reunite.encoder import Encoder, Pixels, Views
from reunite.errors import DefectError
from workers.encoders.catalogue import Checkpoint, find_checkpoint
from workers.encoders.clip import TEMPLATES, ClipEncoder
from workers.encoders.precision import fastest_dtype
from workers.framing import framed

BATCH: Final = 16
"""The size of a worker's batch."""
PHOTO_SIZE: Final = (384, 512, 3)
"""The height, width and channels of a stored copy."""
_PASSES: Final = 5
TEXTS: Final = (
    "I lost my black backpack with a laptop inside, maybe in the library on the second floor",
    "red umbrella with a wooden handle",
    "has anyone seen a set of keys with a blue keyring? I had them at lunch",
    "silver water bottle, dented at the bottom, with a sticker of a fox",
)

Item = TypeVar("Item")


class Measurable(Encoder, Protocol):
    """An encoder whose network can be measured apart from pre- and postprocessing."""

    def forward_only(self, images: Sequence[Views]) -> Callable[[], object]:
        """Prepare photos, and return a function that runs only the network on them."""


@dataclass(frozen=True, slots=True)
class Speed:
    """One encoder's speed in each round, in items per second."""

    version: str
    photos: tuple[float, ...]
    texts: tuple[float, ...]


def measure(
    encoders: Sequence[Encoder], photos: int, rounds: int, progress: Callable[[str], None] = lambda _: None
) -> list[Speed]:
    """Measure in rounds over all encoders, so that other load affects them alike; the first round is a warm-up."""
    pictures = _noise(photos)
    texts = [TEXTS[number % len(TEXTS)] for number in range(photos)]
    measured: list[list[tuple[float, float]]] = []
    for number in range(rounds + 1):
        progress(f"round {number} of {rounds}" if number else "warming up")
        measured.append([_round(encoder, pictures, texts) for encoder in encoders])
    by_encoder = zip(encoders, zip(*measured[1:], strict=True), strict=True)
    return [Speed(encoder.version, *map(tuple, zip(*speeds, strict=True))) for encoder, speeds in by_encoder]


def ratios(speeds: Sequence[float], baseline: Sequence[float]) -> tuple[float, float, float]:
    """Return the least, median and greatest ratio of the rounds' speeds."""
    by_round = [speed / base for speed, base in zip(speeds, baseline, strict=True)]
    return min(by_round), median(by_round), max(by_round)


def _round(encoder: Encoder, photos: Sequence[Pixels], texts: Sequence[str]) -> tuple[float, float]:
    def encode_photos(batch: Sequence[Pixels]) -> object:
        return encoder.encode_images([framed(photo, encoder.framing) for photo in batch])

    return _per_second(encode_photos, photos), _per_second(encoder.encode_texts, texts)


def _per_second(encode: Callable[[Sequence[Item]], object], items: Sequence[Item]) -> float:
    start = time.perf_counter()
    for first in range(0, len(items), BATCH):
        encode(items[first : first + BATCH])
    return len(items) / (time.perf_counter() - start)


def forward_pass_per_second(encoder: Measurable) -> float:
    """Return how many photos a second an encoder's network alone processes: the median of several batches."""
    forward = forward_pass(encoder)
    forward()
    return median(_per_second(lambda _: forward(), range(BATCH)) for _ in range(_PASSES))


def forward_pass(encoder: Measurable) -> Callable[[], object]:
    """Return a function that runs only an encoder's network, on a batch of noise."""
    return encoder.forward_only([framed(picture, encoder.framing) for picture in _noise(BATCH)])


def _noise(photos: int) -> list[Pixels]:
    noise = np.random.default_rng(0)
    return [noise.integers(0, 256, PHOTO_SIZE, dtype=np.uint8) for _ in range(photos)]


def full_size_clip(folder: Path) -> ClipEncoder:
    """Save CLIP ViT-B/32 with random weights to a folder, and load it: it's as slow as the real one."""
    save_full_size_clip(folder, fastest_dtype())
    return ClipEncoder(str(folder))


def save_full_size_clip(folder: Path, dtype: torch.dtype = torch.float32) -> None:
    """Save CLIP ViT-B/32 with random weights, by default in the precision of the published ones."""
    checkpoint = find_checkpoint("b32")
    if checkpoint is None:
        raise DefectError("The catalogue has no ViT-B/32.")
    random_like(checkpoint, folder, dtype)


def random_like(checkpoint: Checkpoint, folder: Path, dtype: torch.dtype | None = None) -> Path:
    """Save a model of a checkpoint's size with random weights to a folder, and return the folder.

    Its tokenizer has whole words as tokens, as a real one has for everyday words.
    """
    tokenizer = _tokenizer()
    model = build(checkpoint, {name: getattr(tokenizer, name) for name in ("bos_token_id", "eos_token_id")})
    model.to(dtype or fastest_dtype()).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    side = model.config.vision_config.image_size
    if isinstance(model, CLIPModel):
        CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size={"height": side, "width": side}).save_pretrained(
            folder
        )
    else:
        SiglipImageProcessorPil(size={"height": side, "width": side}).save_pretrained(folder)
    return folder


def build(checkpoint: Checkpoint, text: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """Build a checkpoint's network with random weights; `text` adds to the configuration of its text side."""
    architecture = checkpoint.architecture
    kind = {"clip": (CLIPConfig, CLIPModel), "siglip": (SiglipConfig, SiglipModel)}[architecture["kind"]]
    sizes: dict[str, Any] = {
        "text_config": {**architecture.get("text", {}), **text},  # the other sizes default to ViT-B's
        "vision_config": architecture.get("vision", {}),
    }
    if architecture["kind"] == "clip":
        sizes["projection_dim"] = checkpoint.dimension
    return kind[1](kind[0](**sizes))


def _tokenizer() -> CLIPTokenizer:
    letters = sorted(ByteLevel.alphabet())
    merges: dict[tuple[str, str], None] = {}
    words = {word.strip(",?.:{}").lower() for text in (*TEXTS, *TEMPLATES) for word in text.split()}
    for word in sorted(word for word in words if len(word) > 1):
        starts = [word[:length] for length in range(1, len(word) + 1)]
        ends = [*word[1:-1], f"{word[-1]}</w>"]
        merges.update({(start, end): None for (start, _), end in zip(pairwise(starts), ends, strict=True)})
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), *(left + right for left, right in merges)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={token: number for number, token in enumerate(dict.fromkeys(tokens))}, merges=list(merges)
    )


def threads() -> int:
    return torch.get_num_threads()
