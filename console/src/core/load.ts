// What is asked of the manager when a screen opens. The former answer stays while a newer one is on its way, so that
// nothing jumps.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError, type Query, urlOf } from "./api";

export interface Load<T> {
  value: T | undefined;
  error: ApiError | Error | undefined;
  busy: boolean;
  reload(): void;
  change(by: (value: T) => T): void; // by what an event told
}

export function useLoad<T>(path: string | null, query?: Query): Load<T> {
  const url = path === null ? null : urlOf(path, query);
  return useTask<T>(url, (signal) => api.get<T>(url!, undefined, signal));
}

// The same for a list that comes in pages.
export function useAll<T>(path: string | null, member: string): Load<T> {
  return useTask<T>(path === null ? null : `${path} ${member}`, (signal) => api.all(path!, member, signal) as Promise<T>);
}

// Runs anew whenever the key changes; null: not now.
export function useTask<T>(key: string | null, task: (signal: AbortSignal) => Promise<T>): Load<T> {
  const [state, set] = useState<{ key: string | null; value?: T; error?: Error; busy: boolean }>({ key, busy: key !== null });
  const [turn, next] = useState(0);
  const run = useRef(task);
  run.current = task;
  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    set((now) => ({ key, value: now.key === key ? now.value : undefined, busy: true }));
    run.current(stop.signal).then(
      (value) => !stop.signal.aborted && set({ key, value, busy: false }),
      (error) => !stop.signal.aborted && set((now) => ({ key, value: now.value, error, busy: false })),
    );
    return () => stop.abort();
  }, [key, turn]);
  const reload = useCallback(() => next((now) => now + 1), []);
  const change = useCallback((by: (value: T) => T) => {
    set((now) => (now.value === undefined ? now : { ...now, value: by(now.value) }));
  }, []);
  const current = state.key === key;
  return { value: current ? state.value : undefined, error: current ? state.error : undefined,
           busy: !current || state.busy, reload, change };
}

// One thing that a person asked for: its state is that of the button.
export function useAct<A extends unknown[]>(act: (...given: A) => Promise<unknown>) {
  const [state, set] = useState<{ busy: boolean; error?: Error }>({ busy: false });
  const alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);
  const run = async (...given: A): Promise<boolean> => {
    set({ busy: true });
    try {
      await act(...given);
      if (alive.current) set({ busy: false });
      return true;
    } catch (error) {
      if (alive.current) set({ busy: false, error: error as Error });
      return false;
    }
  };
  return { ...state, run, clear: () => set({ busy: false }) };
}
