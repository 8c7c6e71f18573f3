-- Slack workspaces that installed the app by OAuth. These tables belong to no community: a token comes before it.
CREATE TABLE slack_installation (
  team text PRIMARY KEY,
  name text NOT NULL,
  bot_user text NOT NULL,
  bot_token text NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT now()
);

-- Installations that were begun in a browser and not finished yet.
CREATE TABLE slack_oauth_state (
  state text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

-- Events that were dealt with: Slack sends one again where it missed the acknowledgement.
CREATE TABLE slack_event (
  id text PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX slack_event_at ON slack_event (at);

-- Until when the bot has heard of everything in a workspace.
CREATE TABLE slack_presence (
  team text PRIMARY KEY,
  heard_at timestamptz NOT NULL
);

-- Reactions that were taken as verdicts: which of them have gone is seen only so, after a pause.
CREATE TABLE slack_reaction (
  team text NOT NULL,
  channel text NOT NULL,
  message text NOT NULL,
  reaction text NOT NULL,
  member text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (team, channel, message, reaction, member)
);

GRANT SELECT, INSERT, UPDATE, DELETE
  ON slack_installation, slack_oauth_state, slack_event, slack_presence, slack_reaction TO reunite_app;
