"""A change of the encoder in a separate process, slow enough to be killed in the middle.

python -m tests.support.reembedding_process DATABASE_URL SECONDS_EACH
"""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence

from db.store import Store
from reunite.encoder import Vectors
from tests.doubles.colour_encoder import ColourEncoder
from tests.support.keys import KEYS
from workers.batching import BatchingEncoder
from workers.reembedding import Progress, Reembedding


class SlowColours(ColourEncoder):
    """Another version of the tiny encoder, which takes its time."""

    version = "colours-2"

    def __init__(self, seconds_each: float = 0) -> None:
        self._seconds_each = seconds_each

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        time.sleep(self._seconds_each * len(texts))
        return super().encode_texts(texts)


def _say(now: Progress) -> None:
    sys.stdout.write(f"{now.done} {now.total}\n")
    sys.stdout.flush()


async def main(database_url: str, seconds_each: str) -> None:
    encoder = BatchingEncoder(SlowColours(float(seconds_each)))
    async with Store(database_url, keys=KEYS) as store:
        model = await store.embedding_models.register("clip", SlowColours.version, SlowColours.spaces)
        await Reembedding(store, encoder, model).embed_all(_say)
    await encoder.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
