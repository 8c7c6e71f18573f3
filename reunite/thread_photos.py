"""Photos that people post in the thread of their own report: only the post counts, so they learn how to add one."""

from reunite import rules
from reunite.entities import Member, ReplyTarget
from reunite.messages import keys, offers
from reunite.ports import Store


class ThreadPhotoHandlers:
    """Answers photos in reports' threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def answer(self, post: ReplyTarget, member: Member) -> None:
        """Tell the author of the report with this post, once, how to search with their photo too. Idempotent."""
        async with self._store.entered(post.platform, post.workspace) as (_, _, session):
            report = await session.reports.at(post)
            is_theirs = report is not None and report.is_by(post.account(member))
            if report and is_theirs and report.state in rules.IN_PROGRESS and not report.quiet:
                await session.outbox.post(report.id, keys.thread_photo(report.id), offers.thread_photo(report))
