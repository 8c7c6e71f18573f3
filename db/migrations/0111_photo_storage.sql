-- Photos are compressed already: PostgreSQL's attempt took 6 ms of processor time for each, and saved nothing.
ALTER TABLE photo ALTER COLUMN upload SET STORAGE EXTERNAL, ALTER COLUMN copy SET STORAGE EXTERNAL;
ALTER TABLE embedding_request ALTER COLUMN photos SET STORAGE EXTERNAL;
