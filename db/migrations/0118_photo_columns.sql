-- Nothing reads them: a stored copy tells its size itself.
ALTER TABLE photo DROP COLUMN sha256, DROP COLUMN width, DROP COLUMN height;
