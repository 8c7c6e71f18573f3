"""A decoder's messages are read only if they keep to the protocol; everything else is an error."""

import asyncio
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reunite.errors import TellUserError
from reunite.matching import colours
from workers.decoder import wire
from workers.decoder.wire import Decoded, ProtocolError

SHARES = colours.of_photo(np.zeros((4, 5, 3), np.uint8))


async def heard(output: bytes) -> Decoded | None:
    """Read as the worker does: words, then what they announce."""
    reader = asyncio.StreamReader()
    reader.feed_data(output)
    reader.feed_eof()
    words = await wire.read_message(reader)
    if "problem" in words:
        raise wire.problem(words)
    return await wire.read_picture(reader, words)


async def test_a_picture_arrives_as_it_was_sent() -> None:
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    sent = Decoded(b"jpeg", 5, 4, pixels[None], SHARES, is_partial=True, flaw="photo_dark")
    decoded = await heard(wire.picture(sent))
    assert decoded
    assert decoded.jpeg == b"jpeg"
    assert (decoded.views == pixels).all()
    assert decoded.colours == SHARES
    assert decoded.is_partial
    assert decoded.flaw == "photo_dark"


async def test_a_problem_arrives_with_its_numbers() -> None:
    with pytest.raises(TellUserError, match="photo_too_large") as raised:
        await heard(wire.message(problem="photo_too_large", params={"megabytes": 25, "name": "@everyone"}))
    assert raised.value.params == {"megabytes": 25}


@pytest.mark.parametrize(
    "output",
    [
        wire.frame(b"no json"),
        wire.frame(b"\xff\xfe"),
        wire.frame(b"[" * 50_000),
        wire.frame(b"[]"),
        wire.message(),
        wire.message(problem="our_fault", params={}),
        wire.message(problem="photo_too_large", params=[]),
        wire.message(colours=SHARES, width=10**9, height=10**9),
        wire.message(colours=SHARES, width=0, height=4),
        wire.message(colours=SHARES[:-1], width=4, height=4),
        wire.message(colours=[float("nan")] * len(SHARES), width=4, height=4),
        wire.message(colours=[2] * len(SHARES), width=4, height=4),
        wire.message(colours=SHARES, width=4, height=4) + b"\xff\xff\xff\xff",
        b"\xff\xff\xff\xff",
    ],
)
async def test_nonsense_is_known_as_such(output: bytes) -> None:
    with pytest.raises(ProtocolError):
        await heard(output)


@settings(max_examples=50, deadline=None)
@given(
    output=st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.floats() | st.text(), st.lists).map(
        lambda value: wire.frame(json.dumps({"width": value, "height": value, "colours": value}).encode())
    )
)
def test_hostile_words_do_no_harm(output: bytes) -> None:
    with pytest.raises((ProtocolError, asyncio.IncompleteReadError)):
        asyncio.run(heard(output))
