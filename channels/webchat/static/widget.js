// The widget on a page: launcher and panel in a shadow root, joined to the connection. CONFIG and STYLE come from the desk.

import { button, dress, h, icon } from "./dom.js";
import { sendFile } from "./files.js";
import { formats } from "./format.js";
import { Link } from "./link.js";
import { Panel } from "./panel.js";
import { drop, find, fresh, unread, unreported } from "./state.js";
import { browserStore } from "./store.js";
import { WORDS } from "./words.js";

class Widget {
  constructor(script) {
    const asked = script.dataset;
    this.base = new URL("./", script.src).href;
    this.language = language(asked.language);
    this.words = WORDS[this.language];
    this.format = formats(this.language, this.words);
    this.name = (asked.name || "").slice(0, 80);
    this.identity = (asked.identity || "").slice(0, 4000);
    this.font = asked.font !== "system";
    this.store = browserStore(`pishkhan:${this.base}:`);
    this.state = fresh();
    this.isOpen = false;
    this.link = new Link({
      base: this.base, state: this.state, store: this.store, told: (what, frame) => this.told(what, frame),
      hello: () => ({ language: this.language, name: this.name, page: location.origin + location.pathname, identity: this.identity, ...this.about() }),
      identity: () => this.identity,
      upload: (file) => this.upload(file),
      env: {
        WebSocket, random: Math.random, fetch: (...args) => fetch(...args),
        setTimeout: (...args) => setTimeout(...args), clearTimeout: (timer) => clearTimeout(timer),
      },
    });
    this.build(asked);
    this.listen();
    this.link.recall();
    // Whoever never wrote costs nobody a connection.
    if (this.store.get("token")) this.link.start();
    this.draw();
  }

  build(asked) {
    const { words } = this;
    this.host = h("pishkhan-chat", { "data-base": this.base });
    this.root = this.host.attachShadow({ mode: "open" });
    dress(this.root, STYLE);
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h("button", { type: "button", class: "launcher", "aria-label": words.open, "aria-expanded": "false", "aria-haspopup": "dialog", onclick: () => this.toggle() },
      icon("chat"), icon("close"), this.badge);
    this.panel = new Panel({
      words, format: this.format, base: this.base, limits: CONFIG,
      title: CONFIG.title[this.language], greeting: CONFIG.greeting[this.language], forgetful: !this.store.lasting(),
      help: new URL(`/help?language=${this.language}`, this.base).href,
      onchoose: (value, label) => this.choose(value, label),
      onretry: (id) => this.link.again(find(this.state, id)), ondiscard: (id) => this.discard(id), onclose: () => this.close(),
      draft: () => this.store.get("draft") || "", keepDraft: (text) => (text ? this.store.set("draft", text) : this.store.remove("draft")),
      language: this.language, desk: new URL(this.base).origin,
      onwords: (text) => asked.help === "on" && this.panel.found.asked(this.state.messages.size ? "" : text),
      onsend: (text, files) => this.link.say({ id: uuid(), at: Date.now(), text, files }), ontyping: (text) => this.link.typing(CONFIG.preview ? text.slice(0, 500) : ""),
      about: () => this.about(), onabout: (given) => this.introduce(given), redraw: () => this.draw(),
      oncopy: (email) => this.copy(email), oncall: (phone) => this.call(phone), left: (now) => this.leaves(now),
    });
    const side = asked.side === "start" ? "start" : "end";
    const theme = ["dark", "auto"].includes(asked.theme) ? asked.theme : "light";
    this.frame = h("div", { class: "frame", lang: this.language, dir: words.dir, "data-side": side, "data-theme": theme }, this.panel.element, this.launcher);
    this.frame.style.setProperty("--accent", CONFIG.accent);
    this.frame.style.setProperty("--on-accent", CONFIG.ink);
    this.root.append(this.frame);
    document.body.append(this.host);
  }

  listen() {
    addEventListener("online", () => this.link.nudge());
    addEventListener("offline", () => {
      this.link.sever();
      this.draw();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.link.nudge();
      this.report();
    });
    addEventListener("focus", () => this.report());
    document.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-pishkhan-open]")) this.open();
    });
    if (window.visualViewport) {
      for (const name of ["resize", "scroll"]) visualViewport.addEventListener(name, () => this.fit());
    }
  }

  // On a phone the panel is as high as what the keyboard leaves.
  fit() {
    const { height, offsetTop } = visualViewport;
    this.frame.style.setProperty("--height", `${Math.round(height)}px`);
    this.frame.style.setProperty("--top", `${Math.round(offsetTop)}px`);
    if (this.isOpen && this.panel.stuck) this.panel.bottom();
  }

  phone() {
    return matchMedia("(max-width: 480px)").matches;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    if (this.isOpen) return;
    this.isOpen = true;
    if (this.font) loadFont(this.base);
    this.link.start();
    this.frame.classList.add("open");
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.setAttribute("aria-label", this.words.close);
    if (window.visualViewport) this.fit();
    this.panel.show(true);
    if (this.phone()) {
      this.pageScroll = document.documentElement.style.overflow;
      document.documentElement.style.overflow = "hidden";
    }
    // On a phone the keyboard would hide what was answered.
    (this.phone() && this.state.messages.size ? this.panel.element : this.panel.composer.input).focus();
    if (CONFIG.greet && !this.store.get("greeted")) {
      this.store.set("greeted", "1");
      this.link.say({ id: uuid(), kind: "open", at: Date.now() });
    }
    this.draw();
  }

  close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.frame.classList.remove("open");
    this.launcher.setAttribute("aria-expanded", "false");
    this.panel.show(false);
    if (this.pageScroll !== undefined) document.documentElement.style.overflow = this.pageScroll;
    this.pageScroll = undefined;
    this.launcher.focus();
    this.draw();
  }

  told(what, frame) {
    if (what === "typing") this.panel.typed(frame.who || this.words.agent);
    if (what === "error" && this.uncalled(frame)) return;
    if (what === "error" && frame.code.startsWith("bad_") && this.store.get("about")) {
      // The desk did not take it: it is asked again, and said what is wrong.
      this.store.remove("about");
      this.draw();
      this.panel.card.refuse(frame.code.slice(4));
    }
    if (what === "error" && frame.code === "too_many") this.panel.composer.say(this.words.slower);
    if (what === "pong" || what === "typing") return;
    this.draw();
  }

  draw() {
    this.panel.draw(this.state, this.link.status);
    const count = this.isOpen ? 0 : unread(this.state);
    this.badge.hidden = !count;
    this.badge.textContent = count > 99 ? "+" + this.format.number(99) : this.format.number(count);
    if (!this.isOpen) {
      this.launcher.setAttribute("aria-label", count ? `${this.words.open}، ${this.words.unread(this.format.number(count))}` : this.words.open);
    }
    this.report();
  }

  report() {
    const read = this.isOpen && document.visibilityState === "visible";
    if (unreported(this.state, read)) this.link.seen(read);
  }

  async upload(file) {
    return sendFile(this.base + "upload", this.link.token, file, (progress) => {
      file.progress = Math.round(progress * 20) / 20;
      this.draw();
    });
  }

  discard(id) {
    drop(this.state, id);
    this.draw();
  }

  about() {
    return JSON.parse(this.store.get("about") || "{}");
  }

  introduce(given) {
    this.store.set("about", JSON.stringify({ ...this.about(), ...given }));
    this.link.say({ id: uuid(), kind: "about", at: Date.now(), value: given });
    this.draw();
    this.panel.composer.input.focus();
  }

  copy(email) {
    this.link.say({ id: uuid(), kind: "transcript", at: Date.now(), value: { email } });
    this.draw();
    this.panel.composer.input.focus();
  }

  call(phone) {
    this.link.say({ id: uuid(), kind: "call", at: Date.now(), value: phone, text: phone });
    this.draw();
    this.panel.composer.input.focus();
  }

  // A number that the desk did not take: it is asked for again, unless no call is offered any more.
  uncalled(frame) {
    const entry = frame.id && find(this.state, frame.id);
    if (!entry || entry.kind !== "call" || frame.retry_after) return false;
    this.discard(entry.id);
    if (frame.code === "bad_phone") this.panel.offer.refuse(this.words.offer.wrong, true);
    else this.panel.composer.say(this.words.offer.late);
    return true;
  }

  // Whether the visitor chose to leave a message; kept by the browser while the offer stands.
  leaves(now) {
    if (now === undefined) return this.store.get("left") === "1";
    if (now) this.store.set("left", "1");
    else this.store.remove("left");
    return now;
  }

  choose(value, label) {
    this.link.say({ id: uuid(), kind: "choose", at: Date.now(), value, text: label });
    this.panel.composer.input.focus();
  }
}

function language(asked) {
  const found = (asked || document.documentElement.lang || "").slice(0, 2).toLowerCase();
  return found === "en" ? "en" : "fa";
}

function uuid() {
  // Pages without TLS have no randomUUID.
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function loadFont(base) {
  if (!window.FontFace || [...document.fonts].some((face) => face.family === "Pishkhan")) return;
  const url = new URL("/static/vendor/vazirmatn/Vazirmatn.woff2", base).href;
  const face = new FontFace("Pishkhan", `url("${url}") format("woff2")`, { weight: "100 900", display: "swap" });
  document.fonts.add(face);
  face.load().catch(() => {});
}

const here = document.currentScript || document.querySelector('script[src$="/widget.js"]');
if (here && here.src && !document.querySelector(`pishkhan-chat[data-base="${CSS.escape(new URL("./", here.src).href)}"]`)) {
  const begin = () => new Widget(here);
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
}
