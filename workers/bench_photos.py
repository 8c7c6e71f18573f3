"""Compares our pipeline from a photo's bytes to its vector with the baseline loop, and with the forward pass alone."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from statistics import median
from typing import Final
from uuid import uuid4

import numpy as np
from PIL import Image

from db.embeddings import of_photo
from reunite.encoder import EncoderKind, Pixels, Vectors
from workers.batching import BatchingEncoder
from workers.bench import BATCH, Measurable, forward_pass
from workers.decoder.pool import Decoders
from workers.embed import checked
from workers.framing import framed

Baseline = Callable[[Pixels], Mapping[str, Vectors]]
"""Embeds a whole photo, one at a time, the way the model's documentation shows."""
SIZE: Final = (4032, 3024)
"""The width and height of a photo with 12 megapixels."""
_KINDS: Final = 4
"""How many different photos are made; more are repetitions."""
_SPOTS: Final = (28, 21)
_NOISE: Final = 4.0
_QUALITY: Final = 92


@dataclass(frozen=True, slots=True)
class Round:
    """Photos per second in one round, and the lowest cosine of a photo's vectors made both ways."""

    pipeline: float
    baseline: float
    forward_pass: float
    cosine_min: float


def measure(
    kind: EncoderKind, model: str, photos: int, rounds: int, progress: Callable[[str], None] = lambda _: None
) -> list[Round]:
    """Measure all three in each round, so that other load affects them alike; the first round is a warm-up."""
    progress("Making photos of 12 megapixels …")
    return asyncio.run(_rounds(*_load(kind, model), _posted(photos), rounds, progress))


def summary(rounds: Sequence[Round]) -> dict[str, float]:
    """Return the median ratios and speeds of the rounds, and the lowest cosine."""
    return {
        "ratio_to_usual_loop": round(median(measured.pipeline / measured.baseline for measured in rounds), 2),
        "share_of_forward_pass": round(median(measured.pipeline / measured.forward_pass for measured in rounds), 3),
        "cosine_min": round(min(measured.cosine_min for measured in rounds), 5),
        "whole_way_per_second": round(median(measured.pipeline for measured in rounds), 2),
        "usual_loop_per_second": round(median(measured.baseline for measured in rounds), 2),
        "forward_pass_per_second": round(median(measured.forward_pass for measured in rounds), 2),
    }


def _load(kind: EncoderKind, model: str) -> tuple[Measurable, Baseline]:
    # Imported here: the encoders' packages are extras.
    if kind == "clip":
        from workers.baseline_clip import baseline_clip  # noqa: PLC0415
        from workers.encoders.clip import ClipEncoder  # noqa: PLC0415

        return ClipEncoder(model, local_files_only=True), baseline_clip(model)
    from workers.encoders.concept import ConceptEncoder  # noqa: PLC0415

    whole = ConceptEncoder(dtype="float32")
    return ConceptEncoder(), lambda photo: whole.encode_images([framed(photo, whole.framing)])


async def _rounds(
    encoder: Measurable, baseline: Baseline, posted: Sequence[bytes], rounds: int, progress: Callable[[str], None]
) -> list[Round]:
    forward, batching, measured = forward_pass(encoder), BatchingEncoder(encoder), []
    async with Decoders(framing=encoder.framing) as decoders:
        for number in range(rounds + 1):
            progress(f"from bytes to vector, round {number} of {rounds}" if number else "warming up")
            measured.append(await _round(decoders, batching, baseline, forward, posted))
    await batching.close()
    return measured[1:]


async def _round(
    decoders: Decoders,
    batching: BatchingEncoder,
    baseline: Baseline,
    forward: Callable[[], object],
    posted: Sequence[bytes],
) -> Round:
    start = time.perf_counter()
    ours = await asyncio.gather(*(pipeline_vectors(decoders, batching, data) for data in posted))
    done = time.perf_counter()
    theirs = [_baseline_vectors(baseline, data) for data in posted]
    baseline_done = time.perf_counter()
    forward()
    seconds = time.perf_counter() - baseline_done
    cosine = min(_cosine(*pair) for pair in zip(ours, theirs, strict=True))
    return Round(len(posted) / (done - start), len(posted) / (baseline_done - done), BATCH / seconds, cosine)


async def pipeline_vectors(decoders: Decoders, batching: BatchingEncoder, data: bytes) -> Mapping[str, Vectors]:
    """Return a photo's vectors by space, from its bytes."""
    decoded = await decoders.decode(data)
    rows = of_photo(uuid4(), checked(await batching.photo("", decoded.views)), 0)
    return {row.space: row.vector for row in rows}


def _baseline_vectors(baseline: Baseline, data: bytes) -> Mapping[str, Vectors]:
    with Image.open(BytesIO(data)) as image:
        pixels = np.asarray(image.convert("RGB"))
    return {space: vectors[0] for space, vectors in baseline(pixels).items()}


def _cosine(ours: Mapping[str, Vectors], theirs: Mapping[str, Vectors]) -> float:
    return min(float(vector @ theirs[space]) for space, vector in ours.items())


def _posted(photos: int) -> list[bytes]:
    made = [_photo(number) for number in range(min(photos, _KINDS))]
    return [made[number % len(made)] for number in range(photos)]


def _photo(seed: int) -> bytes:
    """Make a JPEG with soft spots of colour and a camera's noise: about as many bytes as a phone's."""
    random = np.random.default_rng(seed)
    spots = random.integers(0, 256, (_SPOTS[1], _SPOTS[0], 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(spots).resize(SIZE, Image.Resampling.BICUBIC), np.float32)
    noise = random.standard_normal((SIZE[1], SIZE[0], 1), np.float32) * _NOISE
    data = BytesIO()
    Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8)).save(data, "JPEG", quality=_QUALITY)
    return data.getvalue()
