// The manager's REST interface, as the console speaks it: the session is a cookie, which no script here ever sees.

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: the manager was not reached
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly request = "", // its name in the manager's log
  ) {
    super(detail || title);
  }
}

let csrf = "1"; // before there is a session any value shows that a page of ours asks
const signedOutListeners = new Set<() => void>();

export function useProof(value: string | null) {
  csrf = value ?? "1";
}
export function onSignedOut(listener: () => void) {
  signedOutListeners.add(listener);
}

export type Query = Record<string, string | number | undefined | string[]>;

export function urlOf(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [String(value)]) search.append(name, one);
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function refusalOf(response: Response): Promise<ApiError> {
  let code = "", title = response.statusText || `Status ${response.status}`, detail = "";
  try {
    const error = (await response.json()).error;
    code = error.code ?? "";
    title = error.message ?? title;
    detail = error.detail ?? "";
  } catch {
    // no JSON: a proxy answered in the manager's place
  }
  return new ApiError(response.status, code, title, detail, response.headers.get("x-request-id") ?? "");
}

const waitAtMost = 5; // seconds, for a manager that says when it may be asked again
const pause = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000));

async function send(method: string, path: string, body: unknown, signal?: AbortSignal, again = true): Promise<Response> {
  const headers: Record<string, string> = {};
  if (method !== "GET") headers["X-Signet-CSRF"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method, headers, signal, credentials: "same-origin", cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "The manager does not answer", "Is it running, and is this machine on its network?");
  }
  if (response.ok) return response;
  const wait = Number(response.headers.get("retry-after"));
  if (response.status === 429 && method === "GET" && again && wait > 0 && wait <= waitAtMost) {
    await pause(wait);
    return send(method, path, body, signal, false);
  }
  const refused = await refusalOf(response);
  if (refused.status === 401) signedOutListeners.forEach((listener) => listener());
  throw refused;
}

async function json<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return (await send(method, path, body, signal)).json();
}

// A list that comes in pages, whole: each page names the next.
async function all<T>(path: string, member: string, signal?: AbortSignal): Promise<Record<string, T[]>> {
  const out: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await json<Record<string, any>>("GET", urlOf(path, { cursor }), undefined, signal);
    out.push(...(page[member] as T[]));
    cursor = page.next ?? undefined;
  } while (cursor);
  return { [member]: out };
}

// A file as it is. XMLHttpRequest, which tells how much of it has gone.
function upload<T>(path: string, file: Blob, told: (part: number) => void): Promise<T> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("X-Signet-CSRF", csrf);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onerror = () => fail(new ApiError(0, "unreachable", "The upload did not get through", "Is the manager running, and is the file within its limits?"));
    request.onload = async () => {
      if (request.status < 300) return done(JSON.parse(request.responseText));
      const id = request.getResponseHeader("x-request-id");
      fail(await refusalOf(new Response(request.responseText, { status: request.status, headers: id ? { "x-request-id": id } : {} })));
    };
    request.send(file);
  });
}

export const api = {
  upload,
  all,
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => json<T>("GET", urlOf(path, query), undefined, signal),
  post: <T>(path: string, body?: unknown) => json<T>("POST", path, body),
  put: <T>(path: string, body?: unknown) => json<T>("PUT", path, body),
  remove: <T>(path: string) => json<T>("DELETE", path),
  text: async (path: string, signal?: AbortSignal) => (await send("GET", path, undefined, signal)).text(),
};

export const segment = encodeURIComponent;
