-- A process also keeps what scoring reads of the reports that it searches (docs/decisions/0066-one-round-trip.md):
-- a change to any of these columns is a change to its memory.
CREATE OR REPLACE TRIGGER report_search_change
  AFTER UPDATE OF state, sealed, private, kind, community_id, text, place, happened_at, posted_at, created_at, author_id,
    words, question, question_answer ON report
  FOR EACH ROW WHEN (OLD.state = 'open' OR NEW.state = 'open') EXECUTE FUNCTION note_report_change();

-- Of embeddings and photos. A private search is never found, and a report that is deleted has been noted as such: its parts
-- say nothing. A report that isn't open yet counts: another transaction may be opening it at this moment.
ALTER FUNCTION note_embedding_change RENAME TO note_part_change;
CREATE OR REPLACE FUNCTION note_part_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE changed uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.report_id ELSE NEW.report_id END;
BEGIN
  IF NOT EXISTS (SELECT FROM report r WHERE r.id = changed AND r.state <> 'look') THEN RETURN NULL; END IF;
  IF TG_OP <> 'INSERT' THEN PERFORM note_search_change(OLD.community_id, OLD.report_id); END IF;
  IF TG_OP <> 'DELETE' AND (TG_OP = 'INSERT' OR NEW.community_id <> OLD.community_id) THEN
    PERFORM note_search_change(NEW.community_id, NEW.report_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER photo_search_arrival AFTER INSERT ON photo
  FOR EACH ROW WHEN (NEW.state = 'stored') EXECUTE FUNCTION note_part_change();
CREATE TRIGGER photo_search_change AFTER UPDATE OF state, position, colours, shows, community_id ON photo
  FOR EACH ROW WHEN (OLD.state = 'stored' OR NEW.state = 'stored') EXECUTE FUNCTION note_part_change();
CREATE TRIGGER photo_search_deletion AFTER DELETE ON photo
  FOR EACH ROW WHEN (OLD.state = 'stored') EXECUTE FUNCTION note_part_change();
