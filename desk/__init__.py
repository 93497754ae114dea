"""The citizens' side: dialogues that answer by themselves, and the cases they open. Never talks to a provider."""
