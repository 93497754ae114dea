"""The colleagues' side: sign-in, live console, board, admin and API. Knows storage and the router, never a channel."""
