// What can be done with a contact and the calls that do it. `possible` is pure; the truth comes back by the socket.

import {boot} from "../boot.js";
import {newKey} from "../call.js";
import {act, choose, known, send} from "../page.js";

const ENDED = new Set(["closed", "abandoned"]);
const RANK = {agent: 0, supervisor: 1, admin: 2};

/** The names of the deeds that make sense for this contact and this agent, in the order they are offered. */
export function possible(contact, self, limits = {}) {
  if (!contact || !self) return [];
  if (ENDED.has(contact.state)) return ["reopen"];
  const leads = RANK[self.role] > 0;
  if (contact.offer?.agent === self.id) return ["accept", "decline"];
  if (contact.state === "waiting") return ["take", "note", ...(leads ? ["transfer"] : [])];
  if (contact.agent !== self.id) return leads ? ["take", "note", "transfer"] : ["note"];
  if (contact.state === "wrap-up") return ["close", "reopen", "note"];
  if (contact.state === "snoozed") return ["reopen", "close", "note", "transfer"];
  return ["reply", "note", "transfer", "snooze", "finish", "close", ...holding(contact, self, limits), ...(limits.connects ? ["hangup"] : [])];
}

const holding = (contact, self, limits) =>
  !limits.holds || !self.phone ? [] : contact.data?.on_hold === self.id ? ["resume"] : ["hold"];

const path = (contact, deed) => `/api/contacts/${contact.id}/${deed}`;

/** The name under which `act` counts a deed on a contact: only one of a kind at a time. */
export const called = (deed, contact) => `${deed}:${contact.id}`;

/** The plain deeds: one call without more to say. */
export const doing = {
  accept: (contact) => send("POST", `/api/offers/${contact.offer.id}/accept`, {}),
  decline: (contact) => send("POST", `/api/offers/${contact.offer.id}/decline`, {}),
  take: (contact) => send("POST", path(contact, "take"), {}),
  finish: (contact) => send("POST", path(contact, "finish"), {}),
  reopen: (contact) => send("POST", path(contact, "reopen"), {}),
  hangup: (contact) => send("POST", path(contact, "hangup"), {}),
  hold: (contact) => send("POST", path(contact, "hold"), {}),
  resume: (contact) => send("POST", path(contact, "resume"), {}),
};

/** Do one and, where it gives the contact to us, go to it. */
export async function run(deed, contact, then = () => {}) {
  if (await act(called(deed, contact), () => doing[deed](contact))) then(contact.id);
}

export const transfer = (contact, {queue, agent, note}) =>
  send("POST", path(contact, "transfer"), {...(agent ? {agent} : {queue}), ...(note ? {note} : {})});
export const snooze = (contact, until) => send("POST", path(contact, "snooze"), {until});
export const close = (contact, {disposition, note}) =>
  send("POST", path(contact, "close"), {disposition, ...(note ? {note} : {})});
export const retry = (delivery) => send("POST", `/api/deliveries/${delivery.id}/retry`, {});
export const giveUp = (delivery) => send("POST", `/api/deliveries/${delivery.id}/give-up`, {});
/** What became of an answer that a person carried. */
export const handed = (contact, delivery, state) =>
  send("POST", channelOf(contact).record.replace(/record$/, "delivered"), {delivery: delivery.id, state});
export const state = (value, reason) => send("POST", "/api/me/state", {state: value, ...(reason ? {reason} : {})});

/** A file on its way in: the name travels percent-encoded, because a header holds no Persian. */
export const upload = (file) => send("POST", "/api/uploads", undefined, {
  raw: file, patience: 120_000,
  headers: {"Content-Type": file.type || "application/octet-stream", "X-File-Name": encodeURIComponent(file.name)},
});

/** Fetch a contact that is not in the live state (closed ones) so that it can be read. */
export async function fetchEnded(id) {
  const got = await act(`fetch:${id}`, async () => {
    const [{contact}, {messages}] = await Promise.all([
      send("GET", `/api/contacts/${id}`), send("GET", `/api/contacts/${id}/messages`)]);
    return {contact, messages};
  });
  if (got?.contact) choose((old) => ({archive: {...old.archive, [id]: got}}));
  return got;
}

/** The contact wherever it is known: live, or fetched. */
export const contactOf = (id, archive = {}) => id == null ? null : known.get().contact[id] ?? archive[id]?.contact ?? null;

/** The channel's settings as the page was told, for limits. */
export const channelOf = (contact) => boot.channels.find((channel) => channel.name === contact?.channel) ?? {limits: {}};

export {newKey};
