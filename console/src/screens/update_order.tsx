import { useState } from "preact/hooks";
import { useAct, useAll } from "../core/load";
import type { Firmware, FirmwareVersion, Fleet } from "../core/model";
import { Button, Check, Choice, Command, Dialog, Failure, Loaded } from "../ui/parts";

export interface Target { firmware: string; version: string }

function Versions(props: { workspace: string; firmware: string; chosen: string; choose: (version: string) => void }) {
  const load = useAll<{ versions: FirmwareVersion[] }>(`/v3/workspaces/${props.workspace}/firmwares/${props.firmware}/versions`, "versions");
  return (
    <Loaded from={load} what="Loading versions">
      {({ versions }) => versions.length === 0
        ? <p class="muted">It has no version yet: <a href={`/w/${props.workspace}/firmwares/${props.firmware}`}>upload an image</a> first.</p>
        : <Choice label="Version" value={props.chosen} onValue={props.choose}
                  options={[["", "Choose one"], ...[...versions].reverse().map((one) => [one.version, `${one.version} for ${one.images[0]?.board ?? "no board"}: ${one.images.map((image) => image.part).join(" and ")}`] as [string, string])]} />}
    </Loaded>
  );
}

// Which version; what else there is to say stands in `children`.
export function useTarget(workspace: string, first?: Target) {
  const firmwares = useAll<{ firmwares: Firmware[] }>(`/v3/workspaces/${workspace}/firmwares`, "firmwares");
  const [firmware, setFirmware] = useState(first?.firmware ?? "");
  const [version, setVersion] = useState(first?.version ?? "");
  const fields = (
    <Loaded from={firmwares} what="Loading firmwares">
      {({ firmwares: all }) => all.length === 0 ? (
        <><p>There is no firmware yet. <a href={`/w/${workspace}/firmwares`}>Make one</a> and upload a signed image, here or so:</p><Command text="signet firmware create lamp" /><Command text="signet firmware upload lamp 1.2.0 lamp.signed.img" /></>
      ) : (
        <>
          <Choice label="Firmware" value={firmware} onValue={(id) => { setFirmware(id); setVersion(""); }} options={[["", "Choose one"], ...all.map((one) => [one.id, one.name] as [string, string])]} />
          {firmware && <Versions key={firmware} workspace={workspace} firmware={firmware} chosen={version} choose={setVersion} />}
        </>
      )}
    </Loaded>
  );
  return { fields, firmware, version, ready: firmware !== "" && version !== "" };
}

// Some of the workspace's fleets.
export function useFleets(workspace: string) {
  const load = useAll<{ fleets: Fleet[] }>(`/v3/workspaces/${workspace}/fleets`, "fleets");
  const [chosen, choose] = useState<string[]>([]);
  const turn = (id: string, on: boolean) => choose(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  const fields = (
    <Loaded from={load} what="Loading fleets">
      {({ fleets }) => (
        <fieldset><legend>Fleets</legend>
          <div class="checks">{fleets.map((one) => <Check key={one.id} label={one.name} checked={chosen.includes(one.id)} onValue={(on) => turn(one.id, on)} />)}</div>
        </fieldset>
      )}
    </Loaded>
  );
  return { fields, chosen };
}

export function UpdateOrder(props: {
  workspace: string; title: string; what: string; explains: string; first?: Target; order: (to: Target) => Promise<unknown>; onClose: () => void; onDone: () => void;
}) {
  const target = useTarget(props.workspace, props.first);
  const act = useAct(async () => {
    await props.order(target);
    props.onDone();
    props.onClose();
  });
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (target.ready) void act.run(); }}>
        <p>{props.explains}</p>
        {target.fields}
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={props.onClose}>Cancel</Button><Button kind="primary" type="submit" disabled={!target.ready} busy={act.busy}>Update {props.what}</Button></footer>
      </form>
    </Dialog>
  );
}
