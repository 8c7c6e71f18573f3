"""`reunite token`: tokens for the HTTP API."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from cli.context import AsJson, prepared, run_async
from cli.errors import UsageError
from cli.escaping import escaped

if TYPE_CHECKING:
    from db.api_tokens import ApiTokens

app = typer.Typer(
    help="Create, list, renew and revoke tokens for the HTTP API.",
    epilog="Example: reunite token list",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Community = Annotated[str | None, typer.Option(help="Id or name of the community; not needed if there's only one.")]
_LONGEST_DAYS: Final = 3650
_NO_SUCH: Final = "The community has no such token. `reunite token list` shows them."


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What the token is for, for example: website.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="read (the default), write or moderate; repeat for several."),
    ] = None,
    community: Community = None,
    days: Annotated[int | None, typer.Option(help="How many days it's valid; without it, until it's revoked.")] = None,
) -> None:
    """Create a token and print it.

    It's shown only once; the database keeps a hash.

    Example: reunite token create website --scope read --scope write
    """
    with prepared(with_redis=False) as (_, where):
        print(run_async(_create(where.database_url, community, name, scope or ["read"], days)))


@app.command("list")
def show(community: Community = None, *, as_json: AsJson = False) -> None:
    """List the tokens of a community, without their secrets.

    Example: reunite token list
    """
    with prepared(with_redis=False) as (_, where):
        found = run_async(_list(where.database_url, community))
        if as_json:
            print(json.dumps(found))
        else:
            for token in found:
                ends = f", until {token['expires_at'][:10]}" if token["expires_at"] else ""
                used = f"last used {token['used_at'][:10]}" if token["used_at"] else "never used"
                print(f"{token['id']}  {escaped(token['name'])} ({', '.join(token['scopes'])}{ends}), {used}")


@app.command("renew")
def renew(
    token: Annotated[str, typer.Argument(help="The token's id, as `reunite token list` shows it.")],
    community: Community = None,
) -> None:
    """Give a token another secret and print it: requests with the old one are refused from now on.

    What was posted with the old one stays the token's own.

    Example: reunite token renew 1b4e28ba-2fa1-11d2-883f-0016d3cca427
    """
    with prepared(with_redis=False) as (_, where):
        print(run_async(_renew(where.database_url, community, token)))


@app.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(help="The token's id, as `reunite token list` shows it.")],
    community: Community = None,
) -> None:
    """Revoke a token: requests with it are refused from now on.

    Example: reunite token revoke 1b4e28ba-2fa1-11d2-883f-0016d3cca427
    """
    with prepared(with_redis=False) as (_, where):
        run_async(_revoke(where.database_url, community, token))
        print("Revoked.")


@asynccontextmanager
async def _tokens_of(url: str, community: str | None) -> AsyncIterator[tuple["ApiTokens", UUID]]:
    """Yield all tokens, and the community that is meant."""
    from cli.communities import find_community
    from db.api_tokens import ApiTokens
    from db.database import Database

    async with Database(url, connections=1) as database:
        yield ApiTokens(database), (await find_community(database, community)).id


async def _create(url: str, community: str | None, name: str, scopes: Sequence[str], days: int | None) -> str:
    from db.api_tokens import SCOPES

    wanted = [scope for scope in SCOPES if scope in scopes]
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise UsageError(f"There's no scope {unknown[0]!r}. Choose from {', '.join(SCOPES)}.")
    if days is not None and not 1 <= days <= _LONGEST_DAYS:
        raise UsageError(f"--days has to be from 1 to {_LONGEST_DAYS}.")
    async with _tokens_of(url, community) as (tokens, chosen):
        expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
        return await tokens.create(chosen, name, wanted, expires_at)


async def _list(url: str, community: str | None) -> list[dict[str, Any]]:
    async with _tokens_of(url, community) as (tokens, chosen):
        return [
            {
                "id": str(token.id),
                "name": token.name,
                "scopes": list(token.scopes),
                "created_at": token.created_at.isoformat(),
                "expires_at": token.expires_at.isoformat() if token.expires_at else None,
                "used_at": token.used_at.isoformat() if token.used_at else None,
            }
            for token in await tokens.of(chosen)
        ]


async def _renew(url: str, community: str | None, token: str) -> str:
    wanted = _id(token)
    async with _tokens_of(url, community) as (tokens, chosen):
        secret = await tokens.renew(chosen, wanted)
    if secret is None:
        raise UsageError(_NO_SUCH)
    return secret


async def _revoke(url: str, community: str | None, token: str) -> None:
    wanted = _id(token)
    async with _tokens_of(url, community) as (tokens, chosen):
        if not await tokens.revoke(chosen, wanted):
            raise UsageError(_NO_SUCH)


def _id(token: str) -> UUID:
    try:
        return UUID(token)
    except ValueError as error:
        raise UsageError(f"There's no token with the id {token!r}. `reunite token list` shows them.") from error
