// Requests to this server only.

const storedKey = "edgevlm-key"; // for as long as the tab is open

let key = sessionStorage.getItem(storedKey) ?? "";

export const hasKey = () => key !== "";

export function useKey(text) {
  key = text;
  sessionStorage.setItem(storedKey, text);
}

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function errorOf(response) {
  let message = `The server answered ${response.status} ${response.statusText}.`;
  try {
    const { error } = await response.json();
    message = error.message ?? error;
  } catch {
    // not JSON: probably from a proxy
  }
  const wait = response.headers.get("Retry-After");
  if (wait) message += ` (again in ${wait} s)`;
  return new ApiError(message, response.status);
}

// Resolves to a response with status 2xx. Rejects with ApiError, or AbortError.
export async function request(path, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  if (key) headers.Authorization = `Bearer ${key}`;
  let response;
  try {
    // Without credentials browsers show no password prompt of their own.
    response = await fetch(path, { ...options, headers, credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server cannot be reached.", 0);
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

export const getJson = async path => (await request(path)).json();

export const postJson = (path, body, signal) =>
  request(path, {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

// Yields the objects of a stream of server-sent events.
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new ApiError("The reply broke off.", 0);
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      if (part === "data: [DONE]") return;
      if (part.startsWith("data: ")) yield checked(JSON.parse(part.slice("data: ".length)));
    }
  }
}

// An error after the response's headers, with status 200, is sent as an object.
export function checked(object) {
  if (object.error) throw new ApiError(object.error.message, 0);
  return object;
}
