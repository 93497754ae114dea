"""Contacts that people record by hand: phone notes, faxes, letters, visits to the counter."""
