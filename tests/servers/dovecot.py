"""A real Dovecot (IMAP with and without TLS) on free loopback ports, ended by pid. As root it runs as nobody: Dovecot
gives no mail to uid 0."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.suites import command

USER, PASSWORD = "desk@city.example", 'p"ass\\w ö'
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = {instance}
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
mail_uid = {uid}
mail_gid = {gid}
mail_home = {folder}/mail
mail_location = maildir:~/Maildir:LAYOUT=fs
mail_fsync = never
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
{extra}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {tls_port}
    ssl = yes
  }}
}}
service lmtp {{
  chroot =
  user = {user}
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@city.example
  auth_username_format = %Lu
}}
protocol imap {{
  mail_max_userip_connections = 50
}}
"""


class Dovecot:
    """`start()`, then `drop(raw)` puts mail into the mailbox; `stop()` ends it and removes its folder."""

    def __init__(self, extra: str = "") -> None:
        self.owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        # Under /tmp itself: pytest's folders are closed to everybody but their owner.
        self.folder = Path(tempfile.mkdtemp(prefix="pishkhan-dovecot-"))
        self.folder.chmod(0o755)
        self.port, self.tls_port, self.lmtp_port = _free_ports(3)
        self.instance = f"pishkhan{self.port}"
        self.extra = extra
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._prepare()

    @property
    def ca_file(self) -> str:
        return str(self.folder / "cert.pem")

    @property
    def _maildir(self) -> Path:
        return self.folder / "mail" / "Maildir"

    def _prepare(self) -> None:
        for name in ("run", "state", "mail/Maildir/new", "mail/Maildir/cur", "mail/Maildir/tmp"):
            (self.folder / name).mkdir(parents=True)
        subprocess.run(
            [command("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
             str(self.folder / "key.pem"), "-out", str(self.folder / "cert.pem")], check=True, capture_output=True)
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
        group = subprocess.run(["id", "-gn", self.owner.pw_name], check=True, capture_output=True, text=True)
        (self.folder / "dovecot.conf").write_text(CONFIG.format(
            folder=self.folder, instance=self.instance, user=self.owner.pw_name, group=group.stdout.strip(),
            uid=self.owner.pw_uid, gid=self.owner.pw_gid, port=self.port, tls_port=self.tls_port,
            lmtp_port=self.lmtp_port, extra=self.extra),
            encoding="utf-8")
        for path in (self.folder, *self.folder.rglob("*")):
            self._give(path)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def start(self) -> None:
        """Returns when it takes connections."""
        nobody: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        self._process = subprocess.Popen(
            [command("dovecot"), "-c", str(self.folder / "dovecot.conf"), "-F"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **nobody)
        end = time.monotonic() + 15
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                if probe.recv(4) == b"* OK":
                    return
            assert self._process.poll() is None, f"Dovecot ended at once: {self.log()}"
            assert time.monotonic() < end, f"Dovecot does not answer: {self.log()}"
            time.sleep(0.02)

    def end(self) -> None:
        """Stop it as an operator would; its mails stay."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._process = None
        for pid in self.pids(""):  # what lingers in IDLE would keep its socket open
            _kill(pid)

    def stop(self) -> None:
        """End it without ceremony and remove everything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(5)
            self._process = None
        for pid in self.pids(""):
            _kill(pid)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        path = self.folder / "dovecot.log"
        return path.read_text(encoding="utf-8", errors="replace")[-2000:] if path.exists() else "(no log)"

    def drop(self, raw: bytes) -> None:
        """A mail arrives."""
        self._count += 1
        name = f"{int(time.time())}.M{self._count:06d}P{os.getpid()}.test"
        path = self._maildir / "tmp" / name
        path.write_bytes(raw)
        self._give(path)
        path.rename(self._maildir / "new" / name)

    def deliver(self, raw: bytes, *receivers: str) -> None:
        """A mail arrives as from a mail server: over LMTP, once for each receiver."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as client:
            refused = client.sendmail("sender@citizen.example", list(receivers or (USER,)), raw)
        assert not refused, refused

    def read(self) -> int:
        """How many mails are marked read."""
        cur = self._maildir / "cur"
        return sum("S" in path.name.rpartition(",")[2] for path in cur.iterdir()) if cur.exists() else 0

    def pids(self, what: str) -> list[int]:
        """Processes of this instance whose title says so, e.g. "imap"."""
        title, found = f"dovecot-{self.instance}/{what}".encode() if what else f"dovecot-{self.instance}".encode(), []
        for each in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if each.name.isdecimal() and (each / "cmdline").read_bytes().startswith(title):
                    found.append(int(each.name))
        return found

    def serves(self, pid: int) -> bool:
        """Whether a process serves a logged-in client."""
        with contextlib.suppress(OSError):
            return b"imap-login" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False

    def kill_imap(self) -> int:
        """The processes that serve logged-in clients die at once; returns how many."""
        victims = [pid for pid in self.pids("imap") if self.serves(pid)]
        for pid in victims:
            _kill(pid)
        return len(victims)

    def renumber(self) -> None:
        """The mailbox gets a new UIDVALIDITY, as after a restore from backup. Stops and starts the server."""
        self.end()
        for name in ("dovecot-uidlist", "dovecot-uidvalidity", "dovecot.index"):
            for path in self._maildir.rglob(f"{name}*"):
                path.unlink()
        self.start()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in held]
