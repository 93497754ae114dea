// Calls for attention outside the page: a short tone and the number in the title. Silent until the reader touched
// the page, because a browser would refuse the tone anyway.

import {choose, known, ui} from "../page.js";
import {deskName} from "../parts/frame.js";
import {mine, offers} from "../state.js";
import {numerals} from "../words.js";
import {unseen} from "./choice.js";

const TONES = {offer: [[660, 0], [880, 0.14], [660, 0.42], [880, 0.56]], message: [[740, 0]]};
const EVENTS = ["pointerup", "keydown"];
let sounder = null;

/** Whether tones are wanted; remembered on this machine. */
export const wanted = () => localStorage.getItem("sound") !== "off";

export function wantSound(on) {
  localStorage.setItem("sound", on ? "on" : "off");
  choose({sound: on});
  if (on) ring("message");
}

/** Make the sounder at the first touch, which is when a browser allows it. */
export function listenForTouch() {
  // A modifier key alone is no touch to a browser; it says itself when it was one.
  const wake = () => {
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    sounder ??= new AudioContext();
    if (sounder.state === "suspended") sounder.resume();
    for (const event of EVENTS) removeEventListener(event, wake, true);
  };
  for (const event of EVENTS) addEventListener(event, wake, true);
}

/** Play a tone if that is wanted and allowed. */
export function ring(kind) {
  if (!wanted() || sounder?.state !== "running") return;
  for (const [pitch, after] of TONES[kind]) tone(pitch, sounder.currentTime + after);
}

function tone(pitch, at) {
  const source = sounder.createOscillator(), loudness = sounder.createGain();
  source.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.12, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.13);
  source.connect(loudness).connect(sounder.destination);
  source.start(at);
  source.stop(at + 0.15);
}

/** The title counts offers and contacts with unseen words; a new word in a contact of mine sounds. */
export function watchTitle() {
  let last = null;
  const look = () => {
    const held = mine(known.get());
    const open = document.hidden ? null : ui.get().selected;
    const fresh = held.filter((contact) => contact.id !== open && unseen(contact, ui.get().seen));
    const total = offers(known.get()).length + fresh.length;
    document.title = (total ? `(${numerals(total)}) ` : "") + deskName();
    const said = fresh.map((contact) => contact.last.at).sort().at(-1) ?? "";
    if (last !== null && said > last) ring("message");
    last = said > (last ?? "") || last === null ? said : last;
  };
  known.listen(look);
  ui.listen((value, old) => (value.seen !== old.seen || value.selected !== old.selected) && look());
}
