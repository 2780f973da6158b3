import { useState } from "preact/hooks";
import { api, segment } from "../../core/api";
import { parseLoosely, shown } from "../../core/format";
import { useAct, useAll } from "../../core/load";
import { atLeast, type Variable } from "../../core/model";
import { Badge, Button, Card, Command, Dialog, Empty, Failure, Loaded, Payload, Table, Text, When } from "../../ui/parts";
import type { TabProps } from "../device";

function Wish(props: { device: { id: string; name: string }; of?: Variable; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(props.of?.name ?? "");
  const [value, setValue] = useState(props.of ? shown(props.of.pending ?? props.of.value) : "");
  const act = useAct(async () => {
    await api.put(`/v3/devices/${props.device.id}/variables/${segment(name)}`, { value: parseLoosely(value) ?? "" });
    props.onDone();
    props.onClose();
  });
  return (
    <Dialog title={props.of ? `What ${props.of.name} shall be` : "New variable"} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        {!props.of && <Text label="Name" required maxLength={64} autofocus value={name} onValue={setName} />}
        <Text label="Value" required autofocus={!!props.of} class="mono" value={value} onValue={setValue} hint={'12, true and {"a": 1} are what they look like; anything else is text.'} />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={props.onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>Expect it of {props.device.name}</Button></footer>
      </form>
    </Dialog>
  );
}

export function Variables({ device, role }: TabProps) {
  const load = useAll<{ variables: Variable[] }>(`/v3/devices/${device.id}/variables`, "variables");
  const [setting, set] = useState<Variable | "new" | null>(null);
  const unset = useAct(async (one: Variable) => {
    await api.remove(`/v3/devices/${device.id}/variables/${segment(one.name)}`);
    load.reload();
  });
  const may = atLeast(role, "operator");
  return (
    <Card title="Variables" actions={<><Button onClick={load.reload} busy={load.busy}>Refresh</Button>{may && <Button kind="primary" icon="plus" onClick={() => set("new")}>Set one</Button>}</>}>
      {unset.error && <Failure error={unset.error} retry={unset.clear} />}
      <Loaded from={load} what="Loading variables">
        {({ variables }) => variables.length === 0 ? (
          <Empty title="No variable yet"><p>A variable has what the device said last, and what you expect of it:</p><Command text={`signet variable set ${device.id} speed 1200`} /></Empty>
        ) : (
          <Table label="Variables" columns={["Name", "The device says", "Said", "Expected of it", ""]} rows={variables} keyOf={(one) => one.name} cells={(one) => [
            <strong class="text">{one.name}</strong>, one.updated_at ? <Payload value={one.value} /> : <span class="muted">nothing yet</span>, <When at={one.updated_at} />,
            one.pending_since ? <><Payload value={one.pending} /> <Badge tone="warn">not confirmed</Badge> <small class="muted"><When at={one.pending_since} /></small></> : <span class="muted">as it is</span>,
            may && <span class="row"><Button onClick={() => set(one)} aria-label={`Set ${one.name}`}>Set</Button>
              {one.pending_since && <Button onClick={() => void unset.run(one)} busy={unset.busy} aria-label={`Take back the wish for ${one.name}`}>Take back</Button>}</span>,
          ]} />
        )}
      </Loaded>
      {setting && <Wish device={device} of={setting === "new" ? undefined : setting} onClose={() => set(null)} onDone={load.reload} />}
    </Card>
  );
}
