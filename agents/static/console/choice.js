// Which contact is looked at, in which pane (narrow screens show one), and what of it was seen. Kept in the address.

import {choose, known, live, ui} from "../page.js";
import {fetchEnded} from "./deeds.js";

/** The console's own choices on top of the page's. */
export const firstChoices = () => ({
  selected: null, pane: "list", tab: "mine", search: "", side: "suggestions", sideOpen: false, archive: {}, seen: readSeen(), composer: "reply",
});

/** Look at a contact (or at none): its messages are asked for, the one before is let go. */
export function select(id, {pane = "talk"} = {}) {
  const before = ui.get().selected;
  if (before !== null && before !== id) live.shut(before);
  choose({selected: id, pane: id === null ? "list" : pane, sideOpen: false});
  if (id === null) {
    history.replaceState(null, "", location.pathname);
    return;
  }
  if (location.hash !== `#c${id}`) history.replaceState(null, "", `#c${id}`);
  follow();
}

/** Write to this contact as soon as it can be written to: the composer takes the focus when it is there. */
export const write = (kind = "reply") => choose({composer: kind, pane: "talk", focus: true});

/** Keep what is looked at in step with the state: live contacts by the socket, ended ones by one call. */
export function follow() {
  const {selected: id, archive} = ui.get();
  if (id === null || known.get().seq === null) return;
  if (known.get().contact[id]) {
    live.open(id);
    if (archive[id]) choose((old) => ({archive: {...old.archive, [id]: undefined}}));
    markSeen(id);
  } else {
    live.shut(id);
    if (!archive[id]) {
      choose((old) => ({archive: {...old.archive, [id]: {contact: null, messages: []}}}));
      fetchEnded(id);
    }
  }
}

/** The number in the address, as somebody linked or reloaded it. */
export const linked = () => Number(/^#c(\d+)$/.exec(location.hash)?.[1]) || null;

/** True when the citizen said something since this contact was last looked at. */
export const unseen = (contact, seen) => contact.last?.direction === "in" && contact.last.at > (seen[contact.id] ?? "");

function markSeen(id) {
  const last = known.get().contact[id]?.last;
  if (!last || document.hidden || (ui.get().seen[id] ?? "") >= last.at) return;
  choose((old) => ({seen: {...old.seen, [id]: last.at}}));
  sessionStorage.setItem("seen", JSON.stringify(ui.get().seen));
}

function readSeen() {
  try {
    return JSON.parse(sessionStorage.getItem("seen")) ?? {};
  } catch {
    return {};
  }
}
