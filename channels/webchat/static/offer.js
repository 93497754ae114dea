// What is held out instead of waiting: a number at which the desk calls, or a message left. Shown while it stands.

import { h } from "./dom.js";

const MARKS = /^[+0-9۰-۹٠-٩\s().\/\u2010-\u2015\u200b-\u200f\u2066-\u2069-]+$/;
const NO_DIGIT = /[^0-9۰-۹٠-٩]/g;
const CALLING = "call";

export class Offer {
  // `view` brings { words, format, about, left, oncall, onleave, redraw }.
  constructor(view) {
    this.view = view;
    this.sign = "";
    this.changing = false;
    this.number = "";
    this.wrong = h("p", { class: "wrong", id: "offer-wrong", role: "alert" });
    this.input = h("input", { type: "tel", inputmode: "tel", autocomplete: "tel", dir: "ltr", name: "callback", maxlength: "32", "aria-describedby": "offer-wrong", oninput: () => this.refuse("") });
    this.element = h("form", { class: "offer", hidden: true, novalidate: true, "aria-labelledby": "offer-title", onsubmit: (event) => this.submit(event) });
  }

  // Shows the form while there is something to choose; what was typed stays while the same is offered.
  draw(state) {
    const line = state.line;
    const ways = (line && line.instead) || [];
    if (line && !ways.length) this.settle();
    const number = (line && line.callback) || "";
    if (number !== this.number) this.changing = false;  // given here, written as a message, or in another window
    this.number = number;
    const asked = state.pending.some((entry) => entry.kind === CALLING && entry.state !== "failed");
    const chosen = Boolean(number) || (ways.includes("write") && this.view.left());
    const shown = ways.length > 0 && !asked && (!chosen || this.changing);
    const sign = shown ? JSON.stringify([ways, this.changing, number]) : "";
    if (sign === this.sign) return;
    this.sign = sign;
    this.element.hidden = !shown;
    if (shown) this.fill(ways, number);
  }

  fill(ways, number) {
    const { words, about } = this.view;
    const calls = ways.includes("callback");
    if (!this.input.value) this.input.value = number || about().phone || "";
    const other = this.changing ? this.text(words.offer.keep, () => this.keep())
      : ways.includes("write") ? this.text(words.offer.write, () => this.leave()) : null;
    this.element.replaceChildren(h("p", { id: "offer-title" }, calls ? words.offer.call : words.offer.only),
      calls ? h("label", {}, h("span", {}, words.ask.phone), this.input) : null, this.wrong,
      h("div", { class: "deeds" }, other, calls ? h("button", { type: "submit", class: "done" }, words.offer.done) : null));
  }

  text(label, onclick) {
    return h("button", { type: "button", class: "text", onclick }, label);
  }

  submit(event) {
    event.preventDefault();
    const value = this.input.value.trim();
    const digits = value.replace(NO_DIGIT, "").length;
    if (!value) return this.refuse(this.view.words.ask.missing, true);
    if (!MARKS.test(value) || digits < 7 || digits > 15) return this.refuse(this.view.words.offer.wrong, true);
    this.changing = false;
    this.view.left(false);
    this.view.oncall(value);
  }

  // The desk decides; it says here what it did not take. With "" it is forgotten.
  refuse(words, focus = false) {
    this.wrong.textContent = words;
    this.input.setAttribute("aria-invalid", String(Boolean(words)));
    if (focus) this.input.focus();
  }

  leave() {
    this.view.left(true);
    this.changing = false;
    this.view.onleave();
  }

  change() {
    this.changing = true;
    this.view.redraw();
    this.input.focus();
  }

  keep() {
    this.changing = false;
    this.view.onleave();
  }

  // The wait is over, and with it what was chosen in it.
  settle() {
    this.changing = false;
    this.input.value = "";
    this.refuse("");
    if (this.view.left()) this.view.left(false);
  }

  // What was chosen, as rows above the conversation; [] while nothing was.
  rows(line) {
    const { words, format, left } = this.view;
    const ways = line.instead || [];
    if (this.changing) return [];
    if (ways.includes("callback") && line.callback) {
      return [h("small", {}, words.offer.given(format.phone(line.callback))), this.text(words.offer.change, () => this.change())];
    }
    if (!ways.includes("write") || !left()) return [];
    return [h("small", {}, words.offer.left), ways.includes("callback") ? this.text(words.offer.rather, () => this.change()) : null].filter(Boolean);
  }
}
