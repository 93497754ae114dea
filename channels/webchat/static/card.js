// A card that asks the visitor how they are called and reached: before the first word, or when nobody is on duty.

import { h } from "./dom.js";

const KINDS = {
  name: { type: "text", autocomplete: "name", maxlength: "80" },
  email: { type: "email", autocomplete: "email", maxlength: "254", dir: "ltr", inputmode: "email" },
  phone: { type: "tel", autocomplete: "tel", maxlength: "32", dir: "ltr", inputmode: "tel" },
};

export class Card {
  // `view` brings { words, onabout }.
  constructor(view) {
    this.view = view;
    this.asked = "";
    this.inputs = {};
    this.wrong = h("p", { class: "wrong", role: "alert" });
    this.element = h("form", { class: "card", hidden: true, novalidate: true, onsubmit: (event) => this.submit(event) });
  }

  // Shows the card for these fields; [] hides it. What was typed stays while the same is asked.
  ask(fields, { title, required, known }) {
    const sign = fields.join() + required;
    if (sign === this.asked) return;
    this.asked = sign;
    this.required = required;
    this.element.hidden = !fields.length;
    if (!fields.length) return;
    const { words } = this.view;
    this.inputs = Object.fromEntries(fields.map((field) => [field, h("input", { ...KINDS[field], name: field, value: known[field] || "" })]));
    this.wrong.textContent = "";
    this.element.replaceChildren(h("p", {}, title),
      ...fields.map((field) => h("label", {}, h("span", {}, words.ask[field]), this.inputs[field])), this.wrong,
      h("button", { type: "submit", class: "done" }, words.ask.done));
  }

  submit(event) {
    event.preventDefault();
    const { words } = this.view;
    const given = {};
    for (const [field, input] of Object.entries(this.inputs)) {
      const value = input.value.trim();
      if (value) given[field] = value;
      const bad = value ? !this.fits(field, value) : this.required;
      input.setAttribute("aria-invalid", String(bad));
      if (bad) {
        this.wrong.textContent = value ? words.ask.wrong[field] : words.ask.missing;
        return input.focus();
      }
    }
    if (!Object.keys(given).length) {
      this.wrong.textContent = words.ask.missing;
      return Object.values(this.inputs)[0].focus();
    }
    this.wrong.textContent = "";
    this.view.onabout(given);
  }

  // The desk decides; this only saves a visitor the way there for what is plainly mistyped.
  fits(field, value) {
    if (field === "email") return /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(value);
    if (field === "phone") return value.replace(/[^0-9۰-۹٠-٩]/g, "").length >= 7;
    return true;
  }

  refuse(field) {
    const { words } = this.view;
    this.wrong.textContent = words.ask.wrong[field] || words.failed;
    if (this.inputs[field]) this.inputs[field].focus();
  }
}
