import { useEffect, useRef, useState } from "preact/hooks";
import { urlOf } from "../../core/api";
import { clockOf, exactly, plural } from "../../core/format";
import { useLoad } from "../../core/load";
import type { Reading } from "../../core/model";
import { Button, Card, Command, Empty, Loaded, Payload } from "../../ui/parts";
import type { TabProps } from "../device";

const kept = 500; // rows on the page; all readings are in the export

const keyOf = (one: Reading) => `${one.tag} ${one.timestamp_device}`;

function Line({ reading }: { reading: Reading }) {
  return (
    <tr>
      <td data-label="Time"><time dateTime={reading.timestamp_device} title={exactly(new Date(reading.timestamp_device))}>{clockOf(reading.timestamp_device)}</time></td>
      <td data-label="Tag" class="tag">{reading.tag}</td>
      <td data-label="Payload"><Payload value={reading.payload} /></td>
    </tr>
  );
}

export function LiveData({ workspace, device, follow, live }: TabProps) {
  const load = useLoad<{ result: Reading[]; next: string | null }>(`/v3/workspaces/${workspace}/data`, { device: device.id, size: 100 });
  const [paused, pause] = useState(false);
  const [tag, setTag] = useState("");
  const held = useRef<Reading[]>([]);
  const [waiting, setWaiting] = useState(0);
  const add = (fresh: Reading[]) => load.change((now) => {
    const known = new Set(fresh.map(keyOf)); // one that the device repeats is told again
    return { ...now, result: [...fresh, ...now.result.filter((one) => !known.has(keyOf(one)))].slice(0, kept) };
  });
  useEffect(() => follow((events) => {
    if (events.some((event) => event.stream === "gap")) load.reload();
    const fresh = events.filter((event) => event.stream === "data").map((event) => event.data as Reading).reverse();
    if (!fresh.length) return;
    if (!paused) return add(fresh);
    held.current = [...fresh, ...held.current].slice(0, kept);
    setWaiting(held.current.length);
  }), [device.id, paused]);
  const go = () => {
    if (paused) add(held.current.splice(0)), setWaiting(0);
    pause(!paused);
  };
  const tags = [...new Set(load.value?.result.map((one) => one.tag))].sort();
  return (
    <Card title="Live data" actions={
      <>
        <label class="inline">Tag <select value={tag} onChange={(event) => setTag(event.currentTarget.value)}>
          <option value="">all</option>{tags.map((one) => <option key={one}>{one}</option>)}
        </select></label>
        <Button icon={paused ? "play" : "pause"} onClick={go}>{paused ? `Go on${waiting ? ` (${waiting} new)` : ""}` : "Pause"}</Button>
        <a class="button" href={urlOf(`/v3/workspaces/${workspace}/data.csv`, { device: device.id, size: 10_000 })} download={`${device.name}.csv`}>CSV</a>
      </>
    }>
      <Loaded from={load} what="Loading readings">
        {({ result }) => {
          const rows = tag ? result.filter((one) => one.tag === tag) : result;
          if (result.length === 0) {
            return (
              <Empty title={live === "live" ? "Listening. Nothing was said yet" : "Nothing was said yet"}>
                <p>A program on the board says something with one line:</p>
                <Command text={'agent.publish({"temperature": 21.5}, "env")'} />
              </Empty>
            );
          }
          return (
            <>
              <p class="hidden">{plural(rows.length, "reading")}, the newest first</p>
              <div class="scroll console-box" tabIndex={0} role="region" aria-label="Readings">
                <table class="console"><thead><tr><th scope="col">Time</th><th scope="col">Tag</th><th scope="col">Payload</th></tr></thead>
                  <tbody>{rows.map((one) => <Line key={keyOf(one)} reading={one} />)}</tbody></table>
              </div>
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}
