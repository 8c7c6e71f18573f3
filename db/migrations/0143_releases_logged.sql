-- Who let the owner know about a sealed match is in the log too, from now on.
ALTER TABLE claim_decision DROP CONSTRAINT claim_decision_state_check,
  ADD CONSTRAINT claim_decision_state_check CHECK (state IN ('accepted', 'rejected', 'released'));
