"""The contact form of a site."""
