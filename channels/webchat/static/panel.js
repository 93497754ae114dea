// The open window: header, line, messages, composer; keyboard, phone and scrolling behaviour.

import { Card } from "./card.js";
import { Composer } from "./composer.js";
import { button, h, icon, stops } from "./dom.js";
import { Found } from "./found.js";
import { Log } from "./message.js";
import { Offer } from "./offer.js";

const NEAR = 80;
const TYPING_SHOWN = 6000;

export class Panel {
  // `view` brings words, format, title, greeting, forgetful and everything that Log and Composer ask for.
  constructor(view) {
    const { words } = view;
    this.view = view;
    this.title = h("h2", { id: "title" }, view.title);
    this.face = h("span", { class: "face", "aria-hidden": "true" }, icon("chat"));
    this.status = h("p", { class: "status", role: "status" });
    this.line = h("div", { class: "line", hidden: true });
    this.list = h("ol", { class: "list" });
    this.heard = h("div", { class: "heard", role: "log", "aria-label": words.log, "aria-live": "off", tabindex: "0" }, this.list);
    this.typist = h("div", { class: "typing", hidden: true, role: "status" });
    this.scroll = h("div", { class: "scroll", onscroll: () => this.scrolled() }, h("div", { class: "greeting", dir: "auto" }, view.greeting),
      h("p", { class: "greeting" }, h("a", { href: view.help, target: "_blank", rel: "noopener" }, words.help)),
      view.forgetful ? h("div", { class: "note" }, words.forgetful) : null, this.heard, this.typist);
    this.more = h("button", { type: "button", class: "more", hidden: true, onclick: () => this.bottom() }, icon("down"), words.fresh);
    this.log = new Log(this.list, view);
    this.composer = new Composer(view);
    this.found = new Found(view);
    this.card = new Card({ words, onabout: (values) => this.given(values) });
    this.offer = new Offer({ ...view, onleave: () => this.chose() });
    this.element = h("section", { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true, tabindex: "-1", onkeydown: (event) => this.key(event) },
      h("div", { class: "head" }, this.face, h("div", { class: "about" }, this.title, this.status), button("close", words.close, () => view.onclose())),
      this.line, h("div", { class: "middle" }, this.scroll, this.more), this.offer.element, this.card.element, this.found.element, this.composer.element);
    this.stuck = true;
    for (const name of ["dragover", "drop"]) this.element.addEventListener(name, (event) => this.dropped(event));
  }

  key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      return this.view.onclose();
    }
    if (event.key !== "Tab") return;
    const all = stops(this.element);
    const at = all.indexOf(this.element.getRootNode().activeElement);
    const edge = event.shiftKey ? 0 : all.length - 1;
    if (at === edge || at < 0) {
      event.preventDefault();
      all[event.shiftKey ? all.length - 1 : 0].focus();
    }
  }

  dropped(event) {
    if (!this.view.limits.uploads || !event.dataTransfer || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    if (event.type === "drop") this.composer.add([...event.dataTransfer.files]);
  }

  show(open) {
    this.element.hidden = !open;
    if (open) {
      this.composer.ready();
      this.bottom();
    }
  }

  draw(state, status) {
    const { words } = this.view;
    const before = this.list.lastChild;
    this.log.draw(state, status === "live");
    this.status.textContent = this.words(state, status);
    this.element.dataset.status = status;
    this.faced((state.line && state.line.agent) || "");
    this.offer.draw(state);
    this.lined(state.line, state.messages.size);
    this.carded(state);
    // What was there when the page came is history, not news: it is not read out.
    if (status === "live") setTimeout(() => this.heard.setAttribute("aria-live", "polite"), 1000);
    if (this.list.lastChild !== before) {
      this.typed("");
      const last = this.list.lastChild;
      if (this.stuck || (last && last.classList.contains("mine"))) this.bottom();
      else this.more.hidden = false;
    }
    this.composer.input.placeholder = words.write;
  }

  // The agent's first letter, once there is an agent.
  faced(name) {
    if (name === this.faceOf) return;
    this.faceOf = name;
    this.face.replaceChildren(name ? [...name.trim()][0] || "" : icon("chat"));
  }

  words(state, status) {
    const { words } = this.view;
    if (status === "refused") return words.refused;
    if (status === "waiting" || (status === "connecting" && state.seq)) return navigator.onLine === false ? words.offline : words.reconnecting;
    if (status !== "live") return words.connecting;
    return state.line && state.line.agent ? words.talking(state.line.agent) : words.online;
  }

  lined(line, spoken) {
    const { words, format } = this.view;
    const rows = [];
    if (line && line.state === "waiting") {
      rows.push(h("strong", {}, standing(line, words, format)));
      if (line.answer_by && !line.wait_high) rows.push(h("span", {}, words.answerBy(format.moment(line.answer_by))));
      if (line.wait_high && line.staffed) rows.push(h("span", {}, wait(line, words, format)));
      const { email, phone } = this.view.about();
      const chosen = this.offer.rows(line);
      if (chosen.length) rows.push(...chosen);
      else if (email || phone) rows.push(h("small", {}, words.ask.thanks(email || phone)));
      else if (line.staffed && line.open && !(line.instead || []).includes("write")) rows.push(h("small", {}, words.stay));
    } else if (line && line.state === "closed" && spoken) {
      rows.push(h("span", {}, words.ended));
      if (this.view.limits.transcript) {
        rows.push(this.copiedTo ? h("small", {}, words.copied(this.copiedTo))
          : h("button", { type: "button", class: "text", onclick: () => this.wantCopy() }, words.copy));
      }
    }
    const sign = rows.map((row) => row.textContent).join("\n");
    if (sign !== this.lineSign) this.line.replaceChildren(...rows);
    this.lineSign = sign;
    this.line.hidden = !rows.length;
  }

  // Something was chosen: on with the conversation.
  chose() {
    this.view.redraw();
    this.composer.input.focus();
  }

  wantCopy() {
    this.copying = true;
    this.view.redraw();
    this.card.inputs.email.focus();
  }

  // The card was filled in: as an address for a copy, or as what the visitor says of themself.
  given(values) {
    if (!this.copying) return this.view.onabout(values);
    this.copying = false;
    this.copiedTo = values.email;
    this.view.oncopy(values.email);
  }

  // What is asked of the visitor now: who they are before the first word, how to reach them when nobody is here.
  carded(state) {
    const { words, limits, about } = this.view;
    const known = about();
    const fresh = !state.messages.size && !state.pending.length;
    const away = state.line && state.line.state === "waiting" && !(state.line.staffed && state.line.open);
    const first = limits.ask.length && fresh && !Object.keys(known).length;
    // Nobody is asked twice for a number: first what is offered, then how an answer reaches them.
    const offered = !this.offer.element.hidden || (state.line && state.line.callback);
    const unreached = limits.askWhenAway && (away || this.view.left()) && !offered && !known.email && !known.phone;
    const required = Boolean(first && limits.askRequired);
    if (this.copying) this.card.ask(["email"], { title: words.copying, required: true, known });
    else if (first) this.card.ask(limits.ask, { title: words.ask.first, required, known });
    else if (unreached) this.card.ask(["email", "phone"], { title: words.ask.away, required: false, known });
    else this.card.ask([], { known });
    this.composer.element.hidden = required;
  }

  typed(name) {
    clearTimeout(this.typingTimer);
    this.typist.hidden = !name;
    if (!name) return;
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.typist.replaceChildren(dots, h("bdi", {}, this.view.words.typing(name)));
    if (this.stuck) this.bottom();
    this.typingTimer = setTimeout(() => this.typed(""), TYPING_SHOWN);
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.stuck) this.more.hidden = true;
  }

  bottom() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.stuck = true;
    this.more.hidden = true;
  }
}

function standing(line, words, format) {
  if (!line.open) return words.closed(line.opens_at ? format.moment(line.opens_at) : "");
  return line.staffed ? place(line, words, format) : words.unstaffed;
}

function place(line, words, format) {
  if (!line.place) return words.queued;
  return line.place === 1 ? words.next : words.place(format.number(line.place));
}

function wait({ wait_low: low, wait_high: high }, words, format) {
  if (high < 60) return words.soon;
  return words.wait(format.number(Math.max(1, Math.floor(low / 60))), format.number(Math.ceil(high / 60)));
}
