import type { Update } from "../core/model";

const parts = ["OS", "Application"];

export function Bar({ label, percent }: { label: string; percent: number }) {
  return <div class="progress"><span>{label}</span><progress aria-label={label} max={100} value={percent} /><b>{Math.round(percent)} %</b></div>;
}

// How much of each part has come; a part that is not updated never begins.
export function Downloaded({ update }: { update: Update }) {
  return <>{update.percent.map((percent, at) => (percent > 0 ? <Bar key={at} label={parts[at] ?? `Part ${at}`} percent={percent} /> : null))}</>;
}
