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
