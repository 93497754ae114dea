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

const chosen = () => PARTS[location.hash.slice(1)] ? location.hash.slice(1) : "agents";

function Admin() {
  const [part, set] = useState(chosen());
  const {dialog} = useStore(ui);
  useEffect(() => {
    const changed = () => set(chosen());
    addEventListener("hashchange", changed);
    changed();  // effects run after the first paint: whoever was quicker would be overlooked
    return () => removeEventListener("hashchange", changed);
  }, []);
  const self = me(useStore(known)) ?? boot.me;
  const [View] = PARTS[part];
  const open = dialog && DIALOGS[dialog.name];
  return html`<div class="page-frame"><${Bar} page="admin" me=${self}><${Settings} me=${self} /></${Bar}><${Banner} />
    <div class="admin-frame"><nav class="parts" aria-label=${t("place.admin")}>${Object.entries(PARTS).map(([name, [, sign]]) => html`<a key=${name} href=${`#${name}`} aria-current=${name === part ? "page" : null}>${icon(sign)}<span>${t(`admin.${name}`)}</span></a>`)}<a href="/flows">${icon("webchat")}<span>${t("admin.flows")}</span></a></nav>
    <main class="admin-body" id="main" tabindex="-1"><${View} key=${part} /></main></div><${Toasts} />${open && html`<${open} key=${dialog.name} ...${dialog} />`}</div>`;
}

mount(html`<${Admin} />`);
begin();
