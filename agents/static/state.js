// What a page knows, as one plain object, and the only function that changes it.
// Pure: no clock, no network, no DOM. The promise: apply(old snapshot, changes) equals a fresh snapshot.

export const KINDS = ["me", "contact", "message", "agent", "queue", "channel", "alarms"];

/** The state before the first snapshot; `seq` is the journal position, null = nothing was told yet. */
export function empty() {
  return {seq: null, me: {}, contact: {}, message: {}, agent: {}, queue: {}, channel: {}, alarms: {}};
}

/** The state after one word of the server (or the local word `shut`); the old one is left as it was. */
export function apply(state, change) {
  switch (change.op) {
    case "snapshot": return fresh(change);
    case "changes": return changed(state, change);
    case "shut": return {...state, message: without(state.message, (view) => view.contact === change.contact)};
    default: return state;
  }
}

/** True when changes do not continue where this state stands: something between was never told. */
export function gap(state, change) {
  if (change.op !== "changes") return false;
  return state.seq === null || (change.prev != null && change.prev > state.seq);
}

function fresh({seq, state}) {
  const next = {...empty(), seq};
  for (const kind of KINDS) next[kind] = {...(state[kind] ?? {})};
  return next;
}

function changed(state, {seq, put = {}, drop = {}}) {
  if (state.seq !== null && seq < state.seq) return state; // an old word, told twice
  const next = {...state, seq};
  for (const kind of KINDS) {
    if (!put[kind] && !drop[kind]) continue;
    const views = {...state[kind]};
    for (const id of drop[kind] ?? []) delete views[id];
    for (const [id, view] of Object.entries(put[kind] ?? {})) views[id] = view;
    next[kind] = views;
  }
  return next;
}

function without(views, unwanted) {
  return Object.fromEntries(Object.entries(views).filter(([, view]) => !unwanted(view)));
}

/** The signed-in agent's own view, or null before the first snapshot. */
export const me = (state) => state.me["0"] ?? null;

/** What supervisors are to know now: `{total, standing}`; empty for others. */
export const alarms = (state) => state.alarms["0"] ?? {total: 0, standing: []};

/** Contacts offered to me, the one that runs out first in front. */
export function offers(state) {
  const mine = me(state)?.id;
  return Object.values(state.contact)
    .filter((contact) => contact.offer && contact.offer.agent === mine)
    .sort((a, b) => compare(a.offer.expires_at, b.offer.expires_at) || a.id - b.id);
}

/** Contacts I hold, the one whose citizen spoke last longest ago in front; put aside ones at the end. */
export function mine(state) {
  const self = me(state)?.id;
  return Object.values(state.contact)
    .filter((contact) => contact.agent === self && contact.state !== "offered")
    .sort((a, b) => rank(a) - rank(b) || compare(touched(a), touched(b)) || a.id - b.id);
}

/** Contacts nobody holds, the oldest in front (those with a higher priority before). */
export function waiting(state) {
  return Object.values(state.contact)
    .filter((contact) => contact.state === "waiting")
    .sort((a, b) => b.priority - a.priority || compare(a.queued_at, b.queued_at) || a.id - b.id);
}

/** Everybody whom nobody answers yet, also those who are being offered; who waits longest in front. */
export function unanswered(state) {
  return Object.values(state.contact)
    .filter((contact) => contact.state === "waiting" || contact.state === "offered")
    .sort((a, b) => compare(a.queued_at, b.queued_at) || a.id - b.id);
}

/** What colleagues hold or are being offered. */
export function team(state) {
  const self = me(state)?.id;
  return Object.values(state.contact)
    .filter((contact) => contact.agent !== null && contact.agent !== self)
    .sort((a, b) => a.agent - b.agent || compare(a.state_since, b.state_since) || a.id - b.id);
}

/** Messages of one contact in the order they reached the desk: a sender's clock may be wrong, and no message may slip in
 *  above what was read already. */
export function messagesOf(state, contact) {
  return Object.values(state.message)
    .filter((message) => message.contact === contact)
    .sort((a, b) => a.id - b.id);
}

/** True when the citizen had the last word, so the next one is ours. */
export const ourTurn = (contact) => contact.last?.direction === "in" && contact.state === "active";

/** Agents a contact can be handed to: signed in colleagues, ready ones in front. */
export function colleagues(state) {
  const self = me(state)?.id;
  const order = {ready: 0, away: 1, offline: 2};
  return Object.values(state.agent)
    .filter((agent) => agent.id !== self)
    .sort((a, b) => order[a.state] - order[b.state] || a.load / a.capacity - b.load / b.capacity || a.id - b.id);
}

export const queues = (state) => Object.values(state.queue).sort((a, b) => a.id - b.id);

function rank(contact) {
  if (contact.state === "snoozed") return 3;
  if (contact.state === "wrap-up") return 2;
  return contact.last?.direction === "in" ? 0 : 1;
}

const touched = (contact) => contact.last?.at ?? contact.state_since;

// Times are ISO 8601 in UTC, so they compare as text once they are as long as each other.
function compare(a, b) {
  const x = Date.parse(a ?? 0), y = Date.parse(b ?? 0);
  return x - y;
}
