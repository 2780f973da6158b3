import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { lasting, numberPaths, plural } from "../../core/format";
import { useLoad } from "../../core/load";
import type { Aggregate, Reading } from "../../core/model";
import { setQuery, usePlace } from "../../core/router";
import { Button, Card, Command, Empty, Failure, Loading } from "../../ui/parts";
import type { TabProps } from "../device";

const ranges: [string, string, number][] = [
  ["15m", "15 min", 900], ["1h", "1 h", 3600], ["6h", "6 h", 21_600], ["24h", "24 h", 86_400], ["7d", "7 d", 604_800], ["30d", "30 d", 2_592_000],
];
const points = 400; // on the width of a screen

const stops = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];
const intervalFor = (seconds: number) => stops.find((one) => seconds / one <= points) ?? 604_800;

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Averages as a line, and from least to most as a band.
function Plot(props: { rows: Aggregate[]; label: string; onZoom: (from: number, to: number) => void; from: number; to: number; interval: number }) {
  const box = useRef<HTMLDivElement>(null);
  const zoom = useRef(props.onZoom);
  zoom.current = props.onZoom;
  useEffect(() => {
    let plot: uPlot | undefined, over = false;
    const watch = new ResizeObserver(() => box.current && plot?.setSize({ width: box.current.clientWidth, height: 320 }));
    void (async () => {
      const [{ default: Plot }] = await Promise.all([import("uplot"), import("uplot/dist/uPlot.min.css")]);
      if (over || !box.current) return;
      const line = colour("--accent"), grid = colour("--line"), ink = colour("--muted");
      const rows = props.rows.filter((row) => row.avg !== null);
      const times: number[] = [], values: (number | null)[][] = [[], [], []];
      rows.forEach((row, at) => {
        const time = Date.parse(row.start) / 1000;
        const before = times[times.length - 1];
        if (at && time - before! > props.interval * 3) { // nothing was said: no line goes over it
          times.push(before! + props.interval);
          values.forEach((one) => one.push(null));
        }
        times.push(time);
        values[0]!.push(row.avg), values[1]!.push(row.min), values[2]!.push(row.max);
      });
      const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
      const zone = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(undefined, options);
      const day = zone({ month: "short", day: "numeric" }), minute = zone({ hour: "2-digit", minute: "2-digit" }), second = zone({ timeStyle: "medium" });
      const words: uPlot.Axis.DynamicValues = (_, splits, __, ___, step) =>
        splits.map((at) => (step >= 86_400 ? day : step >= 60 ? minute : second).format(at * 1000));
      plot = new Plot({
        width: box.current.clientWidth, height: 320,
        scales: { x: { min: props.from, max: props.to } },
        legend: { show: false },
        cursor: { drag: { x: true, y: false, setScale: false } },
        axes: [{ ...axis, values: words }, { ...axis, size: 64 }],
        bands: [{ series: [3, 2], fill: `${line}26` }],
        series: [
          {}, { label: props.label, stroke: line, width: 2, points: { show: rows.length < 60, size: 5 } },
          { stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } },
        ],
        hooks: {
          setSelect: [(chart) => {
            if (chart.select.width < 4) return;
            zoom.current(chart.posToVal(chart.select.left, "x"), chart.posToVal(chart.select.left + chart.select.width, "x"));
          }],
        },
      }, [times, ...values] as uPlot.AlignedData, box.current);
      watch.observe(box.current);
    })();
    return () => {
      over = true;
      watch.disconnect();
      plot?.destroy();
    };
  }, [props.rows, props.from, props.to]);
  return <div class="plot" ref={box} role="img" aria-label={`${props.label}: ${plural(props.rows.length, "interval")}`} />;
}

function Numbers({ rows }: { rows: Aggregate[] }) {
  const some = rows.filter((row) => row.count > 0 && row.avg !== null);
  if (some.length === 0) return null;
  const total = some.reduce((sum, row) => sum + row.count, 0);
  const round = (value: number) => Number(value.toPrecision(6)).toString();
  const facts: [string, string][] = [
    ["Least", round(Math.min(...some.map((row) => row.min!)))],
    ["Average", round(some.reduce((sum, row) => sum + (row.sum ?? 0), 0) / total)],
    ["Most", round(Math.max(...some.map((row) => row.max!)))], ["Last", round(some[some.length - 1]!.last!)],
    ["Numbers", total.toLocaleString("en")],
  ];
  return <dl class="figures">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

export function Charts({ workspace, device }: TabProps) {
  const { query } = usePlace();
  const recent = useLoad<{ result: Reading[] }>(`/v3/workspaces/${workspace}/data`, { device: device.id, size: 1000 });
  const fields = useMemo(() => {
    const found = new Map<string, Set<string>>();
    for (const one of recent.value?.result ?? []) {
      for (const path of numberPaths(one.payload)) (found.get(one.tag) ?? found.set(one.tag, new Set()).get(one.tag)!).add(path);
    }
    return found;
  }, [recent.value]);
  const tag = query.get("tag") ?? [...fields.keys()][0] ?? "";
  const field = query.get("field") ?? [...(fields.get(tag) ?? [])][0] ?? "";
  const range = ranges.find(([name]) => name === query.get("range")) ?? ranges[1]!;
  const [zoomed, zoom] = useState<[number, number] | null>(null);
  const [now, setNow] = useState(() => Math.ceil(Date.now() / 1000));
  const [from, to] = zoomed ?? [now - range[2], now];
  const interval = intervalFor(to - from);
  const iso = (seconds: number) => new Date(Math.round(seconds) * 1000).toISOString();
  const load = useLoad<{ result: Aggregate[] }>(tag && field ? `/v3/workspaces/${workspace}/data/aggregate` : null,
    { device: device.id, tag, field, interval, start: iso(from), end: iso(to) });
  const choose = (changes: Record<string, string>) => (setQuery(changes), zoom(null), setNow(Math.ceil(Date.now() / 1000)));
  if (!recent.value) return recent.error ? <Failure error={recent.error} retry={recent.reload} /> : <Loading />;
  if (fields.size === 0 && !query.get("tag")) {
    return <Card title="Charts"><Empty title="No number to draw yet"><p>Readings with numbers are drawn here. A program says one so:</p>
      <Command text={'agent.publish({"temperature": 21.5}, "env")'} /></Empty></Card>;
  }
  return (
    <Card title="Charts" actions={
      <>
        <label class="inline">Tag <select value={tag} onChange={(event) => choose({ tag: event.currentTarget.value, field: "" })}>
          {[...new Set([tag, ...fields.keys()])].map((one) => <option key={one}>{one}</option>)}</select></label>
        <label class="inline">Field <select value={field} onChange={(event) => choose({ field: event.currentTarget.value })}>
          {[...new Set([field, ...(fields.get(tag) ?? [])])].map((one) => <option key={one}>{one}</option>)}</select></label>
        <div class="chips" role="group" aria-label="How far back">
          {ranges.map(([name, title]) => <button type="button" key={name} class="chip" aria-pressed={!zoomed && range[0] === name} onClick={() => choose({ range: name })}>{title}</button>)}
        </div>
        <Button onClick={() => choose({})}>{zoomed ? "Zoom out" : "Refresh"}</Button>
      </>
    }>
      {load.error && <Failure error={load.error} retry={load.reload} />}
      {!load.value ? <div class="plot">{!load.error && <Loading />}</div> : load.value.result.length === 0 ? (
        <div class="plot"><Empty title="Nothing was said in this time"><p>Look further back.</p></Empty></div>
      ) : (
        <Plot rows={load.value.result} label={`${tag}, ${field}`} from={from} to={to} interval={interval} onZoom={(a, b) => zoom([a, Math.max(b, a + 2)])} />
      )}
      {load.value && <Numbers rows={load.value.result} />}
      <p class="muted small">The line is the average of each {lasting(interval)}, the band goes from least to most. Draw across it to look closer.</p>
    </Card>
  );
}
