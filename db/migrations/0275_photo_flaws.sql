-- Why a photo couldn't be used is its `problem`; what is wrong with one that could be is its flaw. What was judged before
-- goes: it called sharp photos blurred.
ALTER TABLE photo ADD COLUMN flaw text;  -- key of the sentence that asks for a better one
UPDATE photo SET problem = NULL WHERE state = 'stored' AND problem IS NOT NULL;
