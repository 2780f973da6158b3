import { useState } from "preact/hooks";
import { api, ApiError } from "../core/api";
import { plural, sleep } from "../core/format";
import { useAct, useAll } from "../core/load";
import type { Device, Fleet } from "../core/model";
import { Button, Choice, Dialog, Failure, Loaded } from "../ui/parts";

const patience = 10; // times that a manager may ask to wait before a device is given up

async function move(workspace: string, device: Device, fleet: string) {
  for (let turn = 0; ; turn++) {
    try {
      return await api.put(`/v3/workspaces/${workspace}/devices/${device.id}`, { fleet_id: fleet });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429 || turn === patience) throw error;
      await sleep(1000);
    }
  }
}

// One after the other: what fails names the device, and those before it have moved.
export function Move(props: { workspace: string; devices: Device[]; onClose: () => void; onDone: () => void }) {
  const { workspace, devices } = props;
  const fleets = useAll<{ fleets: Fleet[] }>(`/v3/workspaces/${workspace}/fleets`, "fleets");
  const [to, setTo] = useState("");
  const [moved, setMoved] = useState(0);
  const act = useAct(async (fleet: string) => {
    for (const [at, one] of devices.entries()) {
      try {
        await move(workspace, one, fleet);
      } catch (error) {
        throw new Error(`${one.name} did not move: ${(error as Error).message} ${plural(at, "device")} before it moved.`);
      }
      setMoved(at + 1);
    }
    props.onDone();
    props.onClose();
  });
  const what = devices.length === 1 ? devices[0]!.name : plural(devices.length, "device");
  return (
    <Dialog title={`Move ${what} to another fleet`} onClose={props.onClose}>
      <Loaded from={fleets} what="Loading fleets">
        {({ fleets: all }) => {
          const others = all.filter((fleet) => devices.some((one) => one.fleet_id !== fleet.id));
          if (others.length === 0) return <p>There is no other fleet. <a href={`/w/${workspace}/fleets`}>Make one</a> first.</p>;
          const fleet = to || others[0]!.id;
          return (
            <form onSubmit={(event) => { event.preventDefault(); void act.run(fleet); }}>
              <Choice label="Fleet" value={fleet} onValue={setTo} options={others.map((one) => [one.id, one.name])} />
              {act.busy && devices.length > 1 && <p role="status">{moved} of {devices.length} have moved</p>}
              {act.error && <Failure error={act.error} />}
              <footer><Button onClick={props.onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>Move {what}</Button></footer>
            </form>
          );
        }}
      </Loaded>
    </Dialog>
  );
}
