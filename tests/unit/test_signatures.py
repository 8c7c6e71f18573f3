"""Signatures: what is accepted, and that the guide's sender makes one that is."""

import re
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from bot.signatures import ID, SIGNATURE, TIMESTAMP, key_of, seconds_since_signed, signed
from tests.doubles.webhook_chat import KEY, SECRET, headers_of

BODY = '{"event": "report", "text": "ключ"}'.encode()
GUIDE = (Path(__file__).parents[2] / "docs/webhook.md").read_text("utf-8")


def test_both_sides_sign_alike() -> None:
    assert seconds_since_signed(KEY, headers_of(BODY), BODY) is not None
    ours = signed(KEY, BODY)
    assert ours == headers_of(BODY, at=float(ours[TIMESTAMP]), message=ours[ID])
    assert signed(KEY, BODY)[ID] != ours[ID]


def test_a_published_example_is_signed_as_the_specification_says() -> None:
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    given = {ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", TIMESTAMP: "1614265330"}
    known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers_of(b'{"test": 2432232314}', key, at=1614265330, message=given[ID]) == {**given, SIGNATURE: known}


@pytest.mark.parametrize("header", [ID, TIMESTAMP, SIGNATURE])
def test_nothing_may_be_missing_or_changed(header: str) -> None:
    headers = headers_of(BODY)
    assert seconds_since_signed(KEY, {name: value for name, value in headers.items() if name != header}, BODY) is None
    for other in ("", "1", "v1,", "ä", "\x00", f"{headers[header]}0", str(int(time.time()) - 1), "9" * 5000, "١٢"):
        assert seconds_since_signed(KEY, {**headers, header: other}, BODY) is None


def test_neither_another_body_nor_another_key_is_accepted() -> None:
    assert seconds_since_signed(KEY, headers_of(BODY), BODY + b" ") is None
    assert seconds_since_signed(KEY, headers_of(BODY, bytes(32)), BODY) is None
    assert seconds_since_signed(KEY, headers_of(BODY, b""), BODY) is None


def test_how_old_a_right_signature_is_can_be_told_and_a_wrong_ones_not() -> None:
    headers = headers_of(BODY, at=time.time() - 172_800)
    assert round(seconds_since_signed(KEY, headers, BODY) or 0) in {172_800, 172_801}
    assert seconds_since_signed(KEY, headers, BODY + b" ") is None


def test_one_of_several_signatures_is_enough() -> None:
    headers = headers_of(BODY)
    assert (
        seconds_since_signed(KEY, {**headers, SIGNATURE: f"v1a,other v1,AAAA {headers[SIGNATURE]}"}, BODY) is not None
    )


def test_a_secret_is_base64_and_long_enough() -> None:
    assert key_of(SECRET) == KEY
    for secret in ("", "whsec_", SECRET.removeprefix("whsec_"), "whsec_ä", f"whsec_{b64encode(bytes(23)).decode()}"):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever the reason
            key_of(secret)


def test_the_guides_sender_signs_what_is_accepted() -> None:
    [code] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the guide's own
    body, headers = names["signed"](SECRET, {"event": "mine"})
    assert seconds_since_signed(KEY, headers, body) is not None
