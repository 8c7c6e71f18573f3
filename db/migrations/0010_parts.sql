-- A text about several things has a vector for each of them.
ALTER TABLE embedding
  ADD COLUMN part smallint NOT NULL DEFAULT 0,
  DROP CONSTRAINT embedding_report_id_model_id_space_photo_id_key,
  ADD UNIQUE NULLS NOT DISTINCT (report_id, model_id, space, photo_id, part);
