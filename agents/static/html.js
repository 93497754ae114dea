// The one place that knows where the view library is: Preact's elements written with htm, and its hooks.

import {Fragment, createContext, h, render} from "./vendor/preact.mjs";
import {useCallback, useContext, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState} from "./vendor/hooks.mjs";
import htm from "./vendor/htm.mjs";

export const html = htm.bind(h);

export {Fragment, createContext, render, useCallback, useContext, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState};
