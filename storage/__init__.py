"""Where things are kept: SQLite or PostgreSQL behind one writer, and files by their digest. Rows never leave here."""
