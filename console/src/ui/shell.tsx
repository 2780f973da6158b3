// What stands round every screen: where one is, and where one can go.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Workspace } from "../core/model";
import { useAll } from "../core/load";
import { navigate, usePlace } from "../core/router";
import { signOut, useSession } from "../core/session";
import { Icon } from "./icon";

const ofWorkspace: [string, string, string][] = [
  ["devices", "Devices", "devices"], ["fleets", "Fleets", "folder"], ["firmwares", "Firmwares", "upload"], ["rollouts", "Rollouts", "play"],
  ["conditions", "Conditions", "bell"], ["integrations", "Integrations", "link"],
  ["members", "Members", "people"], ["keys", "API keys", "key"], ["settings", "Settings", "cog"],
];
const ofManager: [string, string, string][] = [
  ["registry", "Registry", "book"], ["security", "Security", "shield"], ["audit", "Audit", "list"], ["system", "System", "gauge"],
];

function Entry(props: { to: string; icon: string; name: string; path: string }) {
  const here = props.path === props.to || props.path.startsWith(`${props.to}/`);
  return <li><a href={props.to} aria-current={here ? "page" : undefined}><Icon name={props.icon} /><span>{props.name}</span></a></li>;
}

export function lastWorkspace(): string | null {
  try {
    return sessionStorage.getItem("signet.workspace");
  } catch {
    return null;
  }
}

// The workspace of the address, or the one that was looked at last.
function useWorkspace(path: string, all: Workspace[] | undefined): string | undefined {
  const named = /^\/w\/([^/]+)/.exec(path)?.[1];
  useEffect(() => {
    if (!named) return;
    try {
      sessionStorage.setItem("signet.workspace", named);
    } catch {
      // nothing is kept: the first workspace will do
    }
  }, [named]);
  const last = lastWorkspace();
  return named ?? (all?.some((one) => one.id === last) ? last! : all?.[0]?.id);
}

function Places({ path }: { path: string }) {
  const session = useSession();
  const workspaces = useAll<{ workspaces: Workspace[] }>("/v3/workspaces", "workspaces");
  const all = workspaces.value?.workspaces;
  const current = useWorkspace(path, all);
  return (
    <nav aria-label="Console" class="places">
      <label class="switch">
        <span class="hidden">Workspace</span>
        <select value={current ?? ""} onChange={(event) => navigate(event.currentTarget.value ? `/w/${event.currentTarget.value}/devices` : "/workspaces")}>
          {!current && <option value="">No workspace</option>}
          {all?.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
          {current && !all?.some((one) => one.id === current) && <option value={current}>{current}</option>}
          {current && <option value="">All workspaces …</option>}
        </select>
      </label>
      {current && <ul>{ofWorkspace.map(([to, name, icon]) => <Entry key={to} to={`/w/${current}/${to}`} icon={icon} name={name} path={path} />)}</ul>}
      {session?.runs_manager && (
        <>
          <h2>This manager</h2>
          <ul>{ofManager.map(([to, name, icon]) => <Entry key={to} to={`/manager/${to}`} icon={icon} name={name} path={path} />)}</ul>
        </>
      )}
      <ul class="last">
        <Entry to="/account" icon="person" name={session?.account?.email ?? "Account"} path={path} />
        <li><button type="button" onClick={() => void signOut()}><Icon name="out" />Sign out</button></li>
      </ul>
    </nav>
  );
}

export function Shell({ children }: { children: ComponentChildren }) {
  const { path } = usePlace();
  const [open, setOpen] = useState(false);
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return (
    <div class={`shell ${open ? "open" : ""}`}>
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        document.getElementById("main")?.focus();
      }}>To the content</a>
      <header class="top">
        <a href="/" class="brand"><Icon name="seal" />Signet</a>
        <button type="button" class="tool menu" aria-expanded={open} aria-controls="places" aria-label="Menu" onClick={() => setOpen(!open)}>
          <Icon name={open ? "close" : "menu"} />
        </button>
      </header>
      <div class="side" id="places">
        <a href="/" class="brand wide"><Icon name="seal" />Signet</a>
        <Places path={path} />
      </div>
      <main id="main" tabIndex={-1}>
        {offline && <p class="banner" role="status"><Icon name="offline" />This machine is offline. What you see may be old.</p>}
        {children}
      </main>
    </div>
  );
}
