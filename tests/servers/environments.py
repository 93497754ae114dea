"""Environments of their own for programs whose packages do not belong beside ours. Made once."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One folder with a Python and exactly what a file pins."""

    name: str  #: in words, for whoever waits
    folder: Path
    pins: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def _stamp(self) -> Path:
        return self.folder / "installed"

    def _wanted(self) -> str:
        return hashlib.sha256(self.pins.read_bytes()).hexdigest()

    def installed(self) -> bool:
        """Whether it holds exactly what is pinned."""
        stamp = self._stamp
        return self.python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8").strip() == self._wanted()

    def install(self) -> None:
        """Make it, unless it is there. Raises CalledProcessError when that cannot be done."""
        if self.installed():
            return
        sys.stderr.write(f"Installing {self.name} into {self.folder.name} (once) ...\n")
        if self.folder.exists():
            shutil.rmtree(self.folder)
        made = subprocess.run([sys.executable, "-m", "venv", str(self.folder)], check=False)
        pip = [str(self.python), "-m", "pip"]
        if made.returncode:
            # Debian without python3-venv: the pip of our own environment can install into one that has none.
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.folder)], check=True)
            pip = [sys.executable, "-m", "pip", "--python", str(self.python)]
        subprocess.run([*pip, "install", "-qq", "--disable-pip-version-check", "--no-input", "-r", str(self.pins)],
                       check=True)
        self._stamp.write_text(self._wanted(), encoding="utf-8")
