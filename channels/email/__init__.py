"""E-mail: IMAP in, SMTP out. Reading happens in a limited child process; nothing here trusts a stranger's bytes."""
