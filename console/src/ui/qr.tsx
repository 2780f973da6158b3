import { pathOf, symbol } from "../core/qr";

// Dark on light in both looks: readers take no other.
export function QrCode({ text, label }: { text: string; label: string }) {
  const rows = symbol(text), size = rows.length + 8;
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges">
      <path d={pathOf(rows)} fill="currentColor" />
    </svg>
  );
}
