import { useState } from "preact/hooks";
import { api } from "../core/api";
import { useAct, useAll } from "../core/load";
import { type ApiKey, atLeast, roles } from "../core/model";
import { useTitle } from "../core/router";
import { useRole } from "../core/session";
import { Badge, Button, Card, Check, Choice, Command, Copy, Dialog, Empty, Failure, Forbidden, Loaded, Loading, Page, Table, Text, When } from "../ui/parts";

function NewKey({ base, most, onClose, onDone }: { base: string; most: number; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState("viewer");
  const [readOnly, setReadOnly] = useState(true);
  const [lasts, setLasts] = useState("7776000");
  const [key, setKey] = useState("");
  const act = useAct(async () => {
    const body = { name, role, read_only: readOnly, ...(lasts ? { expires_in: Number(lasts) } : {}) };
    setKey((await api.post<{ api_key: { key: string } }>(`${base}/api-keys`, body)).api_key.key);
    onDone();
  });
  if (key) {
    return (
      <Dialog title={`The key ${name}`} onClose={onClose}>
        <p>It is shown this once. A program sends it as <code>X-API-KEY</code>:</p>
        <div class="command"><code class="break">{key}</code><Copy text={key} label="Copy the key" /></div>
        <footer><Button kind="primary" onClick={onClose}>I have kept it</Button></footer>
      </Dialog>
    );
  }
  return (
    <Dialog title="New API key" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="Name" required maxLength={128} autofocus value={name} onValue={setName} hint="The program that will have it." />
        <Choice label="What it may at most" value={role} onValue={setRole} options={roles.slice(0, most + 1).map((one) => [one, one])} />
        <Check label="It only reads" checked={readOnly} onValue={setReadOnly} />
        <Choice label="It lasts" value={lasts} onValue={setLasts} options={[["2592000", "30 days"], ["7776000", "90 days"], ["31536000", "a year"], ["", "until it is revoked"]]} />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>Make it</Button></footer>
      </form>
    </Dialog>
  );
}

export function Keys({ workspace }: { workspace: string }) {
  useTitle("API keys");
  const base = `/v3/workspaces/${workspace}`;
  const role = useRole(workspace);
  const may = atLeast(role, "admin");
  const load = useAll<{ api_keys: ApiKey[] }>(may ? `${base}/api-keys` : null, "api_keys");
  const [making, make] = useState(false);
  const [revoking, revoke] = useState<ApiKey | null>(null);
  const act = useAct(async (key: ApiKey) => {
    await api.remove(`${base}/api-keys/${key.id}`);
    load.reload();
    revoke(null);
  });
  return (
    <Page title="API keys" lead="For programs. A key never does more than its maker may at that time."
          actions={may && <Button kind="primary" icon="plus" onClick={() => make(true)}>New key</Button>}>
      {role === null ? <Loading /> : !may ? <Forbidden detail={`API keys need the role admin; yours is ${role}.`} /> : (
        <Loaded from={load} what="Loading keys">
          {(told) => told.api_keys.length === 0 ? (
            <Empty title="No key yet"><p>A program that reads data or asks for jobs has a key of its own:</p><Command text="signet key create grafana --role viewer --read-only" />
              <Button kind="primary" onClick={() => make(true)}>New key</Button></Empty>
          ) : (
            <Card>
              <Table label="API keys" columns={["Name", "Begins with", "May", "Used", "Ends", ""]} rows={told.api_keys} keyOf={(one) => one.id} cells={(one) => [
                <strong class="text">{one.name}</strong>, <span class="mono">{one.prefix}…</span>, <>{one.role} {one.read_only && <Badge>only reads</Badge>}</>,
                <When at={one.last_used} />, <When at={one.expires_at} none="when it is revoked" />, <Button kind="danger" onClick={() => revoke(one)}>Revoke …</Button>,
              ]} />
            </Card>
          )}
        </Loaded>
      )}
      {making && <NewKey base={base} most={roles.indexOf(role!)} onClose={() => make(false)} onDone={load.reload} />}
      {revoking && (
        <Dialog title={`Revoke the key ${revoking.name}?`} onClose={() => revoke(null)}>
          <p>Programs that have it are refused from now on. It does not come back.</p>
          {act.error && <Failure error={act.error} />}
          <footer><Button onClick={() => revoke(null)}>Cancel</Button><Button kind="danger" busy={act.busy} onClick={() => void act.run(revoking)}>Revoke {revoking.name}</Button></footer>
        </Dialog>
      )}
    </Page>
  );
}
