// The one place that knows where the view library is: Preact's elements written with htm, and its hooks.

import {Fragment, createContext, h, render} from "./vendor/preact.mjs";
import {useCallback, useContext, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState} from "./vendor/hooks.mjs";
import htm from "./vendor/htm.mjs";

export const html = htm.bind(h);

/** The same component, drawn again only when one of its values is another: a change of one contact draws one row. */
export function still(view) {
  const differs = (before, after) => Object.keys({...before, ...after}).some((name) => before[name] !== after[name]);
  return function Still(props) {
    this.shouldComponentUpdate = (next) => differs(this.props, next);
    return h(view, props);
  };
}

/** Draw the page into its place, instead of the word that it opens. */
export function mount(view) {
  const place = document.getElementById("page");
  place.replaceChildren();
  render(view, place);
}

export {Fragment, createContext, useCallback, useContext, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState};
