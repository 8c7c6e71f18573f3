-- A member may withdraw a claim. It still counts as a try.
ALTER TABLE claim DROP CONSTRAINT claim_state_check,
  ADD CONSTRAINT claim_state_check CHECK (state IN ('open', 'accepted', 'rejected', 'withdrawn'));
