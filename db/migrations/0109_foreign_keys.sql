-- Indexes for what hangs on a photo or on a report. Without them, whatever deletes a photo reads all embeddings and matches
-- of its community, and whatever deletes a report reads the whole of `work`.
CREATE INDEX embedding_photo ON embedding (photo_id) WHERE photo_id IS NOT NULL;
CREATE INDEX match_photo ON match (photo_id) WHERE photo_id IS NOT NULL;
CREATE INDEX work_report ON work (report_id);
