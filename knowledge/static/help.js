// Looks things up while one types on the help pages, and prints. Without it the pages work the same, only later.
"use strict";

(() => {
  const form = document.getElementById("search");
  const field = form?.querySelector("input[type=search]");
  const print = document.getElementById("print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  if (!field) return;
  const list = document.createElement("ul");
  list.id = "typed";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.label);
  form.append(list);
  Object.entries({role: "combobox", "aria-controls": "typed", "aria-expanded": "false", "aria-autocomplete": "list"})
    .forEach(([name, value]) => field.setAttribute(name, value));
  let timer = 0, asked = 0, chosen = -1;

  const show = (found) => {
    chosen = -1;
    field.removeAttribute("aria-activedescendant");
    list.replaceChildren(...found.map(({title, excerpt, url, language}, place) => {
      const item = document.createElement("li"), link = document.createElement("a"), small = document.createElement("small");
      Object.assign(item, {id: `typed-${place}`, lang: language, dir: "auto"});
      item.setAttribute("role", "option");
      if (url.startsWith("/help/")) link.href = url;
      link.tabIndex = -1;
      link.textContent = title;
      small.textContent = excerpt;
      item.append(link, small);
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); link.click(); });
      return item;
    }));
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(Boolean(found.length)));
  };

  const ask = async () => {
    const question = field.value.trim(), turn = ++asked;
    if (question.length < 2) return show([]);
    try {
      const answer = await fetch(`/help/search.json?q=${encodeURIComponent(question)}&language=${document.documentElement.lang}`);
      const found = answer.ok ? (await answer.json()).found : [];
      if (turn === asked) show(found);
    } catch {
      show([]);
    }
  };

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 200); });
  if (document.activeElement === field && field.value.trim()) ask();  // somebody was quicker than this script
  field.addEventListener("blur", () => setTimeout(() => show([]), 150));
  field.addEventListener("keydown", (event) => {
    const items = [...list.children];
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (event.key === "Escape") show([]);
    if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      items[chosen].querySelector("a").click();
    }
    if (!step || !items.length) return;
    event.preventDefault();
    items[chosen]?.setAttribute("aria-selected", "false");
    chosen = (chosen + step + items.length) % items.length;
    items[chosen].setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", items[chosen].id);
  });
})();
