"""A real SIP endpoint (baresip) and a real caller (sipp), each a process of its own on loopback, ended by pid."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.suites import command

_CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip}
sip_trans_def udp
call_local_timeout 120
call_max_calls 1
audio_player aubridge,nil
audio_source aubridge,mute
audio_alert aubridge,nil2
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports {rtp}-{rtp_end}
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module aufile.so
module sndfile.so
module ctrl_tcp.so
module_tmp account.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:{control}
snd_path {folder}
"""
_DIGITS = Path("/usr/share/sip-tester")
_NAMES = {"*": "star", "#": "pound"}


def _free(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class Baresip:
    """A running endpoint."""

    sip_port: int
    control_port: int
    folder: Path  #: recordings and prompts
    pid: int


@contextlib.asynccontextmanager
async def baresip(tmp_path: Path) -> AsyncIterator[Baresip]:
    """Started, its control port open; ended by its process."""
    home, folder = tmp_path / "baresip", tmp_path / "sound"
    home.mkdir()
    folder.mkdir()
    sip, control = _free(socket.SOCK_DGRAM), _free(socket.SOCK_STREAM)
    rtp = 20000 + (sip % 10000) // 2 * 2
    (home / "config").write_text(_CONFIG.format(sip=sip, control=control, rtp=rtp, rtp_end=rtp + 40, folder=folder))
    (home / "accounts").write_text(f"<sip:ivr@127.0.0.1:{sip}>;regint=0;answermode=auto;audio_codecs=pcma,pcmu\n")
    (home / "contacts").write_text("")
    with (home / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            command("baresip"), "-f", str(home), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        await _listening(control, process, home / "log")
        yield Baresip(sip_port=sip, control_port=control, folder=folder, pid=process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 3)
        except TimeoutError:  # it first waits for the other side of a call that is still up
            process.kill()
            await process.wait()


async def _listening(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.returncode is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        await asyncio.sleep(0.05)
    words = await asyncio.to_thread(log.read_text, errors="replace")
    raise AssertionError(f"baresip does not listen (exit status {process.returncode}):\n{words}")


class _Ear(asyncio.DatagramProtocol):
    """Keeps the RTP that comes to the caller."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.packets.append(data)


@dataclass(slots=True, kw_only=True)
class Sipp:
    """A caller whose steps are set off one by one, so that no test depends on how fast a machine is."""

    call_id: str
    port: int
    process: asyncio.subprocess.Process
    ear: _Ear
    log: Path
    said: list[str] = field(default_factory=list)

    def go_on(self) -> None:
        """Set off the next step: a SIP INFO with this call's id, which the scenario waits for."""
        self.said.append("go")
        n = len(self.said)
        lines = [f"INFO sip:caller@127.0.0.1:{self.port} SIP/2.0",
                 f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKtest{n}",
                 "From: <sip:test@127.0.0.1>;tag=test", "To: <sip:caller@127.0.0.1>;tag=1",
                 f"Call-ID: {self.call_id}", f"CSeq: {100 + n} INFO", "Content-Length: 0", "", ""]
        message = "\r\n".join(lines)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(message.encode(), ("127.0.0.1", self.port))

    def sound(self) -> bytes:
        """What the caller heard, decoded from A-law to 16-bit samples."""
        return b"".join(_ALAW[byte] for packet in self.ear.packets if packet[1] & 0x7F == 8 for byte in packet[12:])

    def words(self) -> str:
        """What sipp printed, for a failure's message."""
        return f"sipp (exit status {self.process.returncode}):\n{self.log.read_text(errors='replace')[-3000:]}"

    async def ended(self, seconds: float = 20) -> int:
        """sipp's exit status: 0 = the call went as its steps say."""
        return await asyncio.wait_for(self.process.wait(), seconds)


def _alaw(byte: int) -> bytes:
    """ITU-T G.711, A-law to linear."""
    byte ^= 0x55
    exponent, mantissa = (byte & 0x70) >> 4, byte & 0x0F
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return (value if byte & 0x80 else -value).to_bytes(2, "little", signed=True)


_ALAW = [_alaw(byte) for byte in range(256)]

_INVITE = """\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="caller">
<send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{number}@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: sip:{number}@[local_ip]:[local_port]
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=u 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[local_ip_type] [local_ip]
t=0 0
m=audio {ear} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=sendrecv
]]></send>
<recv response="100" optional="true"/><recv response="180" optional="true"/>
<recv response="200" rrs="true"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{number}@[local_ip]:[local_port]>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
"""
_BYE = """\
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{number}@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
"""
_WAIT_BYE = """\
<recv request="BYE" timeout="60000"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
"""
_GO = '<recv request="INFO" timeout="60000"/>\n'
_PLAY = '<nop><action><exec play_pcap_audio="{file}"/></action></nop>\n'


def _scenario(number: str, ear: int, steps: list[str]) -> str:
    parts = [_INVITE.format(number=number, ear=ear)]
    for step in steps:
        if step == "bye":
            parts.append(_GO + _BYE.format(number=number))
        elif step == "wait-bye":
            parts.append(_WAIT_BYE)
        elif step == "speak":
            parts.append(_GO + _PLAY.format(file=_DIGITS / "g711a.pcap"))
        else:
            parts.append(_GO + _PLAY.format(file=_DIGITS / f"dtmf_2833_{_NAMES.get(step, step)}.pcap"))
    return "".join([*parts, "</scenario>\n"])


@contextlib.asynccontextmanager
async def sipp(tmp_path: Path, to: Baresip, steps: list[str], *, number: str = "+989121234567") -> AsyncIterator[Sipp]:
    """A call with these steps: a key, "speak", "bye" (each after `go_on()`), or "wait-bye" (the house hangs up)."""
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_datagram_endpoint(_Ear, local_addr=("127.0.0.1", 0))
    port, media = _free(socket.SOCK_DGRAM), _free(socket.SOCK_DGRAM) // 2 * 2
    scenario = tmp_path / f"call-{port}.xml"
    scenario.write_text(_scenario(number, transport.get_extra_info("sockname")[1], steps))
    call_id = f"call-{port}@127.0.0.1"
    with (tmp_path / f"sipp-{port}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            command("sipp"), f"127.0.0.1:{to.sip_port}", "-sf", str(scenario), "-s", "ivr", "-i", "127.0.0.1",
            "-mi", "127.0.0.1", "-mp", str(media), "-p", str(port), "-m", "1", "-l", "1", "-nostdin", "-timeout", "90s",
            "-cid_str", call_id, cwd=tmp_path, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield Sipp(call_id=call_id, port=port, process=process, ear=ear, log=tmp_path / f"sipp-{port}.log")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        transport.close()
