import { useState } from "preact/hooks";
import { api } from "../core/api";
import { dayOf } from "../core/format";
import { useAll } from "../core/load";
import { atLeast, type Firmware } from "../core/model";
import { navigate, useTitle } from "../core/router";
import { useRole } from "../core/session";
import { Naming } from "../ui/naming";
import { Button, Card, Command, Empty, Loaded, Mono, Page, Table } from "../ui/parts";

export function Firmwares({ workspace }: { workspace: string }) {
  useTitle("Firmwares");
  const base = `/v3/workspaces/${workspace}/firmwares`;
  const load = useAll<{ firmwares: Firmware[] }>(base, "firmwares");
  const may = atLeast(useRole(workspace), "operator");
  const [making, make] = useState(false);
  const save = async (named: { name: string; description: string }) => {
    const made = (await api.post<{ firmware: Firmware }>(base, named)).firmware;
    navigate(`/w/${workspace}/firmwares/${made.id}`);
  };
  return (
    <Page title="Firmwares" lead="What devices can be updated to: signed images, in versions."
          actions={may && <Button kind="primary" icon="plus" onClick={() => make(true)}>New firmware</Button>}>
      <Loaded from={load} what="Loading firmwares">
        {({ firmwares }) => firmwares.length === 0 ? (
          <Empty title="No firmware yet">
            <p>Make one, and give it a signed image as its first version, here or so:</p>
            <Command text="signet firmware create lamp" />
            <Command text="signet firmware build lamp/ --board virtual --version 1.2.0 --os-version 2.0.0 -o lamp.img" />
            <Command text="signet firmware sign lamp.img --key software:release.key -o lamp.signed.img" />
            <Command text="signet firmware upload lamp 1.2.0 lamp.signed.img" />
            {may && <Button kind="primary" onClick={() => make(true)}>New firmware</Button>}
          </Empty>
        ) : (
          <Card>
            <Table label="Firmwares" columns={["Name", "What it is for", "Made", "Id"]} rows={firmwares} keyOf={(one) => one.id} cells={(one) => [
              <a class="text" href={`/w/${workspace}/firmwares/${one.id}`}><strong>{one.name}</strong></a>, <span class="text">{one.description}</span>, dayOf(one.created_at), <Mono copy>{one.id}</Mono>]} />
          </Card>
        )}
      </Loaded>
      {making && <Naming title="New firmware" does="Make it" hint="What it makes of a board: lamp, pump control." save={save} onClose={() => make(false)} onDone={load.reload} />}
    </Page>
  );
}
