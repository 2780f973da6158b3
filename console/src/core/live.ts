// What happens, while it happens: one stream of Server-Sent Events, told in batches, one a frame at most.
import { useEffect, useRef, useState } from "preact/hooks";
import { urlOf, type Query } from "./api";
import { askSession } from "./session";

export interface LiveEvent { stream: "data" | "status" | "job" | "condition" | "security" | "gap"; data: any }
export type LiveState = "connecting" | "live" | "offline";

const retryAfter = 3000;
const waitingMax = 5000; // that no frame has shown yet: what is missing is then asked for anew
const waitWhenHidden = 60_000; // a tab that nobody looks at gives its connection back

class Live {
  private source: EventSource | null = null;
  private lastId = "";
  private waiting: LiveEvent[] = [];
  private frame = 0;
  private timer = 0;

  constructor(
    private readonly path: string, private readonly query: Query,
    private readonly tell: (events: LiveEvent[]) => void, private readonly show: (state: LiveState) => void,
  ) {
    document.addEventListener("visibilitychange", this.onVisible);
    this.open();
  }

  stop() {
    document.removeEventListener("visibilitychange", this.onVisible);
    cancelAnimationFrame(this.frame);
    this.close();
  }

  private close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private open() {
    this.close();
    const source = new EventSource(urlOf(this.path, { ...this.query, last_event_id: this.lastId || undefined }));
    this.source = source;
    for (const stream of ["data", "status", "job", "condition", "security", "gap"] as const) {
      source.addEventListener(stream, (event) => this.take(stream, event as MessageEvent));
    }
    source.addEventListener("open", () => this.show("live"));
    source.addEventListener("end", () => this.later());
    source.addEventListener("error", () => this.later());
  }

  // Our own retry, and not the browser's, which gives up after an answer such as 401.
  private later() {
    this.close();
    this.show("offline");
    void askSession();
    this.timer = window.setTimeout(() => this.open(), retryAfter);
  }

  private take(stream: LiveEvent["stream"], event: MessageEvent) {
    if (event.lastEventId) this.lastId = event.lastEventId;
    this.waiting.push({ stream, data: JSON.parse(event.data) });
    if (this.waiting.length > waitingMax) this.waiting = [{ stream: "gap", data: null }];
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.tell(this.waiting.splice(0));
    });
  }

  private onVisible = () => {
    clearTimeout(this.timer);
    if (document.visibilityState === "hidden") this.timer = window.setTimeout(() => this.close(), waitWhenHidden);
    else if (!this.source) this.open();
  };
}

export function useLive(path: string | null, query: Query, tell: (events: LiveEvent[]) => void): LiveState {
  const [state, show] = useState<LiveState>("connecting");
  const told = useRef(tell);
  told.current = tell;
  const key = path === null ? null : urlOf(path, query);
  useEffect(() => {
    if (path === null) return;
    const live = new Live(path, query, (events) => told.current(events), show);
    return () => live.stop();
  }, [key]);
  return state;
}

// One stream, and all who follow it.
export function useFollowers() {
  const [listeners] = useState(() => new Set<(events: LiveEvent[]) => void>());
  const [follow] = useState(() => (listener: (events: LiveEvent[]) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  });
  return { follow, tell: (events: LiveEvent[]) => listeners.forEach((listener) => listener(events)) };
}
