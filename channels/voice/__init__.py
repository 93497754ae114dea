"""Telephone calls through an IVR that a TwiML carrier drives."""
