"""How every HTTP server of Reunite listens: the API, the board, the local page, webhooks and metrics."""
