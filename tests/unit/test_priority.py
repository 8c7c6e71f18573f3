"""Workers give way to bots: their priority, their session's, and that of what they start."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from cli import services
from cli.servers import Servers
from cli.settings import Settings
from reunite.encoder import SHARED_SPACE, Vectors, Views
from tests.doubles.colour_encoder import ColourEncoder
from workers.batching import BatchingEncoder
from workers.config import EncoderSettings
from workers.decoder.pool import Decoders

_SAY = """
import os, sys
from pathlib import Path
from cli.priority import give_way
group = Path(sys.argv[1])
give_way(7, group)
print(os.nice(0), group.read_text() if group.exists() else "as it was")
"""


@pytest.mark.parametrize(("leads", "expected"), [(True, "7 7"), (False, "7 as it was")])
def test_a_process_gives_way_and_so_does_the_session_that_it_leads(
    tmp_path: Path, expected: str, *, leads: bool
) -> None:
    command = [sys.executable, "-c", _SAY, str(tmp_path / "group")]
    before = os.nice(0)
    said = subprocess.run(command, check=True, capture_output=True, text=True, start_new_session=leads).stdout.split(
        maxsplit=1
    )
    assert (int(said[0]) - before, said[1].strip()) == (int(expected[0]), expected[2:])


@pytest.mark.parametrize("gives_way", [True, False])
async def test_a_setting_says_whether_workers_give_way(monkeypatch: pytest.MonkeyPatch, *, gives_way: bool) -> None:
    from workers import app

    done: list[str] = []

    async def run(*_: object, **__: object) -> None:
        done.append("ran")

    monkeypatch.setattr(app, "run", run)
    monkeypatch.setattr(services, "give_way", lambda: done.append("gave way"))
    settings = Settings(encoder=EncoderSettings(give_way=gives_way))
    await services.worker(settings, Servers("", "", "", queue=""))
    assert done == ["gave way", "ran"][not gives_way :]


class Nice(ColourEncoder):
    """Notes its thread's priority."""

    nice: int | None = None

    def encode_images(self, images: Sequence[Views]) -> Mapping[str, Vectors]:
        self.nice = os.nice(0)
        return super().encode_images(images)


async def test_an_encoders_thread_gives_way_to_the_others() -> None:
    encoder = Nice()
    batching = BatchingEncoder(encoder)
    assert SHARED_SPACE in await batching.images([np.zeros((1, 4, 4, 3), np.uint8)])
    await batching.close()
    assert encoder.nice is not None
    assert encoder.nice > os.nice(0)


async def test_a_decoder_is_in_its_workers_session_but_gets_no_key_of_the_terminal() -> None:
    async with Decoders() as decoders:
        with pytest.raises(Exception, match="photo_unreadable"):
            await decoders.decode(b"")
        [pid] = [decoder.pid for decoder in decoders._idle if decoder.pid]
        assert os.getsid(pid) == os.getsid(0)
        assert os.getpgid(pid) == pid
    await asyncio.sleep(0)
