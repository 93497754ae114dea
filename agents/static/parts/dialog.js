// Modal dialogs on the browser's own <dialog>: focus stays inside, Escape closes, focus goes back where it was.

import {html, useLayoutEffect, useRef, useState} from "../html.js";
import {act, choose, ui} from "../page.js";
import {useStore} from "../store.js";
import {t} from "../words.js";
import {Toasts} from "./frame.js";
import {icon} from "./icon.js";

export const openDialog = (name, data = {}) => choose({dialog: {name, ...data}});
export const closeDialog = () => choose({dialog: null});

/** The frame of a dialog; `foot` are its buttons. */
export function Dialog({title, wide = false, children, foot, onSubmit}) {
  const box = useRef(null);
  // Before the next key is heard: it is meant for the dialog.
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  const inside = html`<div class="dialog-head"><h2 id="dialog-title">${title}</h2>
      <button type="button" class="button bare square" aria-label=${t("close.window")} title=${t("close.window")} onClick=${closeDialog}>${icon("close")}</button>
    </div><div class="dialog-body">${children}</div><${Toasts} inside />${foot && html`<div class="dialog-foot">${foot}</div>`}`;
  return html`<dialog ref=${box} class=${`dialog ${wide ? "wide" : ""}`} aria-labelledby="dialog-title" onClose=${closeDialog}
    onClick=${(event) => event.target === box.current && closeDialog()}>
    ${onSubmit ? html`<form class="dialog-form" onSubmit=${onSubmit}>${inside}</form>` : inside}</dialog>`;
}

/**
 * A dialog that is a form for one action: `run(values)` makes the call; on success it closes (unless `keep`).
 * `values` are the fields by name; `children` draw them.
 */
export function Ask({title, name, run, submit, danger = false, wide = false, children, ready = true, keep = false}) {
  const busy = Boolean(useStore(ui).busy[name]);
  const [touched, touch] = useState(false);
  const go = async (event) => {
    event.preventDefault();
    touch(true);
    const form = event.currentTarget;
    if (await act(name, () => run(Object.fromEntries(new FormData(form)), form)) && !keep) closeDialog();
  };
  return html`<${Dialog} title=${title} wide=${wide} onSubmit=${go} foot=${html`
    <button type="button" class="button" onClick=${closeDialog}>${t("cancel")}</button>
    <button class=${`button ${danger ? "danger" : "primary"}`} disabled=${busy || !ready} aria-busy=${busy ? "true" : null}
      data-touched=${touched}>${submit}</button>`}>${children}</${Dialog}>`;
}

/** A labelled field. `hint` stands under it. */
export const Field = ({label, hint, children}) => html`<label class="field"><span>${label}</span>${children}${hint && html`<small>${hint}</small>`}</label>`;
