"""The demo town: a real house whose providers are the sandbox's and whose citizens are simulated."""
