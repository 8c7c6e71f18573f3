"""Multipart forms as no client library writes them."""

from typing import Final

MULTIPART: Final = {"Content-Type": "multipart/form-data; boundary=x"}


def form_part(name: str, value: str, header: str) -> bytes:
    """Return a field with a header of its own."""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n{header}\r\n\r\n{value}\r\n'.encode()


def unknown_encoding(name: str) -> bytes:
    """Return a form with an encoding that nobody knows."""
    return form_part(name, "x", "Content-Transfer-Encoding: foo") + b"--x--"


def form_of_parts(number: int) -> bytes:
    """Return a form with a number of fields."""
    return b"".join(form_part(f"field{i}", "x", "Content-Type: text/plain") for i in range(number)) + b"--x--"
