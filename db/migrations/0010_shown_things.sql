-- What a photo clearly shows, as English nouns that the encoder knows; empty where it can't tell.
ALTER TABLE photo ADD COLUMN shows text[] NOT NULL DEFAULT '{}';
