// What the widget knows of the conversation. Frames in, values out; no network, no page.
// The rule: messages are whole objects kept by id, so applying changes after N gives the same as a fresh snapshot.

export const KEPT = 400;

export function fresh() {
  return { seq: 0, messages: new Map(), line: null, pending: [] };
}

// Takes a snapshot or changes frame in.
export function apply(state, frame) {
  const whole = frame.op === "snapshot";
  if (whole) state.messages.clear();
  for (const message of frame.messages) state.messages.set(message.id, message);
  state.seq = frame.seq;
  state.line = frame.line;
  const arrived = new Set(frame.messages.filter((m) => m.mine).map((m) => m.key));
  // A snapshot holds everything that was taken in; what it lacks of the acknowledged is older than its window.
  state.pending = state.pending.filter((entry) => !arrived.has(entry.id) && !(whole && entry.state === "sent"));
  if (state.messages.size > KEPT) {
    for (const message of ordered(state).slice(0, state.messages.size - KEPT)) state.messages.delete(message.id);
  }
}

export function ordered(state) {
  return [...state.messages.values()].sort((a, b) => a.id - b.id);
}

// Adds an utterance that is still to be sent. `kind` is the protocol's word for it.
export function queue(state, entry) {
  const added = { kind: "say", text: "", files: [], state: "waiting", error: "", ...entry };
  if (!state.pending.some((each) => each.id === added.id) && !ordered(state).some((m) => m.key === added.id)) {
    state.pending.push(added);
  }
  return added;
}

export function find(state, id) {
  return state.pending.find((entry) => entry.id === id);
}

// The desk has it: words stay in sight until they come back as part of the thread, anything else is done.
export function acknowledged(state, id) {
  const entry = find(state, id);
  if (!entry) return;
  if (["open", "about", "transcript"].includes(entry.kind)) drop(state, id);
  else entry.state = "sent";
}

export function failed(state, id, code) {
  const entry = find(state, id);
  if (entry) Object.assign(entry, { state: "failed", error: code });
}

export function drop(state, id) {
  state.pending = state.pending.filter((entry) => entry.id !== id);
}

// The next utterance to send: strictly in the order written, so that a conversation never arrives mixed up.
export function next(state) {
  return state.pending.find((entry) => entry.state === "waiting");
}

// A visitor's message is "delivered" once an agent holds the conversation or has answered after it: ids up to here.
export function deliveredUpTo(state) {
  if (state.line && state.line.agent) return Infinity;
  let upTo = 0;
  for (const message of state.messages.values()) {
    if (!message.mine && message.author && message.id > upTo) upTo = message.id;
  }
  return upTo;
}

export function unread(state) {
  let count = 0;
  for (const message of state.messages.values()) if (!message.mine && message.state !== "read") count += 1;
  return count;
}

// Whether telling the desk "arrived" (or "read") would be news to it.
export function unreported(state, read) {
  for (const message of state.messages.values()) {
    if (!message.mine && message.state !== "read" && (read || message.state !== "delivered")) return true;
  }
  return false;
}
