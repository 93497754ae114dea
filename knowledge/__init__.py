"""Knowledge: articles, the ranking that suggests them, what became of suggestions. Never knows a channel."""
