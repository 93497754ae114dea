// Help articles that are sure to answer, while a visitor writes the first words. A site asks for it with data-help="on".

import { h } from "./dom.js";

const AFTER = 500;
const LEAST = 6;
const SHOWN = 3;

export class Found {
  // `view` brings { words, language, desk }: the desk's address.
  constructor(view) {
    this.view = view;
    this.turn = 0;
    this.timer = 0;
    this.element = h("div", { class: "found", role: "status" });
  }

  asked(text) {
    const question = text.trim().slice(0, 200);
    clearTimeout(this.timer);
    this.turn += 1;
    if (question.length < LEAST) return this.show([]);
    this.timer = setTimeout(() => this.look(question, this.turn), AFTER);
  }

  async look(question, turn) {
    const { desk, language } = this.view;
    let found = [];
    try {
      const answer = await fetch(`${desk}/help/embed.json?q=${encodeURIComponent(question)}&language=${language}`, { credentials: "omit" });
      if (answer.ok) ({ found } = await answer.json());
    } catch {
      // Without help the chat works as before.
    }
    if (turn === this.turn) this.show(found);
  }

  show(found) {
    const ours = found.filter(({ url }) => url.startsWith(`${this.view.desk}/help/`)).slice(0, SHOWN);
    this.element.replaceChildren(...(ours.length ? [h("p", {}, this.view.words.found), h("ul", {}, ours.map(({ title, url }) => h("li", {}, h("a", { href: url, target: "_blank", rel: "noopener", dir: "auto" }, title))))] : []));
  }
}
