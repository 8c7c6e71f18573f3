-- How often an edit or a removal that a platform refused has been queued again since it last succeeded.
ALTER TABLE outbox ADD COLUMN tried_again int NOT NULL DEFAULT 0;
