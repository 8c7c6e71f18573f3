-- A program pages through what it has posted, newest first: without the order in the index, each page sorts all of it.
CREATE INDEX report_author_newest ON report (workspace_id, author_id, created_at DESC, id DESC);
