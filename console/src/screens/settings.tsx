import { useState } from "preact/hooks";
import { api } from "../core/api";
import { dayOf, plural } from "../core/format";
import { useAct, useLoad } from "../core/load";
import { atLeast, type Workspace } from "../core/model";
import { useTitle } from "../core/router";
import { useRole } from "../core/session";
import { Naming } from "../ui/naming";
import { Button, Card, Copy, Dialog, Facts, Failure, Loaded, Page, Text } from "../ui/parts";

function Retention({ base, of, onClose, onDone }: { base: string; of: Workspace; onClose: () => void; onDone: () => void }) {
  const [days, setDays] = useState(String(of.retention_days));
  const act = useAct(async () => {
    await api.put(`${base}/retention`, { days: Number(days) });
    onDone();
    onClose();
  });
  return (
    <Dialog title={`How long ${of.name} keeps readings`} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="Days" type="number" required min={0} max={36_500} autofocus value={days} onValue={setDays} hint="0: for ever." />
        {Number(days) > 0 && <p class="verdict bad">Readings older than {plural(Number(days), "day")} are removed from {of.name}, and cannot be brought back.</p>}
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind={Number(days) > 0 ? "danger" : "primary"} type="submit" busy={act.busy}>Keep it so</Button></footer>
      </form>
    </Dialog>
  );
}

export function Settings({ workspace }: { workspace: string }) {
  useTitle("Settings");
  const base = `/v3/workspaces/${workspace}`;
  const load = useLoad<{ workspace: Workspace }>(base);
  const may = atLeast(useRole(workspace), "admin");
  const [open, setOpen] = useState<"workspace" | "retention" | null>(null);
  const close = () => setOpen(null);
  return (
    <Page title="Settings" lead={load.value?.workspace.description}>
      <Loaded from={load}>
        {(told) => (
          <>
            <Card title="Workspace" actions={may && <><Button onClick={() => setOpen("workspace")}>Name and purpose …</Button><Button onClick={() => setOpen("retention")}>Change how long …</Button></>}>
              <Facts rows={[
                ["Name", told.workspace.name], ["Id", <span class="mono">{workspace}<Copy text={workspace} /></span>], ["Made", dayOf(told.workspace.created_at)],
                ["Readings are kept", told.workspace.retention_days ? plural(told.workspace.retention_days, "day") : "for ever"],
              ]} />
            </Card>
            {open === "workspace" && <Naming title={`Name and purpose of ${told.workspace.name}`} does="Save" first={told.workspace} save={(named) => api.put(base, named)} onClose={close} onDone={load.reload} />}
            {open === "retention" && <Retention base={base} of={told.workspace} onClose={close} onDone={load.reload} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
