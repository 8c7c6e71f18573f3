-- The search of a large community (docs/decisions/0025-flat-search.md): what has changed since a process read its
-- vectors, and rare words by community.

-- The transaction in which a report last began or ceased to be found, or its embeddings changed. A row stays when its
-- report is deleted or moves to another community: that is a change, too.
CREATE TABLE search_change (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL,
  changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (community_id, report_id)
);
CREATE INDEX search_change_newest ON search_change (community_id, changed);
GRANT SELECT, INSERT, UPDATE ON search_change TO reunite_app;
ALTER TABLE search_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON search_change USING (community_id = current_community());

-- A community that is being deleted needs no changes.
CREATE FUNCTION note_search_change(community uuid, report uuid) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
  INSERT INTO search_change (community_id, report_id)
  SELECT c.id, report FROM community c WHERE c.id = note_search_change.community
  ON CONFLICT (community_id, report_id) DO UPDATE SET changed = excluded.changed
    WHERE search_change.changed <> excluded.changed
$$;

CREATE FUNCTION note_embedding_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM note_search_change(OLD.community_id, OLD.report_id); END IF;
  IF TG_OP <> 'DELETE' AND (TG_OP = 'INSERT' OR NEW.community_id <> OLD.community_id) THEN
    PERFORM note_search_change(NEW.community_id, NEW.report_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER embedding_search_change AFTER INSERT OR UPDATE OR DELETE ON embedding
  FOR EACH ROW EXECUTE FUNCTION note_embedding_change();

CREATE FUNCTION note_report_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM note_search_change(OLD.community_id, OLD.id);
  IF NEW.community_id <> OLD.community_id THEN PERFORM note_search_change(NEW.community_id, NEW.id); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER report_search_change AFTER UPDATE OF state, sealed, kind, community_id ON report
  FOR EACH ROW EXECUTE FUNCTION note_report_change();

-- A report's words as numbers that differ between communities: a look-up touches no row of another one.
CREATE FUNCTION word_keys(community uuid, words text[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(hashtextextended(word, uuid_hash_extended(community, 0))) FROM unnest(words) AS given (word)
$$;
DROP INDEX report_words;
CREATE INDEX report_word_keys ON report USING gin (word_keys(community_id, words)) WITH (fastupdate = off)
  WHERE state = 'open';

-- The open reports that take part in a report's search and have one of some words, with their authors. Of a word that
-- more than `most` have, neither is told. Row-level security would keep the query from the index: @> is not leakproof.
CREATE FUNCTION reports_with_words(wanted text[], of_kind report_kind, most int, searching uuid, with_sealed boolean,
  OUT word text, OUT reports uuid[], OUT authors text[])
RETURNS SETOF record LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT given.word, CASE WHEN held.n <= most THEN held.reports END, CASE WHEN held.n <= most THEN held.authors END
  FROM unnest(wanted) AS given (word) CROSS JOIN LATERAL (
    SELECT count(*) AS n, array_agg(id) AS reports, array_agg(author_id) AS authors FROM (
      SELECT r.id, r.author_id FROM report r
      WHERE r.state = 'open' AND r.kind = of_kind AND r.community_id = current_community()
        AND word_keys(r.community_id, r.words) @> word_keys(current_community(), ARRAY[given.word])
        AND r.words @> ARRAY[given.word]
        AND (with_sealed OR NOT r.sealed OR EXISTS (SELECT FROM match m
          WHERE m.found_id = r.id AND m.lost_id = searching AND m.released))
      LIMIT most + 1) AS first_ones) AS held
  WHERE held.n > 0
$$;

REVOKE ALL ON FUNCTION note_search_change, note_embedding_change, note_report_change, word_keys, reports_with_words
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_search_change, word_keys, reports_with_words TO reunite_app;
