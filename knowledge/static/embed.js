// Help on another site: while somebody writes into a field, the articles that are sure to answer stand under it.
//
//   <script src="https://desk.example.org/help/embed.js" data-for="#message" data-language="fa" defer></script>
//
// The site must be named in [knowledge] origins. Sets no cookie, keeps nothing, sends only what stands in that field, and
// asks nobody but the desk. A site with a policy of its own names the desk in script-src and connect-src.
"use strict";

(() => {
  const own = document.currentScript;
  const base = new URL(own.src).origin;
  const language = own.dataset.language === "en" ? "en" : "fa";
  const head = language === "fa" ? "شاید پاسخ همین‌جاست:" : "Perhaps this answers it:";

  const start = () => {
    const field = document.querySelector(own.dataset.for || "textarea");
    if (!field) return;
    const box = document.createElement("div");
    box.setAttribute("role", "status");
    box.className = "pishkhan-help";
    box.dir = language === "fa" ? "rtl" : "ltr";
    field.after(box);
    let timer = 0, asked = 0;
    const ask = async () => {
      const question = field.value.trim().slice(0, 200), turn = ++asked;
      let found = [];
      if (question.length > 5) {
        try {
          const answer = await fetch(`${base}/help/embed.json?q=${encodeURIComponent(question)}&language=${language}`, {credentials: "omit"});
          if (answer.ok) found = (await answer.json()).found;
        } catch { /* without help the form works as before */ }
      }
      if (turn !== asked) return;
      const title = document.createElement("p"), list = document.createElement("ul");
      title.textContent = head;
      list.append(...found.slice(0, 3).map(({title: words, url}) => {
        const item = document.createElement("li"), link = document.createElement("a");
        if (url.startsWith(`${base}/help/`)) link.href = url;
        Object.assign(link, {textContent: words, target: "_blank", rel: "noopener", dir: "auto"});
        item.append(link);
        return item;
      }));
      box.replaceChildren(...(found.length ? [title, list] : []));
    };
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 500); });
    if (field.value.trim()) ask();  // somebody was quicker than this script, or the page kept what they wrote
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
