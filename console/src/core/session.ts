// Who is signed in, and as what.
import { api, onSignedOut, useProof } from "./api";
import type { Member, Role, Session } from "./model";
import { useAll } from "./load";
import { store, useStore } from "./store";

type State = { kind: "asking" } | { kind: "failed"; error: unknown } | { kind: "known"; session: Session };
export const session = store<State>({ kind: "asking" });

export async function askSession() {
  try {
    const found = await api.get<Session>("/v3/session");
    useProof(found.csrf);
    session.set({ kind: "known", session: found });
  } catch (error) {
    session.set({ kind: "failed", error });
  }
}

let asking = false;
onSignedOut(() => {
  const now = session.get();
  if (asking || now.kind !== "known" || !now.session.account) return;
  asking = true; // a wrong password is 401 too: only the session's own word counts
  void askSession().finally(() => (asking = false));
});

export function useSession(): Session | null {
  const state = useStore(session);
  return state.kind === "known" ? state.session : null;
}

export async function signOut() {
  await api.post("/v3/logout");
  await askSession();
}

export function useRole(workspace: string): Role | null {
  const me = useSession()?.account?.id;
  const members = useAll<{ members: Member[] }>(`/v3/workspaces/${workspace}/members`, "members");
  return members.value?.members.find((one) => one.account_id === me)?.role ?? null;
}
