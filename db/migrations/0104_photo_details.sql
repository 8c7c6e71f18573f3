-- How many details of two photos match, for pairs that were worth comparing.
CREATE TABLE photo_details (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  lost_id uuid NOT NULL,
  found_id uuid NOT NULL,
  lost_photo uuid NOT NULL,
  found_photo uuid NOT NULL,
  details real NOT NULL CHECK (details >= 0),
  PRIMARY KEY (lost_photo, found_photo),
  FOREIGN KEY (community_id, lost_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, found_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, lost_photo) REFERENCES photo (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, found_photo) REFERENCES photo (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX photo_details_lost ON photo_details (lost_id);
CREATE INDEX photo_details_found ON photo_details (found_id);
CREATE INDEX photo_details_found_photo ON photo_details (found_photo);
GRANT SELECT, INSERT, UPDATE, DELETE ON photo_details TO reunite_app;
ALTER TABLE photo_details ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON photo_details USING (community_id = current_community());

-- A photo that moves to another community leaves what was compared with it: it's compared again where that is needed.
CREATE FUNCTION forget_photo_details() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM photo_details WHERE lost_photo = old.id OR found_photo = old.id;
  RETURN new;
END $$;
REVOKE ALL ON FUNCTION forget_photo_details FROM PUBLIC;
CREATE TRIGGER forget_photo_details BEFORE UPDATE OF community_id ON photo
  FOR EACH ROW WHEN (old.community_id <> new.community_id) EXECUTE FUNCTION forget_photo_details();
