// The supervisor's board: queues, agents, channels and the day, live over the same socket as the console.

import {html, mount} from "../html.js";
import {boot} from "../boot.js";
import {begin, known} from "../page.js";
import {Empty} from "../parts/bits.js";
import {Banner, Bar, Settings, Toasts} from "../parts/frame.js";
import {alarms, me, queues, unanswered} from "../state.js";
import {useStore} from "../store.js";
import {t} from "../words.js";
import {Agents} from "./agents.js";
import {Channels} from "./channels.js";
import {Day} from "./day.js";
import {Alarms, Queues, Summary, WaitingLongest} from "./queues.js";
import {AnnouncedWaits} from "./waits.js";

function Board() {
  const state = useStore(known);
  const self = me(state) ?? boot.me;
  return html`<div class="page-frame"><${Bar} page="board" me=${self}><${Settings} me=${self} /></${Bar}><${Banner} />
    <main class="board-body" id="main" tabindex="-1" aria-label=${t("place.board")}>
      ${state.seq === null ? html`<${Empty} sign="board">${t("board.opening")}</${Empty}>` : html`
        <${Summary} state=${state} />
        <${Queues} list=${queues(state)} />
        <div class="board-columns"><div class="stack"><${Alarms} found=${alarms(state)} state=${state} /><${Agents} state=${state} /></div>
          <div class="stack"><${Day} /><${WaitingLongest} list=${unanswered(state)} state=${state} /><${AnnouncedWaits} /><${Channels} list=${Object.values(state.channel)} /></div></div>`}
    </main><${Toasts} /></div>`;
}

mount(html`<${Board} />`);
begin();
