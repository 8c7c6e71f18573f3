"""Photos that people post in the thread of their own report: only the post counts, so they learn how to add one."""

from reunite import rules
from reunite.entities import Member, ReplyTarget
from reunite.messages import keys, offers
from reunite.ports import Store


class ThreadPhotoHandlers:
    """Answers photos in reports' threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def answer(self, post: ReplyTarget, member: Member) -> bool:
        """Tell the author of the report with this post, once, how to search with their photo too. Idempotent.

        Return whether this tells them.

        Without `post.message`, it's their report that is answered in the channel: a private one.
        """
        async with self._store.entered(post.platform, post.workspace) as (workspace, _, session):
            theirs = await session.reports.by_author(workspace.id, member.id)
            report = next((report for report in theirs if _is_at(report.target, post)), None)
            if report is None or report.quiet or report.state not in rules.IN_PROGRESS:
                return False
            await session.outbox.post(report.id, keys.thread_photo(report.id), offers.thread_photo(report))
            return True


def _is_at(report: ReplyTarget, post: ReplyTarget) -> bool:
    return report.channel == post.channel and post.message in {report.message, None}
