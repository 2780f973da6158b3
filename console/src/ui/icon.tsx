const paths: Record<string, string> = {
  seal: "M12 3l7 2.8v5.4c0 4.4-2.9 7.5-7 9.2-4.1-1.7-7-4.8-7-9.2V5.8z M12 12.5v3 M12 9.2a1.6 1.6 0 1 0 .01 0",
  devices: "M4 6h16v10H4z M9 20h6 M12 16v4",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15z M10 20.5a2 2 0 0 0 4 0",
  link: "M9.5 14.5l5-5 M8 11l-2.5 2.5a3.5 3.5 0 0 0 5 5L13 16 M11 8l2.5-2.5a3.5 3.5 0 0 1 5 5L16 13",
  people: "M9 11a3 3 0 1 0-.01 0 M3.5 19c.5-3 2.7-5 5.5-5s5 2 5.5 5 M16 11a2.5 2.5 0 1 0-.01-5 M17 14.2c2 .5 3.2 2.3 3.5 4.8",
  key: "M8 15a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M12 11h9 M17.5 11v3 M21 11v2.5",
  book: "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3z M5 17a3 3 0 0 1 3-3h11",
  shield: "M12 3l7 2.8v5.4c0 4.4-2.9 7.5-7 9.2-4.1-1.7-7-4.8-7-9.2V5.8z",
  list: "M8 6h12 M8 12h12 M8 18h12 M4 6h.01 M4 12h.01 M4 18h.01",
  gauge: "M4 17a8 8 0 1 1 16 0 M12 17l4-5",
  person: "M12 11a3.5 3.5 0 1 0-.01 0 M5 20c.6-3.5 3.4-6 7-6s6.4 2.5 7 6",
  folder: "M3.5 6.5h6l2 2.5h9v10h-17z",
  cog: "M4 7h9 M17 7h3 M15 5v4 M4 12h3 M11 12h9 M9 10v4 M4 17h8 M16 17h4 M14 15v4",
  menu: "M4 7h16 M4 12h16 M4 17h16",
  close: "M6 6l12 12 M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  copy: "M9 9h10v11H9z M5 15V4h10",
  plus: "M12 5v14 M5 12h14",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z M15.5 15.5L20 20",
  warning: "M12 4l9 16H3z M12 10v4.5 M12 17.2h.01",
  lock: "M6 11h12v9H6z M8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  offline: "M4 4l16 16 M8.5 15.5a5 5 0 0 1 5.5-1 M5 12a10 10 0 0 1 4-2.4 M13 9.1a10 10 0 0 1 6 2.9 M12 19h.01",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M12 3v2 M12 19v2 M3 12h2 M19 12h2 M5.6 5.6L7 7 M17 17l1.4 1.4 M5.6 18.4L7 17 M17 7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  out: "M14 5h5v14h-5 M4 12h10 M10 8l4 4-4 4",
  chevron: "M9 6l6 6-6 6",
  pause: "M9 6v12 M15 6v12",
  play: "M8 5.5l10 6.5-10 6.5z",
  upload: "M12 16V5 M7.5 9.5L12 5l4.5 4.5 M5 19h14",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name] ?? ""} fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
