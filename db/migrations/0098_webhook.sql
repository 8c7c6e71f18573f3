-- A chat that talks to the bot by webhooks (docs/webhook.md).

ALTER TYPE platform ADD VALUE 'webhook';
