"""What is wrong with a server's certificate, whose it is, and what to do about it."""

import ssl
from collections.abc import Iterator
from typing import Final

_EXPIRED: Final = "the certificate of {host} has expired: check this machine's clock, or have the certificate renewed"
_NOT_YET: Final = "the certificate of {host} isn't valid yet: check this machine's clock"
_OF_ANOTHER: Final = "the certificate at {host} is for another host: check the address, and whether a proxy answers"
_UNKNOWN: Final = (
    "this machine doesn't know who issued the certificate of {host}: if it's yours or a proxy's, set SSL_CERT_FILE"
    " (docs/operations.md#certificates)"
)
_PROBLEMS: Final = {9: _NOT_YET, 10: _EXPIRED, 62: _OF_ANOTHER, 64: _OF_ANOTHER}
"""The problems by OpenSSL's codes; 62 and 64 are names and addresses that don't match."""
_HIDES_CAUSES: Final = "httpcore"
"""Raises its errors `from None`, although another has caused them."""


def certificate_problem(error: BaseException, host: str = "the server") -> str | None:
    """Say what is wrong with a certificate if that caused an error; `host` is a name in case the error has none."""
    chain = list(causes(error))
    # aiohttp's error is of that kind too, but without the code.
    codes = [getattr(each, "verify_code", 0) for each in chain if isinstance(each, ssl.SSLCertVerificationError)]
    if not codes:
        return None
    hosts = (getattr(each, "host", None) for each in chain)
    named = next((found for found in hosts if isinstance(found, str)), host)
    return _PROBLEMS.get(max(codes), _UNKNOWN).format(host=named)


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, what caused it, and so on, as Python would show it, but for what httpcore hides."""
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        yield cause
        seen.add(id(cause))
        is_hidden = cause.__suppress_context__ and not type(cause).__module__.startswith(_HIDES_CAUSES)
        cause = cause.__cause__ or (None if is_hidden else cause.__context__)
