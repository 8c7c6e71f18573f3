-- Why a photo couldn't be used is its `problem`; what is wrong with one that could be is its flaw.
ALTER TABLE photo ADD COLUMN flaw text;  -- key of the sentence that asks for a better one
