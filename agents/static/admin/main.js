// Setting up: agents, queues, channels with their lights, API tokens, items nobody could read.

import {html, mount, useEffect, useState} from "../html.js";
import {boot} from "../boot.js";
import {begin, known, ui} from "../page.js";
import {Banner, Bar, Settings, Toasts} from "../parts/frame.js";
import {icon} from "../parts/icon.js";
import {me} from "../state.js";
import {useStore} from "../store.js";
import {t} from "../words.js";
import {AgentForm, Agents} from "./agents.js";
import {ArticleForm, Articles} from "./articles.js";
import {Channels} from "./channels.js";
import {Quarantine} from "./quarantine.js";
import {QueueForm, Queues} from "./queues.js";
import {CalendarForm, DropForm, PolicyForm, Routing, TargetForm} from "./routing.js";
import {Tokens, TokenForm} from "./tokens.js";
import {SwitchForm} from "./whatif.js";

const PARTS = {agents: [Agents, "people"], queues: [Queues, "inbox"], routing: [Routing, "transfer"], articles: [Articles, "bulb"], channels: [Channels, "webchat"], tokens: [Tokens, "lock"], quarantine: [Quarantine, "warning"]};
const DIALOGS = {agent: AgentForm, article: ArticleForm, queue: QueueForm, calendar: CalendarForm, policy: PolicyForm, target: TargetForm, drop: DropForm, switch: SwitchForm, token: TokenForm};

// Supervisors see how contacts are served; setting it, and everything else, is the administrators'.
const SEEN = {admin: Object.keys(PARTS), supervisor: ["routing"]};

const chosen = (parts) => parts.includes(location.hash.slice(1)) ? location.hash.slice(1) : parts[0];

function Admin() {
  const self = me(useStore(known)) ?? boot.me, parts = SEEN[self.role] ?? SEEN.supervisor;
  const [part, set] = useState(chosen(parts));
  const {dialog} = useStore(ui);
  useEffect(() => {
    const changed = () => set(chosen(parts));
    addEventListener("hashchange", changed);
    changed();  // effects run after the first paint: whoever was quicker would be overlooked
    return () => removeEventListener("hashchange", changed);
  }, [self.role]);
  const [View] = PARTS[part];
  const open = dialog && DIALOGS[dialog.name];
  return html`<div class="page-frame"><${Bar} page="admin" me=${self}><${Settings} me=${self} /></${Bar}><${Banner} />
    <div class="admin-frame" data-alone=${parts.length === 1}>${parts.length > 1 && html`<nav class="parts" aria-label=${t("place.admin")}>${Object.entries(PARTS).map(([name, [, sign]]) => html`<a key=${name} href=${`#${name}`} aria-current=${name === part ? "page" : null}>${icon(sign)}<span>${t(`admin.${name}`)}</span></a>`)}<a href="/flows">${icon("webchat")}<span>${t("admin.flows")}</span></a></nav>`}
    <main class="admin-body" id="main" tabindex="-1"><${View} key=${part} sets=${parts.length > 1} /></main></div><${Toasts} />${open && html`<${open} key=${dialog.name} ...${dialog} />`}</div>`;
}

mount(html`<${Admin} />`);
begin();
