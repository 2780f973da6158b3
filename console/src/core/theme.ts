// Light, dark, or as the system has it.
import { store } from "./store";

export type Theme = "system" | "light" | "dark";
const name = "signet.theme";
export const theme = store<Theme>("system");

export function setTheme(to: Theme) {
  theme.set(to);
  if (to === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = to;
  try {
    localStorage.setItem(name, to);
  } catch {
    // a browser that keeps nothing: it lasts as long as the page
  }
}

export function startTheme() {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(name);
  } catch {
    // as above
  }
  if (kept === "light" || kept === "dark") setTheme(kept);
}
