// A scripted house, a scripted network and a scripted clock around the console's own live.js and state.js.
// One seed is one run: the same cuts, losses, echoes, silences and orders of events each time.

import {Live} from "/static/live.js";
import {apply, empty, gap} from "/static/state.js";

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function dice(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Time that passes only when something is due. */
export class Clock {
  constructor() { this.now = 0; this.due = []; this.count = 0; }
  later(run, ms) {
    const timer = {at: this.now + ms, order: ++this.count, run};
    this.due.push(timer);
    return timer;
  }
  cancel(timer) { this.due = this.due.filter((each) => each !== timer); }
  pass(until) {
    for (;;) {
      const next = this.due.filter((each) => each.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.cancel(next);
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }
}

const KINDS = ["contact", "agent", "queue", "channel"];
const REMEMBERED = 60; // changes the house can resume after; older gaps get a resync or a snapshot

/** The house's side of the protocol of docs/console.md. */
export class Desk {
  constructor(random) {
    this.random = random;
    this.seq = 10;
    this.state = {me: {0: {id: 1, n: 0}}, contact: {}, message: {}, agent: {}, queue: {}, channel: {}};
    this.log = [];
    this.lines = new Set();
    this.next = 1;
    for (let n = 0; n < 6; n += 1) this.change();
  }

  /** Something happens: one or more views change in one step. */
  change(seenByAll = false) {
    const put = {}, drop = {}, r = this.random;
    if (seenByAll) put.queue = {1: (this.state.queue[1] = {id: 1, n: r()})};
    const steps = 1 + Math.floor(r() * 3);
    for (let n = 0; n < steps; n += 1) {
      const what = r();
      if (what < 0.35 && Object.keys(this.state.contact).length) this.#say(put);
      else if (what < 0.45) this.#forget(drop, put);
      else this.#touch(put);
    }
    const prev = this.seq;
    this.seq += 1 + Math.floor(r() * 3);
    const word = {prev, seq: this.seq, put: structuredClone(put), drop: structuredClone(drop)};
    this.log.push(word);
    for (const line of this.lines) line.told(word);
  }

  #say(put) {
    const ids = Object.keys(this.state.contact);
    const contact = Number(ids[Math.floor(this.random() * ids.length)]);
    const old = Object.values(this.state.message).filter((view) => view.contact === contact);
    const again = old.length && this.random() < 0.4 ? old[Math.floor(this.random() * old.length)] : null;
    const view = again ? {...again, n: this.random()} : {id: this.next++, contact, at: this.seq, n: this.random()};
    this.state.message[view.id] = view;
    (put.message ??= {})[view.id] = view;
  }

  #touch(put) {
    const kind = KINDS[Math.floor(this.random() * KINDS.length)];
    const id = kind === "channel" ? `town-${Math.floor(this.random() * 4)}` : 1 + Math.floor(this.random() * 8);
    const view = {id, n: this.random()};
    this.state[kind][id] = view;
    (put[kind] ??= {})[id] = view;
  }

  #forget(drop, put) {
    const ids = Object.keys(this.state.contact).filter((id) => !put.contact?.[id]);
    const id = Number(ids[Math.floor(this.random() * ids.length)]);
    if (!id) return;
    delete this.state.contact[id];
    (drop.contact ??= []).push(id);
  }

  /** Everything somebody with these contacts open may see. */
  fresh(open) {
    return {seq: this.seq, state: structuredClone({...this.state, message: this.messages(open)})};
  }

  messages(open) {
    return Object.fromEntries(Object.entries(this.state.message).filter(([, view]) => open.has(view.contact)));
  }
}

/** One socket with its two directions; the network between is slow, cuts, echoes and sometimes says nothing more. */
export class Line {
  constructor(desk, clock, random, faults) {
    Object.assign(this, {desk, clock, random, faults, readyState: 0, open: new Set(), at: null, up: true, silent: false, last: 0});
    this.back = 0;
    clock.later(() => this.#opened(), 5 + random() * 200);
    this.beat = clock.later(() => this.#beats(), 20_000);
  }

  #opened() {
    if (!this.up) return;
    if (this.faults.on && this.random() < 0.15) return this.cut();
    this.readyState = 1;
    this.onopen?.();
  }

  #beats() {
    if (!this.up) return;
    this.#deliver({op: "beat"});
    this.beat = this.clock.later(() => this.#beats(), 20_000);
  }

  /** What the client says; it arrives in order, after a while, or never. */
  send(text) {
    const word = JSON.parse(text);
    this.back = Math.max(this.back, this.clock.now + this.random() * 100);
    this.clock.later(() => this.up && !this.silent && this.#heard(word), this.back - this.clock.now);
  }

  #heard({op, after, open, contact}) {
    if (op === "hello") {
      this.open = new Set(open);
      this.desk.lines.add(this);
      this.#answer(after);
    } else if (op === "open") {
      this.open.add(contact);
      this.#changes({message: this.desk.messages(new Set([contact]))}, {}, this.at);
    } else if (op === "shut") {
      this.open.delete(contact);
    }
  }

  #answer(after) {
    const known = after !== null && (after === this.desk.seq || this.desk.log.slice(-REMEMBERED).some((word) => word.prev === after));
    if (!known) {
      if (after !== null && this.random() < 0.3) return this.#deliver({op: "resync"});
      this.at = this.desk.seq;
      return this.#deliver({op: "snapshot", ...this.desk.fresh(this.open)});
    }
    this.at = after;
    const put = {}, drop = {};
    for (const word of this.desk.log.filter((each) => each.prev >= after)) merge(put, drop, word);
    put.message = this.desk.messages(this.open);
    this.#changes(structuredClone(put), drop, this.desk.seq);
  }

  told({seq, put, drop}) {
    if (this.at === null) return;
    const mine = {...put, message: put.message && Object.fromEntries(Object.entries(put.message).filter(([, view]) => this.open.has(view.contact)))};
    if (!mine.message || !Object.keys(mine.message).length) delete mine.message;
    if (Object.keys(mine).length || Object.keys(drop).length) this.#changes(mine, drop, seq);
  }

  #changes(put, drop, seq) {
    this.#deliver({op: "changes", prev: this.at, seq, put, drop});
    this.at = seq;
  }

  #deliver(word) {
    if (!this.up) return;
    const text = JSON.stringify(word), r = this.random, faults = this.faults;
    if (faults.on && r() < 0.02) this.silent = true; // half open: nobody hears anything any more
    if (faults.on && r() < 0.06) return this.clock.later(() => this.cut(), r() * 300);
    const lost = faults.on && word.op === "changes" && word.seq > word.prev && r() < 0.05;
    this.last = Math.max(this.last, this.clock.now + r() * 150);
    for (let n = 0; n < (faults.on && r() < 0.1 ? 2 : 1); n += 1) {
      if (!lost) this.clock.later(() => !this.silent && this.onmessage?.({data: text}), this.last - this.clock.now);
    }
  }

  cut(code = 1006) {
    if (!this.up) return;
    this.close();
    this.onclose?.({code});
  }

  close() {
    this.up = false;
    this.readyState = 3;
    this.desk.lines.delete(this);
    this.clock.cancel(this.beat);
  }
}

function merge(put, drop, word) {
  for (const [kind, ids] of Object.entries(word.drop)) {
    for (const id of ids) {
      delete put[kind]?.[id];
      (drop[kind] ??= []).push(id);
    }
  }
  for (const [kind, views] of Object.entries(word.put)) {
    if (kind === "message") continue;
    Object.assign((put[kind] ??= {}), views);
    if (drop[kind]) drop[kind] = drop[kind].filter((id) => !(id in views));
  }
}

/** Canonical text of a state, so that two can be compared. */
export const canonical = (value) => JSON.stringify(value, (key, part) => part && typeof part === "object" && !Array.isArray(part)
  ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part);

/** Play one schedule; answers what went wrong ("" = nothing) and what was seen on the way. */
export function play(seed, {steps = 120, Client = Live} = {}) {
  const random = dice(seed), clock = new Clock(), desk = new Desk(random), faults = {on: true};
  const seen = {dials: 0, words: 0, backwards: 0, hasty: 0};
  let state = empty(), lastDial = -1e9;
  const client = new Client({
    connect: () => { seen.dials += 1; seen.hasty += clock.now - lastDial < 200; lastDial = clock.now; return new Line(desk, clock, random, faults); },
    tell: (word) => {
      const next = apply(state, word);
      seen.words += 1;
      if (state.seq !== null && next.seq < state.seq && word.op !== "snapshot") seen.backwards += 1;
      state = next;
    },
    position: () => state.seq, missed: (word) => gap(state, word),
    later: (run, ms) => clock.later(run, ms), cancel: (timer) => clock.cancel(timer), now: () => clock.now, chance: random,
  });
  client.start();
  for (let step = 0; step < steps; step += 1) {
    const what = random(), contact = 1 + Math.floor(random() * 8);
    if (what < 0.55) desk.change();
    else if (what < 0.68) client.open(contact);
    else if (what < 0.78) client.shut(contact);
    else if (what < 0.8) [...desk.lines].forEach((line) => line.cut());
    else if (what < 0.82) {
      lastDial = -1e9; // this one may come at once
      client.hurry();
    }
    clock.pass(clock.now + random() * (random() < 0.05 ? 70_000 : 800));
  }
  faults.on = false;
  clock.pass(clock.now + 200_000); // silence is noticed, pauses end
  desk.change(true); // a lost word shows itself with the next one
  clock.pass(clock.now + 5_000);
  const wanted = desk.fresh(client.opened);
  const fault = client.line !== "live" ? `the line is ${client.line}`
    : canonical({...state, seq: 0}) !== canonical({...empty(), ...wanted.state, seq: 0}) ? "the state differs from a fresh snapshot"
    : seen.backwards ? "the position went backwards" : seen.hasty ? "dialled again without a pause"
    : desk.lines.size !== 1 ? `${desk.lines.size} sockets stand open` : "";
  client.stop();
  return {seed, fault, ...seen};
}
