-- A private search of the open finds: a row like a lost report's, in a state that no other search considers.
ALTER TYPE report_state ADD VALUE 'look' BEFORE 'pending';
