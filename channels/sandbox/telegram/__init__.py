"""A fake Bot API server, strict where the real one is: polling or a webhook with the secret header, sending, files,
buttons, and errors on demand. It keeps the truth of what it took. Loopback only.
"""

from channels.sandbox.telegram.server import FakeBotApi
from channels.sandbox.telegram.truth import MAGIC, TOKEN

__all__ = ["MAGIC", "TOKEN", "FakeBotApi"]
