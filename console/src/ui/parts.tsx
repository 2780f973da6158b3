// The parts that every screen is made of.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ApiError } from "../core/api";
import { ago, exactly } from "../core/format";
import { store, useStore } from "../core/store";
import { Icon } from "./icon";

const clock = store(Date.now());
setInterval(() => clock.set(Date.now()), 10_000);

export function When({ at, none = "never" }: { at: string | null | undefined; none?: string }) {
  const now = useStore(clock);
  if (!at) return <span class="muted">{none}</span>;
  const date = new Date(at);
  return <time dateTime={at} title={exactly(date)}>{ago(date, Math.max(now, Date.now() - 10_000))}</time>;
}

type ButtonProps = Omit<JSX.IntrinsicElements["button"], "icon"> & {
  kind?: "primary" | "danger" | "quiet"; busy?: boolean; icon?: string;
};
export function Button({ kind, busy, icon, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} class={`button ${kind ?? ""}`} aria-busy={busy} disabled={rest.disabled || busy}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function Copy({ text, label = "Copy" }: { text: string; label?: string }) {
  const [done, set] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    set(true);
    setTimeout(() => set(false), 1500);
  };
  return (
    <button type="button" class="copy" onClick={copy} aria-label={`${label}: ${text.slice(0, 80)}`} title={label}>
      <Icon name={done ? "check" : "copy"} />
      <span class="hidden" role="status">{done ? "Copied" : ""}</span>
    </button>
  );
}

export function Command({ text }: { text: string }) {
  return <div class="command"><code>{text}</code><Copy text={text} label="Copy the command" /></div>;
}

export function Mono({ children, copy }: { children: string; copy?: boolean }) {
  return <span class="mono">{children}{copy && <Copy text={children} />}</span>;
}

export type Tone = "good" | "warn" | "bad" | "plain";
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}
export function Online({ online }: { online: boolean }) {
  return <span class={`presence ${online ? "online" : ""}`}><i aria-hidden="true" />{online ? "Online" : "Offline"}</span>;
}

export function Loading({ what = "Loading" }: { what?: string }) {
  return <div class="loading" role="status"><span class="hidden">{what}</span><i /><i /><i /></div>;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return <div class="empty"><Icon name="seal" /><h2>{title}</h2>{children}</div>;
}

export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const told = error instanceof ApiError ? error : null;
  if (told?.status === 403) return <Forbidden detail={told.detail} />;
  return (
    <div class="failure" role="alert">
      <Icon name={told?.status === 0 ? "offline" : "warning"} />
      <div>
        <strong>{told?.title ?? "This did not work"}</strong>
        <p>{told ? told.detail : error.message}</p>
        {told?.request && <p class="small">In the manager's log: <Mono copy>{told.request}</Mono></p>}
        {retry && <Button onClick={retry}>Try again</Button>}
      </div>
    </div>
  );
}

export function Forbidden({ detail }: { detail?: string }) {
  return (
    <div class="failure" role="alert">
      <Icon name="lock" />
      <div>
        <strong>This is not yours to see or do</strong>
        <p>{detail || "Another account may."}</p>
      </div>
    </div>
  );
}

// What a screen shows of something that is asked for.
export function Loaded<T>(props: {
  from: { value: T | undefined; error?: Error; busy: boolean; reload(): void }; what?: string;
  children: (value: T) => ComponentChildren;
}) {
  const { value, error, reload } = props.from;
  if (value === undefined) return error ? <Failure error={error} retry={reload} /> : <Loading what={props.what} />;
  return <>{error && <Failure error={error} retry={reload} />}{props.children(value)}</>;
}

export function Field(props: {
  label: string; hint?: ComponentChildren; error?: string; children: (id: string) => ComponentChildren;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children(id)}
      {props.hint && <small id={`${id}-hint`}>{props.hint}</small>}
      {props.error && <small class="wrong" role="alert">{props.error}</small>}
    </div>
  );
}

type TextProps = Omit<JSX.IntrinsicElements["input"], "onInput" | "label"> & {
  label: string; hint?: ComponentChildren; value: string; onValue: (value: string) => void;
};
export function Text({ label, hint, onValue, ...rest }: TextProps) {
  return (
    <Field label={label} hint={hint}>
      {(id) => <input autocomplete="off" spellcheck={false} {...rest} id={id}
                      aria-describedby={hint ? `${id}-hint` : undefined}
                      onInput={(event) => onValue(event.currentTarget.value)} />}
    </Field>
  );
}

export function Choice(props: { label: string; hint?: ComponentChildren; value: string; options: [string, string][]; onValue: (value: string) => void; disabled?: boolean }) {
  return (
    <Field label={props.label} hint={props.hint}>
      {(id) => (
        <select id={id} value={props.value} disabled={props.disabled} onChange={(event) => props.onValue(event.currentTarget.value)}>
          {props.options.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
        </select>
      )}
    </Field>
  );
}

export function Check(props: { label: string; checked: boolean; onValue: (value: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={props.checked} onChange={(event) => props.onValue(event.currentTarget.checked)} />
      {props.label}
    </label>
  );
}

// Our own <dialog>: the browser keeps the focus inside, and Escape closes it.
export function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    box.current?.showModal();
    return () => box.current?.close();
  }, []);
  return (
    <dialog ref={box} aria-labelledby={id} onClose={props.onClose}
            onClick={(event) => event.target === box.current && props.onClose()}>
      <div class="dialog">
        <header>
          <h2 id={id}>{props.title}</h2>
          <button type="button" class="tool" aria-label="Close" onClick={props.onClose}><Icon name="close" /></button>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}

export function Card(props: { title?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; class?: string }) {
  return (
    <section class={`card ${props.class ?? ""}`}>
      {(props.title || props.actions) && <header>{props.title && <h2>{props.title}</h2>}<div class="actions">{props.actions}</div></header>}
      {props.children}
    </section>
  );
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return <dl class="facts">{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

export function Page(props: { title: string; lead?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <>
      <header class="page">
        <div><h1>{props.title}</h1>{props.lead && <p class="lead">{props.lead}</p>}</div>
        <div class="actions">{props.actions}</div>
      </header>
      {props.children}
    </>
  );
}

// A table that a phone shows as cards: each cell brings its column's name.
export function Table<T>(props: { label: string; columns: string[]; rows: T[]; keyOf: (row: T) => string | number; cells: (row: T) => ComponentChildren[] }) {
  return (
    <div class="scroll">
      <table>
        <caption class="hidden">{props.label}</caption>
        <thead><tr>{props.columns.map((name) => <th scope="col" key={name}>{name || <span class="hidden">Actions</span>}</th>)}</tr></thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.keyOf(row)}>
              {props.cells(row).map((cell, at) => <td key={at} data-label={props.columns[at] || undefined}>{cell ? <div class="cell">{cell}</div> : null}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Payload({ value }: { value: unknown }) {
  return <code class="payload">{JSON.stringify(value) ?? "null"}</code>;
}
