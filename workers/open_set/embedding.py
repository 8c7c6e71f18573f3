"""Embeds the open set with the live encoder, like reports; live work goes first."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from reunite.encoder import Vectors
from reunite.errors import TellUserError
from reunite.matching.evidence import Item
from reunite.tuning.comparison import EmbeddedReport
from workers.batching import BatchingEncoder
from workers.decoder.pool import Decoders
from workers.decoder.wire import Decoded
from workers.open_set.fetch import OpenSetError
from workers.open_set.labels import LabelledReport

_POLL_SECONDS: Final = 0.05


async def embed_reports(
    reports: Sequence[LabelledReport], folder: Path, encoder: BatchingEncoder, progress: Callable[[int], None]
) -> list[EmbeddedReport]:
    """Embed reports one by one, each when the encoder is idle. Raises OpenSetError if a photo can't be opened."""
    embedded = []
    async with Decoders(at_once=1, framing=encoder.framing) as decoders:
        for report in reports:
            decoded = [await _decoded(folder / name, decoders) for name in report.photos]
            while not encoder.is_idle:  # noqa: ASYNC110 - no event tells when it's idle
                await asyncio.sleep(_POLL_SECONDS)
            embedded.append(await _embedded(report, decoded, encoder))
            progress(len(embedded))
    return embedded


async def _decoded(path: Path, decoders: Decoders) -> Decoded:
    try:
        return await decoders.decode(await asyncio.to_thread(path.read_bytes))
    except (TellUserError, OSError) as error:
        raise OpenSetError(f"{path} can't be opened ({error})") from error


async def _embedded(report: LabelledReport, decoded: Sequence[Decoded], encoder: BatchingEncoder) -> EmbeddedReport:
    photos = [await encoder.photo(name, photo.views) for name, photo in zip(report.photos, decoded, strict=True)]
    item = Item(
        report.id,
        report.kind,
        report.text,
        report.place,
        report.at,
        report.time_is_stated,
        tuple(tuple(photo.colours) for photo in decoded),
    )
    return EmbeddedReport(item, _joined(photos), await encoder.text(report.text) if report.text else {})


def _joined(parts: Sequence[Mapping[str, Vectors]]) -> dict[str, Vectors]:
    return {space: np.concatenate([part[space] for part in parts]) for space in parts[0]} if parts else {}
