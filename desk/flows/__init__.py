"""Dialogues as data: definitions, their checks, and the engine that walks them. Keeps nothing and sends nothing."""
