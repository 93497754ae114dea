"""Web chat: the widget on any web page, its WebSocket and its files."""
