-- Something known, encrypted with the deployment's key: whether the key fits is known before it is needed.
CREATE TABLE key_check (
  is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
  token text NOT NULL
);
GRANT SELECT, INSERT ON key_check TO reunite_app;
ALTER TABLE key_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON key_check USING (current_community() IS NULL);
