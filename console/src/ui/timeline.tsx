// Conditions as bars on a line of time, one line a tag.
import { exactly, lasting, shown } from "../core/format";
import type { Condition } from "../core/model";

export function Timeline({ conditions, hours, withDevice }: { conditions: Condition[]; hours: number; withDevice?: boolean }) {
  const to = Date.now(), from = to - hours * 3_600_000;
  const lanes = new Map<string, Condition[]>();
  for (const one of conditions) {
    if ((one.finish ? Date.parse(one.finish) : to) < from) continue;
    const lane = withDevice ? `${one.device_name}: ${one.tag}` : one.tag;
    lanes.set(lane, [...(lanes.get(lane) ?? []), one]);
  }
  if (lanes.size === 0) return <p class="muted">None in the last {hours > 48 ? `${hours / 24} days` : `${hours} hours`}.</p>;
  const place = (one: Condition) => {
    const start = Math.max(from, Date.parse(one.start)), end = one.finish ? Date.parse(one.finish) : to;
    return { left: `min(calc(100% - 5px), ${((start - from) / (to - from)) * 100}%)`, width: `max(5px, ${((end - start) / (to - from)) * 100}%)` };
  };
  const marks = [0, 0.25, 0.5, 0.75].map((part) => new Date(from + part * (to - from)));
  const mark = (at: Date) => (hours > 48 ? at.toLocaleDateString(undefined, { month: "short", day: "numeric" }) : at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }));
  return (
    <div class="timeline">
      {[...lanes].map(([name, all]) => (
        <div class="lane" key={name}>
          <span class="lane-name">{name}</span>
          <div class="track">
            {all.map((one) => (
              <span key={one.number} class={`span ${one.finish ? "" : "open"}`} style={place(one)} role="img"
                    title={`${one.tag}: ${exactly(new Date(one.start))}${one.finish ? `, ${lasting(one.duration ?? 0)}` : ", still open"}\n${shown(one.payload)}`}
                    aria-label={`${one.tag}, ${one.finish ? `lasted ${lasting(one.duration ?? 0)}` : "still open"}`} />
            ))}
          </div>
        </div>
      ))}
      <div class="lane axis" aria-hidden="true"><span class="lane-name" /><div class="track">{marks.map((at) => <span key={+at}>{mark(at)}</span>)}</div></div>
    </div>
  );
}
