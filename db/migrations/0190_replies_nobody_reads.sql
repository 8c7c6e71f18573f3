-- Replies to reports of the HTTP API and of imported lists: programs read items and matches instead. A worker's sweep
-- marks them as sent (db/delivery.py).
CREATE FUNCTION settle_unread() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE outbox SET state = 'sent', problem = NULL, attempts = 0, tried_again = 0, leased_until = NULL, fence = fence + 1,
    sent_channel = CASE WHEN task <> 'remove' THEN audience END, sent_message = CASE WHEN task <> 'remove' THEN key END
  WHERE seq IN (SELECT seq FROM outbox WHERE platform = 'api' AND state = 'queued' FOR UPDATE SKIP LOCKED)
$$;
REVOKE ALL ON FUNCTION settle_unread FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_unread TO reunite_app;
