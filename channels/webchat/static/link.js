// The connection to the desk: session, socket, reconnecting, sending in order. Knows no page.

import { acknowledged, apply, failed, next, queue } from "./state.js";

export const SUBPROTOCOL = "pishkhan.1";
const FIRST_RETRY = 500;
const LAST_RETRY = 30000;
const PING = 25000;
const ANSWER = 10000;
const RENEW = 30 * 86400000;

// `env` brings what a page has: WebSocket, fetch, setTimeout, clearTimeout, random.
// `told` hears about every change: told(what, frame).
export class Link {
  constructor({ base, state, store, hello, upload, told, env, identity = () => "" }) {
    Object.assign(this, { base, state, store, hello, upload, told, env, identity });
    this.status = "idle";
    this.socket = null;
    this.visitor = "";
    this.greeted = false;
    this.failures = 0;
    this.stale = false;
    this.busy = "";
    this.reported = "";
    this.timers = {};
  }

  get token() {
    return this.store.get("token") || "";
  }

  // Tokens end; one that is used is renewed long before.
  aged() {
    return parseInt(this.token.split(".")[1], 16) * 1000 < Date.now() - RENEW;
  }

  // Whose conversation the browser holds must be who is signed in on the page now.
  changed() {
    return this.identity() ? !this.confirmed : this.token.startsWith("u");
  }

  // Begins; again and again is harmless.
  start() {
    if (this.status === "idle" || this.status === "refused") this.connect();
  }

  // Something says that now is a good moment to try (the network is back, the page is looked at).
  nudge() {
    if (this.status === "waiting") this.connect();
    else if (this.greeted) this.ping();
  }

  // The network is gone: what still looks like a line leads nowhere, and nobody would hear it break.
  sever() {
    if (this.socket) this.lost(this.socket);
  }

  async connect() {
    this.set("connecting");
    this.clear("retry");
    if (!this.token || this.stale || this.aged() || this.changed()) {
      const answer = await this.session();
      if (answer === "refused") return this.set("refused");
      if (answer === "unreachable") return this.later();
    }
    this.dial();
  }

  async session() {
    const identity = this.identity();
    const asked = this.token;
    try {
      const body = JSON.stringify({ ...(identity && { identity }), ...(asked && { token: asked }) });
      const answer = await this.env.fetch(this.base + "session", { method: "POST", body, credentials: "omit" });
      if (answer.status === 403) return "refused";
      if (!answer.ok) return "unreachable";
      const { visitor, token } = await answer.json();
      // Another tab may have been quicker: all tabs are one visitor, the one that was stored first.
      if (this.token === asked || identity) {
        if (asked.startsWith("u") && asked.split(".")[0] !== visitor) this.leave();
        this.store.set("token", token);
      }
      this.stale = false;
      this.confirmed = true;
      return "ok";
    } catch {
      return "unreachable";
    }
  }

  // Nothing of one person stays for the next: not the conversation, not what they had begun to write.
  leave() {
    for (const key of this.store.keys("")) this.store.remove(key);
    this.state.pending = [];
  }

  dial() {
    const visitor = this.token.split(".")[0];
    // Somebody else's conversation (the old token was no longer good) starts from nothing.
    if (visitor !== this.visitor) this.state.seq = 0;
    this.visitor = visitor;
    const url = this.base.replace(/^http/, "ws") + "socket";
    let socket;
    try {
      socket = new this.env.WebSocket(url, [SUBPROTOCOL, this.token]);
    } catch {
      return this.later();
    }
    this.socket = socket;
    let opened = false;
    this.after("answer", ANSWER, () => this.lost(socket));
    socket.onopen = () => {
      opened = true;
      this.write({ op: "hello", after: this.state.seq, ...this.hello() });
    };
    socket.onmessage = (event) => socket === this.socket && this.read(JSON.parse(event.data));
    socket.onclose = () => {
      // Refused before it opened: perhaps the token is no longer good; asking for a session tells.
      if (!opened) this.stale = true;
      this.lost(socket);
    };
  }

  lost(socket) {
    if (socket !== this.socket) return;
    this.socket = null;
    this.greeted = false;
    this.busy = "";
    this.reported = "";
    this.clear("answer");
    this.clear("ping");
    socket.onclose = null;
    socket.close();
    this.later();
  }

  later() {
    const wait = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.failures) * (0.5 + this.env.random() / 2);
    this.failures += 1;
    this.after("retry", wait, () => this.connect());
    this.set("waiting");
  }

  read(frame) {
    if (frame.op === "snapshot" || frame.op === "changes") {
      apply(this.state, frame);
      this.forget(frame.messages);
      if (!this.greeted) this.welcome();
    } else if (frame.op === "said") {
      this.settled(frame.id, () => acknowledged(this.state, frame.id));
    } else if (frame.op === "error") {
      this.refusal(frame);
    } else if (frame.op === "pong") {
      this.clear("answer");
      this.rest();
    }
    this.told(frame.op, frame);
    this.pump();
  }

  welcome() {
    this.greeted = true;
    this.failures = 0;
    this.clear("answer");
    this.set("live");
    this.rest();
  }

  refusal({ code, id, retry_after: wait }) {
    if (!id) return;
    // With a time it is not refused, only not now: it keeps its place.
    if (wait) this.after("pump", wait * 1000, () => this.settled(id));
    else this.settled(id, () => failed(this.state, id, code));
  }

  settled(id, change) {
    if (change) {
      change();
      this.store.remove("say:" + id);
    }
    if (this.busy === id) this.busy = "";
    this.pump();
  }

  // Takes an utterance to be sent. Words survive the page until they are taken in; files cannot.
  say(entry) {
    const added = queue(this.state, entry);
    if (added.kind !== "open" && !added.files.length) this.keep(added);
    this.told("queued");
    this.pump();
  }

  keep({ id, kind, text, value, at }) {
    this.store.set("say:" + id, JSON.stringify({ id, kind, text, value, at }));
  }

  // What an earlier page, or another tab, wrote and nobody acknowledged. Sent twice it is still one message.
  recall() {
    const kept = this.store.keys("say:").map((key) => JSON.parse(this.store.get(key)));
    for (const entry of kept.sort((a, b) => a.at - b.at)) queue(this.state, entry);
  }

  // What came back as part of the thread was taken in, even when the word that said so was lost.
  forget(messages) {
    const arrived = new Set(messages.map((message) => message.key));
    for (const key of this.store.keys("say:")) if (arrived.has(key.slice(4))) this.store.remove(key);
  }

  again(entry) {
    Object.assign(entry, { state: "waiting", error: "" });
    for (const file of entry.files) file.upload = "";
    this.told("queued");
    this.pump();
  }

  // Sends what waits, one at a time: the next goes when this one is committed.
  async pump() {
    const entry = this.greeted && !this.busy ? next(this.state) : undefined;
    if (!entry) return;
    this.busy = entry.id;
    const socket = this.socket;
    try {
      for (const file of entry.files) file.upload ||= await this.upload(file);
    } catch (error) {
      if (this.busy === entry.id) this.busy = "";
      if (error.code !== "network") {
        failed(this.state, entry.id, error.code);
        this.told("error", { code: error.code, id: entry.id });
        this.pump();
      } else {
        this.after("pump", 2000, () => this.pump());
      }
      return;
    }
    // The connection may have changed hands during an upload; whoever is live now pumps again.
    if (socket !== this.socket) return;
    const { id, kind, text, value, files } = entry;
    if (kind === "say") this.write({ op: kind, id, text, uploads: files.map((file) => file.upload) });
    else if (kind === "call") this.write({ op: kind, id, phone: value });
    else if (kind === "about" || kind === "transcript") this.write({ op: kind, id, ...value });
    else this.write({ op: kind, id, value });
  }

  typing(text) {
    if (this.greeted) this.write(text ? { op: "typing", text } : { op: "typing" });
  }

  // Says what arrived, and whether it was before somebody's eyes; each position once.
  seen(read) {
    const report = `${this.state.seq}:${read}`;
    if (!this.greeted || report === this.reported) return;
    this.reported = report;
    this.write({ op: "seen", seq: this.state.seq, read });
  }

  ping() {
    this.clear("ping");
    const socket = this.socket;
    this.write({ op: "ping" });
    this.after("answer", ANSWER, () => this.lost(socket));
  }

  rest() {
    this.after("ping", PING, () => this.ping());
  }

  write(frame) {
    if (this.socket && this.socket.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  set(status) {
    this.status = status;
    this.told("status");
  }

  after(name, wait, work) {
    this.clear(name);
    this.timers[name] = this.env.setTimeout(work, wait);
  }

  clear(name) {
    this.env.clearTimeout(this.timers[name]);
    delete this.timers[name];
  }
}
