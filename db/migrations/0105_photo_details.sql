-- A photo that is deleted or moved takes what was compared with it.
CREATE INDEX photo_details_found_photo ON photo_details (found_photo);
DROP INDEX photo_details_found;
CREATE INDEX photo_details_found ON photo_details (found_id);
