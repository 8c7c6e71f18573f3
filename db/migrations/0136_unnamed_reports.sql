-- A purged report's author id may go before the rest (db/forgetting.py), so it no longer says whether the row is empty.
ALTER TABLE report ADD COLUMN emptied boolean NOT NULL DEFAULT false;
UPDATE report SET emptied = true WHERE purged_at IS NOT NULL AND author_id = '';

-- A process from before 0132 doesn't say when what it purges is forgotten.
UPDATE report SET forget_at = purged_at + interval '30 days'
WHERE purged_at IS NOT NULL AND forget_at IS NULL AND NOT emptied;
CREATE FUNCTION note_purged() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.forget_at := NEW.purged_at + interval '30 days';
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION note_purged FROM PUBLIC;
CREATE TRIGGER report_purged BEFORE UPDATE OF purged_at ON report
  FOR EACH ROW WHEN (NEW.purged_at IS NOT NULL AND NEW.forget_at IS NULL) EXECUTE FUNCTION note_purged();

UPDATE web_message SET author_id = '' WHERE author_name = '' AND text = '';
