"""The question of a lost report: asked as the workers do, and answered as a member does."""

from reunite.commands import AnswerQuestion
from reunite.entities import Member, Question, Report
from reunite.messages import keys, wording
from reunite.posts import AnswerResult
from tests.contract.stages import ADA, Stage


async def ask(stage: Stage, lost: Report, question: Question) -> None:
    async with stage.session(lost.community) as session:
        await session.prompts.ask(lost.id, question)
        await session.outbox.post(lost.id, keys.question(lost.id), wording.question(lost, question))


async def answer(stage: Stage, lost: Report, choice: str, by: Member = ADA) -> AnswerResult:
    command = AnswerQuestion(target=lost.target, member=by, report=lost.id, choice=choice)
    return await stage.handlers.answer_question(command)
