-- As before (0114), but of a time also whether only its day is known, which scoring reads now.
CREATE OR REPLACE TRIGGER report_search_change
  AFTER UPDATE OF state, sealed, private, kind, community_id, text, place, happened_at, happened_on, posted_at, created_at,
    author_id, words, question, question_answer ON report
  FOR EACH ROW WHEN (OLD.state = 'open' OR NEW.state = 'open') EXECUTE FUNCTION note_report_change();
