"""Telegram and messengers that speak its Bot API (Bale)."""
