-- How often work was begun with nothing beside it, since it last ended in success or failure.
ALTER TABLE work ADD COLUMN alone int NOT NULL DEFAULT 0;
