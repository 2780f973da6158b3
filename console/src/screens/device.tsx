import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { standingOf, standingTones, standingWords } from "../core/devices";
import { type LiveEvent, type LiveState, useFollowers, useLive } from "../core/live";
import { type Load, useLoad } from "../core/load";
import { type Device, type Role } from "../core/model";
import { useTitle } from "../core/router";
import { useRole } from "../core/session";
import { Badge, Copy, Empty, Loaded, Online, When } from "../ui/parts";
import { Charts } from "./device/charts";
import { DeviceConditions } from "./device/conditions";
import { LiveData } from "./device/data";
import { Events } from "./device/events";
import { DeviceFirmware } from "./device/firmware";
import { Jobs } from "./device/jobs";
import { Overview } from "./device/overview";
import { DeviceSecurity } from "./device/security";
import { Variables } from "./device/variables";
import { LiveMark } from "./devices";

export type Told = { device: Device };
export interface TabProps {
  workspace: string; device: Device; role: Role | null; load: Load<Told>;
  follow: (listener: (events: LiveEvent[]) => void) => () => void; // what happens to this device
  live: LiveState;
}

const tabs: [string, string, ComponentType<TabProps>][] = [
  ["overview", "Overview", Overview], ["data", "Data", LiveData], ["charts", "Charts", Charts], ["jobs", "Jobs", Jobs],
  ["conditions", "Conditions", DeviceConditions], ["variables", "Variables", Variables], ["events", "Events", Events],
  ["firmware", "Firmware", DeviceFirmware],
  ["security", "Security", DeviceSecurity],
];

function takeStatus(load: Load<Told>, events: LiveEvent[]) {
  const last = events.filter((event) => event.stream === "status").pop();
  if (events.some((event) => event.stream === "gap")) load.reload();
  if (!last) return;
  load.change(({ device }) => ({ device: { ...device, online: last.data.type === "connection", last_seen: last.data.ts ?? device.last_seen } }));
}

export function DeviceScreen(props: { workspace: string; device: string; tab: string }) {
  const base = `/v3/workspaces/${props.workspace}`;
  const load = useLoad<Told>(`${base}/devices/${props.device}`);
  const role = useRole(props.workspace);
  const followers = useFollowers();
  const live = useLive(`${base}/events`, { device: [props.device], stream: ["data", "status", "job", "condition"] }, (events) => {
    takeStatus(load, events);
    followers.tell(events);
  });
  useTitle(load.value?.device.name ?? "Device");
  useEffect(() => {
    document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [props.tab, load.value === undefined]);
  const tab = tabs.find(([name]) => name === props.tab);
  return (
    <Loaded from={load} what="Loading the device">
      {({ device }) => {
        const standing = standingOf(device);
        const Tab = tab?.[2];
        return (
          <>
            <p class="crumbs"><a href={`/w/${props.workspace}/devices`}>Devices</a></p>
            <header class="page">
              <div>
                <h1>{device.name}</h1>
                <p class="lead row"><Online online={device.online} /><Badge tone={standingTones[standing]}>{standingWords[standing]}</Badge>
                  <span>seen <When at={device.last_seen} /></span><span class="mono">{device.id}<Copy text={device.id} label="Copy the id" /></span></p>
              </div>
              <div class="actions"><LiveMark state={live} /></div>
            </header>
            <nav class="tabs" aria-label="About this device">
              {tabs.map(([name, title]) => (
                <a key={name} href={`/w/${props.workspace}/devices/${device.id}${name === "overview" ? "" : `/${name}`}`}
                   aria-current={name === props.tab ? "page" : undefined}>{title}</a>
              ))}
            </nav>
            {Tab ? <Tab workspace={props.workspace} device={device} role={role} load={load} follow={followers.follow} live={live} />
                 : <Empty title="A device has no such page" />}
          </>
        );
      }}
    </Loaded>
  );
}
