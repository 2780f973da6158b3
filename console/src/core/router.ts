// Where the reader is: the address bar is the state, so that a link, a reload and the back button all mean the same.
import { useEffect } from "preact/hooks";
import { store, useStore } from "./store";

const here = () => location.pathname + location.search;
const place = store(here());

export function navigate(to: string, how: "push" | "replace" = "push") {
  if (to === here()) return;
  const former = location.pathname;
  history[how === "push" ? "pushState" : "replaceState"](null, "", to);
  place.set(here());
  if (how === "push" && location.pathname !== former) {
    scrollTo(0, 0);
    requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
  }
}

export function usePlace() {
  useStore(place);
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

// Changes some of the query; an empty value takes the name out.
export function setQuery(changes: Record<string, string>) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  navigate(location.pathname + (text ? `?${text}` : ""), "replace");
}

function onClick(event: MouseEvent) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest?.("a[href]") as HTMLAnchorElement | null;
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (/^\/(v3|docs|metrics|healthz|readyz|ca\.pem)(\/|$)/.test(link.pathname)) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}

export function startRouter() {
  addEventListener("popstate", () => place.set(here()));
  document.addEventListener("click", onClick);
}

export function useTitle(title: string) {
  useEffect(() => {
    document.title = title ? `${title} · Signet` : "Signet";
  }, [title]);
}
