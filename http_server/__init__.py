"""What Reunite's HTTP servers share: the API, the board, the local page, webhooks and metrics."""
