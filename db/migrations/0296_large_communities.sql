-- A report's embeddings, as the foreign key looks for them. With a large community among many small ones, the key of
-- embeddings and the index of a community's were read for each report, all of the community's embeddings every time.
CREATE INDEX embedding_report ON embedding (report_id, community_id);
