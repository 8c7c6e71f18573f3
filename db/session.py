"""One transaction within one community, composed of parts."""

from uuid import UUID

from db.api_jobs import SqlApiJobs
from db.board import SqlBoard
from db.calibrations import SqlCalibrations
from db.candidates import SqlCandidates
from db.claims import SqlClaims
from db.deletion import SqlDeletion
from db.embeddings import SqlEmbeddings
from db.import_export import SqlImportExport
from db.index_cache import IndexCache
from db.items import SqlItems
from db.keys import Keys
from db.looks import SqlLooks
from db.matches import SqlMatches
from db.model_change import SqlModelChange
from db.outbox import SqlOutbox
from db.photo_details import SqlPhotoDetails
from db.photos import SqlPhotos
from db.prompts import SqlPrompts
from db.queries import Connection, Queries
from db.reports import SqlReports
from db.verdicts import SqlVerdicts
from db.work import SqlWork
from db.workspaces import SqlWorkspaces

__all__ = ["CommunitySession", "Connection"]


class CommunitySession(Queries):
    """`reunite.ports.Session`, and what workers, the HTTP API and the board need in addition."""

    def __init__(self, connection: Connection, community: UUID, index_cache: IndexCache, keys: Keys) -> None:
        """`connection` is in a transaction in which row-level security shows only `community`."""
        super().__init__(connection, community)
        self.reports = SqlReports(connection, community, keys)
        self.looks = SqlLooks(connection, community)
        self.prompts = SqlPrompts(connection, community)
        self.photos = SqlPhotos(connection, community)
        self.photo_details = SqlPhotoDetails(connection, community)
        self.embeddings = SqlEmbeddings(connection, community)
        self.model_change = SqlModelChange(connection, community)
        self.candidates = SqlCandidates(connection, community, index_cache)
        self.calibrations = SqlCalibrations(connection, community)
        self.matches = SqlMatches(connection, community)
        self.verdicts = SqlVerdicts(connection, community)
        self.claims = SqlClaims(connection, community, keys)
        self.outbox = SqlOutbox(connection, community)
        self.workspaces = SqlWorkspaces(connection, community)
        self.work = SqlWork(connection, community)
        self.deletion = SqlDeletion(connection, community)
        self.items = SqlItems(connection, community)
        self.api_jobs = SqlApiJobs(connection, community)
        self.import_export = SqlImportExport(connection, community)
        self.board = SqlBoard(connection, community)
