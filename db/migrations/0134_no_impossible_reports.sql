-- Only a found report can be sealed, and only a lost one private. Lists could be imported that say otherwise: such a
-- report stays hidden, by the flag of its kind.
UPDATE report SET sealed = (kind = 'found'), private = (kind = 'lost')
WHERE (sealed AND kind <> 'found') OR (private AND kind <> 'lost');
UPDATE report SET category = 'other' WHERE category NOT IN ('id', 'card', 'keys', 'phone', 'other');

ALTER TABLE report
  ADD CHECK (kind = 'found' OR NOT sealed),
  ADD CHECK (kind = 'lost' OR NOT private),
  ADD CHECK (category IN ('id', 'card', 'keys', 'phone', 'other'));
