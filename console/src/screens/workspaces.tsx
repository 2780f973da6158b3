import { useEffect, useState } from "preact/hooks";
import { api } from "../core/api";
import { dayOf } from "../core/format";
import { useAct, useAll } from "../core/load";
import type { Workspace } from "../core/model";
import { navigate, usePlace, useTitle } from "../core/router";
import { Button, Dialog, Empty, Failure, Loaded, Page, Text } from "../ui/parts";
import { lastWorkspace } from "../ui/shell";

function NewWorkspace({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const act = useAct(async () => {
    const made = await api.post<{ workspace: Workspace }>("/v3/workspaces", { name, description });
    location.assign(`/w/${made.workspace.id}/devices`); // the list beside it is asked for anew
  });
  return (
    <Dialog title="New workspace" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="Name" required maxLength={128} autofocus value={name} onValue={setName} />
        <Text label="What it is for" maxLength={1024} value={description} onValue={setDescription} hint="May stay empty." />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>Make it</Button></footer>
      </form>
    </Dialog>
  );
}

export function Workspaces() {
  useTitle("Workspaces");
  const { path } = usePlace();
  const load = useAll<{ workspaces: Workspace[] }>("/v3/workspaces", "workspaces");
  const [making, make] = useState(false);
  const all = load.value?.workspaces;
  const last = lastWorkspace();
  // "/" is where one left off; the list itself is at /workspaces.
  const goOn = path === "/" && all?.length ? (all.find((one) => one.id === last) ?? all[0])!.id : null;
  useEffect(() => {
    if (goOn) navigate(`/w/${goOn}/devices`, "replace");
  }, [goOn]);
  return (
    <Page title="Workspaces" lead="A workspace has its devices, its people and its data to itself."
          actions={<Button kind="primary" icon="plus" onClick={() => make(true)}>New workspace</Button>}>
      <Loaded from={load} what="Loading workspaces">
        {({ workspaces }) => workspaces.length === 0 ? (
          <Empty title="You are in no workspace yet">
            <p>Make one, or ask a member of one to invite you.</p>
            <Button kind="primary" onClick={() => make(true)}>New workspace</Button>
          </Empty>
        ) : (
          <ul class="tiles">
            {workspaces.map((one) => (
              <li key={one.id}>
                <a href={`/w/${one.id}/devices`} class="tile">
                  <strong>{one.name}</strong>
                  <span class="muted">{one.description || "No description"}</span>
                  <small class="muted">since {dayOf(one.created_at)}</small>
                </a>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {making && <NewWorkspace onClose={() => make(false)} />}
    </Page>
  );
}
