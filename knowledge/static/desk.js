// Knowledge for those who work here: what to do is in the address behind #, each part draws itself.

import {html, mount, useEffect, useRef, useState} from "/static/html.js";
import {boot} from "/static/boot.js";
import {Bar, Settings, Toasts} from "/static/parts/frame.js";
import {icon} from "/static/parts/icon.js";
import {number} from "/static/words.js";
import {unsaved, useCall} from "./ask.js";
import {Draft} from "./draft.js";
import {Editor, New} from "./editor.js";
import {List} from "./list.js";
import {Report} from "./report.js";
import {Import, Setup} from "./setup.js";
import {Approvals, Gaps, Work} from "./work.js";
import {w} from "./words.js";

const RANK = {agent: 0, supervisor: 1, admin: 2};
const PARTS = {
  articles: [List, "bulb", "agent"], work: [Work, "warning", "agent"], approvals: [Approvals, "check", "agent"],
  gaps: [Gaps, "question", "agent"], report: [Report, "board", "supervisor"], import: [Import, "inbox", "supervisor"], setup: [Setup, "gear", "admin"],
};
const SINGLE = {article: Editor, from: Draft, new: New};

const chosen = () => {
  const [name, id = ""] = location.hash.slice(1).split("/");
  return SINGLE[name] || PARTS[name] ? [name, id] : ["articles", ""];
};

function Desk() {
  const [[name, id], set] = useState(chosen()), shown = useRef(location.href);
  useEffect(() => {
    const changed = () => {
      if (location.href === shown.current) return;
      // With a new step back to the same place: nothing is drawn anew, and what is being written stands.
      if (unsaved.size && !confirm(w("leave"))) return history.pushState(null, "", shown.current);
      unsaved.clear();
      shown.current = location.href;
      set(chosen());
    };
    addEventListener("hashchange", changed);
    changed();  // effects run after the first paint: whoever was quicker would be overlooked
    return () => removeEventListener("hashchange", changed);
  }, []);
  const View = SINGLE[name] ?? PARTS[name][0];
  const [waiting] = useCall("/api/knowledge/tasks?state=open");
  const mine = waiting ? waiting.counts.tasks + waiting.counts.gaps : 0;
  const here = SINGLE[name] ? "articles" : name;
  return html`<div class="page-frame"><${Bar} page="knowledge" me=${boot.me}><${Settings} me=${boot.me} /></${Bar}>
    <div class="admin-frame ${SINGLE[name] ? "wide" : ""}"><nav class="parts" aria-label=${w("articles")}>${Object.entries(PARTS).filter(([, part]) => RANK[boot.me.role] >= RANK[part[2]]).map(([part, [, sign]]) =>
      html`<a key=${part} href=${`#${part}`} aria-current=${part === here ? "page" : null}>${icon(sign)}<span>${w(part)}</span>${part === "work" && mine > 0 && html`<span class="count" aria-label=${w("work.mine", {n: mine})}>${number(mine)}</span>`}</a>`)}</nav>
    <main class="admin-body" id="main" tabindex="-1"><${View} key=${`${name}/${id}`} id=${id} /></main></div><${Toasts} /></div>`;
}

mount(html`<${Desk} />`);
