// One message as elements, and the list of them: days, groups, states, files, quick replies.

import { h, icon } from "./dom.js";
import { linked } from "./format.js";
import { deliveredUpTo, ordered } from "./state.js";

const GROUP = 5 * 60000;
const ICONS = { sending: "clock", held: "clock", sent: "tick", delivered: "ticks", failed: "warn" };

// Redraws only what changed. `view` brings { words, format, base, limits, onchoose, onretry, ondiscard }.
export class Log {
  constructor(element, view) {
    this.element = element;
    this.view = view;
    this.drawn = new Map();
  }

  draw(state, live) {
    const keep = new Map();
    let place = this.element.firstChild;
    for (const row of this.rows(state, live)) {
      const before = this.drawn.get(row.key);
      const same = before && before.body === row.body;
      const node = same ? before.node : row.make();
      // A new state under old words must not rob anybody of a selection, nor be read out as a new message.
      if (same && before.foot !== row.foot) row.retouch(node);
      if (before && !same) {
        if (before.node === place) place = place.nextSibling;
        before.node.remove();
      }
      if (node === place) place = place.nextSibling;
      else this.element.insertBefore(node, place);
      keep.set(row.key, { node, body: row.body, foot: row.foot });
    }
    for (const [key, { node }] of this.drawn) if (!keep.has(key)) node.remove();
    this.drawn = keep;
  }

  rows(state, live) {
    const { format } = this.view;
    const upTo = deliveredUpTo(state);
    const spoken = [
      ...ordered(state).map((m) => ({ ...m, uid: m.mine ? m.key : "m" + m.id, mark: m.mine ? (m.id < upTo ? "delivered" : "sent") : "" })),
      ...state.pending.filter((p) => !["open", "about", "transcript"].includes(p.kind)).map((p) => pendingRow(p, live)),
    ];
    const rows = [];
    let day = "";
    let last = null;
    spoken.forEach((message, index) => {
      const date = format.day(message.at);
      if (date !== day) {
        rows.push({ key: "day:" + message.uid, body: date, make: () => h("li", { class: "day" }, h("span", {}, date)) });
        last = null;
      }
      day = date;
      const first = !last || last.mine !== message.mine || last.author !== message.author || message.at - last.at > GROUP;
      const buttons = index === spoken.length - 1 && !message.mine ? message.buttons : [];
      const { uid, mine, text, author, files, mark, at, error } = message;
      rows.push({
        key: uid,
        body: JSON.stringify([mine, text, author, files, first, buttons]),
        foot: JSON.stringify([mark, at, error]),
        make: () => this.message(message, first, buttons),
        retouch: (node) => this.retouch(node, message),
      });
      last = message;
    });
    return rows;
  }

  message(message, first, buttons) {
    const { words } = this.view;
    const who = message.mine ? words.you : message.author || words.agent;
    return h("li", { class: `message ${message.mine ? "mine" : "theirs"}${first ? " first" : ""}`, "data-state": message.mark },
      first && !message.mine && message.author ? h("div", { class: "author" }, h("bdi", {}, who)) : h("span", { class: "hidden" }, `${who}: `),
      message.files.length ? h("div", { class: "attached" }, message.files.map((file) => this.file(file))) : null,
      message.text ? h("div", { class: "bubble", dir: "auto" }, textNodes(message.text)) : null,
      this.foot(message),
      buttons.length ? this.choices(buttons) : null);
  }

  foot(message) {
    const { words, format } = this.view;
    return h("div", { class: "foot", "aria-live": "off" },
      h("div", { class: "meta" }, h("time", { datetime: new Date(message.at).toISOString() }, format.time(message.at)),
        message.mark ? mark(message.mark, words[message.mark]) : null),
      message.mark === "failed" ? this.trouble(message) : null);
  }

  retouch(node, message) {
    node.dataset.state = message.mark;
    node.querySelector(".foot").replaceWith(this.foot(message));
  }

  trouble(message) {
    const { words, format, limits } = this.view;
    const why = message.error === "too_long" ? words.tooLong(format.number(limits.textChars)) : words.failed;
    return h("div", { class: "trouble", role: "alert" }, h("span", {}, why),
      h("button", { type: "button", class: "text", onclick: () => this.view.onretry(message.uid) }, words.retry),
      h("button", { type: "button", class: "text", onclick: () => this.view.ondiscard(message.uid) }, words.discard));
  }

  // Only under the newest message: an answer in between has settled the question.
  choices(buttons) {
    return h("div", { class: "choices", role: "group", "aria-label": this.view.words.choices }, buttons.map(({ label, value }) =>
      h("button", { type: "button", class: "choice", dir: "auto", onclick: () => this.view.onchoose(value, label) }, label)));
  }

  file(file) {
    const { words, format, base } = this.view;
    const size = format.size(file.size);
    if (file.local !== undefined) {
      return h("div", { class: "file" }, picture(file.local, words.image(file.name)) || icon("file"),
        h("span", { class: "name" }, h("bdi", {}, file.name)), h("progress", { max: "1", value: file.progress, "aria-label": file.name }));
    }
    const url = new URL(file.url, base).href;
    const props = { href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": words.file(file.name, size) };
    if (file.image) {
      const image = h("img", { src: url, alt: words.image(file.name), loading: "lazy", class: "shot" });
      image.addEventListener("error", () => image.replaceWith(icon("file"), h("bdi", {}, file.name)));
      return h("a", { ...props, class: "picture" }, image);
    }
    return h("a", { ...props, class: "file" }, icon("file"), h("span", { class: "name" }, h("bdi", {}, file.name)), h("small", {}, size));
  }
}

function pendingRow(entry, live) {
  const mark = entry.state === "waiting" ? (live ? "sending" : "held") : entry.state;
  return {
    uid: entry.id, mine: true, at: entry.at, text: entry.text, author: "", mark, error: entry.error, buttons: [],
    files: entry.files.map(({ name, size, local, progress }) => ({ name, size, local: local || "", progress: progress || 0 })),
  };
}

export function picture(url, alt) {
  if (!url) return null;
  const image = h("img", { src: url, alt, class: "thumb" });
  // A host page's policy may forbid blob: images; then the name has to do.
  image.addEventListener("error", () => image.replaceWith(icon("file")));
  return image;
}

function mark(name, label) {
  return h("span", { class: "mark mark-" + name, role: "img", "aria-label": label, title: label }, icon(ICONS[name]));
}

function textNodes(text) {
  return linked(text).map(({ text: shown, url }) => (url
    ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" }, h("bdi", {}, shown))
    : shown));
}
