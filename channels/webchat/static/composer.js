// Where the visitor writes: text, files, Enter to send.

import { button, h, icon } from "./dom.js";
import { fileRefusal, fileType } from "./files.js";
import { picture } from "./message.js";

const TYPING_EVERY = 3000;

export class Composer {
  // `view` brings { words, format, limits, draft, keepDraft, onsend, ontyping }.
  constructor(view) {
    this.view = view;
    this.files = [];
    this.typedAt = 0;
    const { words, limits } = view;
    this.input = h("textarea", {
      rows: "1", placeholder: words.write, "aria-label": words.message, maxlength: String(limits.textChars),
      enterkeyhint: "send", autocomplete: "off", oninput: () => this.typed(), onkeydown: (event) => this.key(event), onpaste: (event) => this.pasted(event),
    });
    this.picker = h("input", {
      type: "file", multiple: true, hidden: true, accept: limits.uploadTypes.join(","), tabindex: "-1", onchange: () => this.picked(),
    });
    this.chips = h("div", { class: "chips" });
    this.hint = h("div", { class: "hint", role: "alert" });
    this.submit = button("send", words.send, () => this.send());
    const clip = limits.uploads ? button("clip", words.attach, () => this.picker.click()) : null;
    this.element = h("div", { class: "composer" }, limits.preview ? h("small", {}, words.watched) : null, this.hint, this.chips, h("div", { class: "row" }, clip, this.input, this.submit, this.picker));
    this.input.value = view.draft();
    this.ready();
  }

  key(event) {
    // An input method that is composing a word uses Enter for itself.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
  }

  typed() {
    this.ready();
    this.say("");
    this.view.keepDraft(this.input.value);
    this.view.onwords(this.input.value);
    const now = Date.now();
    if (this.input.value.trim() && now - this.typedAt > TYPING_EVERY) {
      this.typedAt = now;
      this.view.ontyping(this.input.value);
    }
  }

  ready() {
    this.submit.disabled = !this.input.value.trim() && !this.files.length;
    // Empty, the placeholder decides; then the words do.
    this.input.dir = this.input.value ? "auto" : this.view.words.dir;
    const { style } = this.input;
    style.height = "auto";
    if (this.input.scrollHeight) style.height = `${Math.min(this.input.scrollHeight, 132)}px`;
  }

  send() {
    const text = this.input.value.trim();
    if (!text && !this.files.length) return;
    this.view.onsend(text, this.files);
    this.view.onwords("");
    this.input.value = "";
    this.files = [];
    this.typedAt = 0;
    this.view.keepDraft("");
    this.say("");
    this.show();
    this.input.focus();
  }

  picked() {
    this.add([...this.picker.files]);
    this.picker.value = "";
  }

  pasted(event) {
    const files = [...(event.clipboardData ? event.clipboardData.files : [])];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  add(files) {
    const { words, format, limits } = this.view;
    for (const file of files) {
      const wrong = fileRefusal(file, this.files, limits);
      if (wrong === "tooMany") this.say(words.tooMany(format.number(limits.uploads)));
      else if (wrong === "tooLarge") this.say(words.tooLarge(file.name, format.size(limits.uploadBytes)));
      else if (wrong) this.say(words.wrongType(file.name));
      else {
        const local = fileType(file).startsWith("image/") ? URL.createObjectURL(file) : "";
        this.files.push({ file, name: file.name, size: file.size, local, progress: 0, upload: "" });
      }
    }
    this.show();
    this.input.focus();
  }

  show() {
    const { words, format } = this.view;
    this.chips.replaceChildren(...this.files.map((each) => h("div", { class: "chip" },
      picture(each.local, "") || icon("file"), h("span", { class: "name" }, h("bdi", {}, each.name)), h("small", {}, format.size(each.size)),
      button("cross", words.remove(each.name), () => this.remove(each)))));
    this.ready();
  }

  remove(gone) {
    if (gone.local) URL.revokeObjectURL(gone.local);
    this.files = this.files.filter((each) => each !== gone);
    this.show();
    this.input.focus();
  }

  say(hint) {
    this.hint.textContent = hint;
  }
}
