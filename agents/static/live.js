// One socket that never misses a word: resumes after the last journal position, tries again with a growing and
// jittered pause, notices silence. It decides nothing about what the words mean; state.js does that.

export const PAUSES = {first: 500, most: 20_000, quiet: 50_000};

/**
 * `connect()` opens a socket; `tell(change)` takes each word of the server; `position()` is the last journal position
 * taken in; `missed(change)` says whether a word leaves a gap; `mood(status)` hears how the line stands:
 * `{line: "dialling"|"live"|"catching-up"|"waiting"|"ended", at}` (`at`: when the next try is due, ms).
 * Clock, timers and chance are arguments so that every schedule can be played in a test.
 */
export class Live {
  constructor({connect, tell, position, missed, mood = () => {}, ended = async () => false,
    later = (run, ms) => setTimeout(run, ms), cancel = (timer) => clearTimeout(timer),
    now = () => Date.now(), chance = () => Math.random()}) {
    Object.assign(this, {connect, tell, position, missed, mood, ended, later, cancel, now, chance});
    this.opened = new Set();
    this.socket = null;
    this.failures = 0;
    this.timer = null;
    this.watch = null;
    this.line = "dialling";
  }

  start() {
    this.stopped = false;
    this.#dial();
  }

  stop() {
    this.stopped = true;
    this.cancel(this.timer);
    this.#drop();
  }

  /** Try at once instead of when the pause is over (the network came back, the tab is looked at again). */
  hurry() {
    if (this.stopped || this.line !== "waiting") return;
    this.cancel(this.timer);
    this.#dial();
  }

  /** The network is gone, says the browser: what still looks like a line leads nowhere, and nobody would hear it break. */
  sever() {
    if (this.socket) this.#lost(0);
  }

  open(contact) {
    if (this.opened.has(contact)) return;
    this.opened.add(contact);
    this.#say({op: "open", contact});
  }

  shut(contact) {
    if (!this.opened.delete(contact)) return;
    this.#say({op: "shut", contact});
    this.tell({op: "shut", contact});
  }

  typing(contact) {
    this.#say({op: "typing", contact});
  }

  #set(line, at = null) {
    this.line = line;
    this.mood({line, at});
  }

  #dial() {
    this.#drop();
    this.#set(this.failures ? "dialling" : this.line === "live" ? "catching-up" : "dialling");
    const socket = this.connect();
    this.socket = socket;
    socket.onopen = () => socket === this.socket && this.#hello(this.position());
    socket.onmessage = ({data}) => socket === this.socket && this.#heard(data);
    socket.onclose = ({code}) => socket === this.socket && this.#lost(code);
    this.#listen();
  }

  // A socket we gave up may still speak; nobody listens to it any more.
  #drop() {
    this.cancel(this.watch);
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  #hello(after) {
    this.greeted = true;
    this.#set("catching-up");
    this.#say({op: "hello", after, open: [...this.opened]});
  }

  #heard(data) {
    const word = JSON.parse(data);
    this.#listen();
    if (word.op === "beat") return;
    if (word.op === "resync") {
      this.#hello(null);
    } else if (word.op === "changes" && this.missed(word)) {
      this.#hello(this.position());
    } else {
      this.#take(word);
    }
  }

  #take(word) {
    this.tell(this.#wanted(word));
    if (word.op !== "snapshot" && word.op !== "changes") return;
    this.failures = 0;
    if (this.line !== "live") this.#set("live");
  }

  // Messages of a contact that was shut meanwhile are no longer kept up to date, so they are not taken in.
  #wanted(word) {
    const put = word.op === "snapshot" ? word.state : word.put;
    if (!put?.message) return word;
    const kept = Object.entries(put.message).filter(([, view]) => this.opened.has(view.contact));
    const message = Object.fromEntries(kept);
    return word.op === "snapshot" ? {...word, state: {...put, message}} : {...word, put: {...put, message}};
  }

  #say(word) {
    const ready = this.socket?.readyState === 1 && (this.greeted || word.op === "hello");
    if (ready) this.socket.send(JSON.stringify(word));
  }

  #listen() {
    this.cancel(this.watch);
    this.watch = this.later(() => this.#lost(0), PAUSES.quiet);
  }

  async #lost(code) {
    this.#drop();
    this.greeted = false;
    this.failures += 1;
    const widest = Math.min(PAUSES.most, PAUSES.first * 2 ** (this.failures - 1));
    const pause = Math.round(widest / 2 + (widest / 2) * this.chance());
    this.#set("waiting", this.now() + pause);
    this.timer = this.later(() => this.#dial(), pause);
    // A refused handshake looks like any other cut, so the session is asked about.
    if (code === 4401 || (this.failures > 1 && await this.ended())) {
      this.stop();
      this.#set("ended");
    }
  }
}
