-- A search reads every vector of its kind, and those over 2 kB had to be fetched from another table one by one.
ALTER TABLE embedding ALTER COLUMN vector SET STORAGE PLAIN;
