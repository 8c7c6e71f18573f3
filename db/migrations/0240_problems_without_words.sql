-- An error's words may quote a member, so only those of a few, which come from platforms and the network, stay; of
-- others, the name (`kept_problem` in db/trouble.py). A temporary error of PostgreSQL is written again when it recurs.
UPDATE work SET problem = split_part(problem, ': ', 1)
WHERE problem ~ '^\w+: '
  AND problem !~ '^((TryAgain|MissingScope|ChannelTrouble|TokenRefused|PutOff|MissingPermission|Timeout|Connection\w*|BrokenPipe)Error|gaierror):';
UPDATE outbox SET problem = split_part(problem, ': ', 1)
WHERE problem ~ '^\w+: '
  AND problem !~ '^((TryAgain|MissingScope|ChannelTrouble|TokenRefused|PutOff|MissingPermission|Timeout|Connection\w*|BrokenPipe)Error|gaierror):';
