import { useEffect, useState } from "preact/hooks";
import { api, segment } from "../../core/api";
import { useAll, useLoad } from "../../core/load";
import { atLeast, type Firmware, type Update } from "../../core/model";
import { isOpen, standOf, updateTones } from "../../core/updates";
import { Confirm } from "../../ui/confirm";
import { Badge, Button, Card, Command, Empty, Facts, Failure, Loaded, Table, When } from "../../ui/parts";
import { Downloaded } from "../../ui/progress";
import type { TabProps } from "../device";
import { UpdateOrder } from "../update_order";

const lookEvery = 1500; // ms, while one is open: a device says at most every tenth

function Present(props: { update: Update; name: string; online: boolean; may: boolean; onCancel: () => void }) {
  const { update } = props;
  return (
    <Card title="Update" actions={isOpen(update) && props.may && <Button onClick={props.onCancel}>Cancel it …</Button>}>
      <div role="status">
        <Facts rows={[
          ["To", props.name], ["Status", <><Badge tone={updateTones[update.status]}>{update.status}</Badge> <span class="text">{standOf(update, props.online)}</span></>],
          ...(update.detail ? [["Why", <span class="text">{update.detail}</span>] as [string, any]] : []),
          ["Scheduled", <When at={update.scheduled_at} />], ["Told", <When at={update.told_at} none="not yet" />],
          ["Last word", <When at={update.progress_at} none="none yet" />],
        ]} />
        <Downloaded update={update} />
      </div>
    </Card>
  );
}

export function DeviceFirmware({ workspace, device, role }: TabProps) {
  const path = `/v3/devices/${device.id}/fota`;
  const load = useLoad<{ updates: Update[] }>(`${path}/history`, { size: 50 });
  const firmwares = useAll<{ firmwares: Firmware[] }>(`/v3/workspaces/${workspace}/firmwares`, "firmwares");
  const [open, setOpen] = useState<"order" | "cancel" | null>(null);
  const close = () => setOpen(null);
  const may = atLeast(role, "operator");
  const updates = load.value?.updates;
  const present = updates?.find(isOpen);
  useEffect(() => {
    if (!present) return;
    const timer = setInterval(load.reload, lookEvery);
    return () => clearInterval(timer);
  }, [present?.id]);
  const nameOf = (update: Update) => `${firmwares.value?.firmwares.find((one) => one.id === update.value.firmware_id)?.name ?? update.value.firmware_id} ${update.value.firmware_version}`;
  const cancel = {
    title: `Cancel the update of ${device.name}?`, does: "Cancel the update", danger: true, run: () => api.remove(path),
    explains: <p>{device.name} is given nothing more of it. If it has all of the image already, it may still start it.</p>,
  };
  return (
    <>
      {present && <Present update={present} name={nameOf(present)} online={device.online} may={may} onCancel={() => setOpen("cancel")} />}
      <Card title="Updates" actions={may && <Button kind="primary" icon="upload" onClick={() => setOpen("order")}>Update …</Button>}>
        <Loaded from={load} what="Loading updates">
          {({ updates: all }) => all.length === 0 ? (
            <Empty title="It was never updated from here">
              <p>Upload a signed image under <a href={`/w/${workspace}/firmwares`}>Firmwares</a>, then let the device fetch it, here or so:</p>
              <Command text={`signet fota schedule ${device.id} lamp 1.2.0 --wait`} />
            </Empty>
          ) : (
            <Table label="Updates, the last first" columns={["To", "Status", "What became of it", "Scheduled", "Ended"]} rows={all} keyOf={(one) => one.id} cells={(one) => [
              <a class="text" href={`/w/${workspace}/firmwares/${one.value.firmware_id}`}>{nameOf(one)}</a>, <Badge tone={updateTones[one.status]}>{one.status}</Badge>,
              <span class="text">{isOpen(one) ? standOf(one, device.online) : one.detail || (one.status === "done" ? "it runs" : "")}</span>,
              <When at={one.scheduled_at} />, <When at={one.finished_at} none="not yet" />,
            ]} />
          )}
        </Loaded>
        {firmwares.error && <Failure error={firmwares.error} retry={firmwares.reload} />}
      </Card>
      {open === "order" && <UpdateOrder workspace={workspace} title={`Update ${device.name}`} what={device.name} onClose={close} onDone={load.reload}
        explains={`${device.name} fetches the version as soon as it is there, checks who signed it, restarts, and goes back to what it runs now unless it comes up well.${present ? " The update that is open is cancelled." : ""}`}
        order={(to) => api.post(`${path}/${to.firmware}/versions/${segment(to.version)}`)} />}
      {open === "cancel" && <Confirm act={cancel} kind="device" name={device.name} onClose={close} onDone={load.reload} />}
    </>
  );
}
