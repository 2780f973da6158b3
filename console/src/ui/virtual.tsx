// Thousands of rows, of which only those in view are there. The page itself scrolls, so the browser's own search, bars
// and gestures stay as they are.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const spare = 8; // rows above and below what is seen

export function VirtualRows<T>(props: {
  rows: T[]; height: number; label: string; keyOf: (row: T) => string; head: ComponentChildren; children: (row: T) => ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [range, set] = useState({ first: 0, end: 40 });
  const { rows, height } = props;
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      if (!box.current) return;
      const top = -box.current.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(top / height) - spare);
      const end = Math.min(rows.length, Math.ceil((top + innerHeight) / height) + spare);
      set((now) => (now.first === first && now.end === end ? now : { first, end }));
    };
    const soon = () => void (frame ||= requestAnimationFrame(look));
    look();
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon, { passive: true });
    return () => {
      removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
      cancelAnimationFrame(frame);
    };
  }, [rows.length, height]);
  const first = Math.min(range.first, rows.length);
  const end = Math.min(Math.max(range.end, first), rows.length);
  return (
    <div class="virtual" role="table" aria-label={props.label} aria-rowcount={rows.length + 1}>
      <div role="rowgroup" class="virtual-head">{props.head}</div>
      <div role="rowgroup" ref={box} style={{ height: `${rows.length * height}px` }} class="virtual-body">
        {rows.slice(first, end).map((row, at) => (
          <div key={props.keyOf(row)} role="row" aria-rowindex={first + at + 2} class="virtual-row"
               style={{ height: `${height}px`, transform: `translateY(${(first + at) * height}px)` }}>
            {props.children(row)}
          </div>
        ))}
      </div>
    </div>
  );
}
