"""Text within a platform's limits."""


def shorten(text: str, limit: int) -> str:
    """Cut text to `limit` characters, the last of them an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
