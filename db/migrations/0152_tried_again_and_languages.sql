-- How often an edit or a removal that a platform refused has been queued again since it last succeeded.
ALTER TABLE outbox ADD COLUMN tried_again int NOT NULL DEFAULT 0;

-- The language of a private report's author, who alone reads its thread; NULL for the workspace's, and if it's public.
ALTER TABLE report ADD COLUMN language text;
