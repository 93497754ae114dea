"""The core: what a contact is, who may get it and what happens next. Imports nothing of the house."""
