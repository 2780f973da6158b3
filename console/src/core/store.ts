// A value that components follow.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> { get(): T; set(value: T): void; subscribe(listener: () => void): () => void }

export function store<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      value = next;
      listeners.forEach((listener) => listener());
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function useStore<T>(from: Store<T>): T {
  const [value, set] = useState(from.get);
  useEffect(() => {
    set(() => from.get());
    return from.subscribe(() => set(() => from.get()));
  }, [from]);
  return value;
}
