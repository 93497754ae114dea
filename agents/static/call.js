// One HTTP call to the house: CSRF token, JSON in and out, errors with the house's code. Shows nothing.

/** `code` is the house's stable word, or `unreachable` when nobody knows whether the call arrived. */
export class CallError extends Error {
  constructor(code, status, message = "", field = "") {
    super(message || code);
    Object.assign(this, {code, status, field});
  }
}

const PATIENCE = 20_000;

/** Calls with the session's token. `send("POST", path, body)` answers the parsed JSON or throws a CallError. */
export function caller(csrf, fetcher = (...args) => fetch(...args)) {
  return async function send(method, path, body, {raw = null, headers = {}, patience = PATIENCE} = {}) {
    const options = {method, headers: {Accept: "application/json", ...headers}, credentials: "same-origin"};
    if (method !== "GET") options.headers["X-CSRF-Token"] = csrf;
    if (raw) {
      options.body = raw;
    } else if (body !== undefined) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    return answer(await reach(fetcher, path, {...options, signal: AbortSignal.timeout(patience)}));
  };
}

async function reach(fetcher, path, options) {
  try {
    return await fetcher(path, options);
  } catch {
    throw new CallError("unreachable", 0);
  }
}

async function answer(response) {
  const text = await response.text().catch(() => "");
  let data = {};
  try {
    data = text ? JSON.parse(text) : {};
  } catch {
    if (response.ok) throw new CallError("fault", response.status);
  }
  if (response.ok) return data;
  const {code = "fault", message = "", field = ""} = data.error ?? {};
  throw new CallError(code, response.status, message, field);
}

/** A key that names one intended action, so that trying it again does it once. */
export const newKey = () => crypto.randomUUID();
