// A QR code (ISO/IEC 18004) of text: byte mode, correction level M. Drawn here, so that a secret within never leaves.
//
//   symbol(text) -> rows of dark (true) and light modules, without the quiet zone of four that belongs round it

export const versionMax = 20; // 666 bytes of text

// Table 9 for level M, by version: correction codewords of a block, and how many blocks.
const correction = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const blockCount = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];

type Grid = (boolean | undefined)[][]; // undefined: free for data
const sizeOf = (version: number) => 17 + 4 * version;

// Annex E: the middles of alignment patterns, from the last inwards at even steps.
function alignments(version: number): number[] {
  if (version === 1) return [];
  const many = Math.floor(version / 7) + 2, last = sizeOf(version) - 7;
  const step = Math.ceil((last - 6) / (many - 1) / 2) * 2;
  return [6, ...Array.from({ length: many - 1 }, (_, at) => last - step * (many - 2 - at))];
}

// --- Reed and Solomon, over GF(256) with x^8 + x^4 + x^3 + x^2 + 1
const powers = new Uint8Array(255), logs = new Uint8Array(256);
for (let at = 0, value = 1; at < 255; at++, value = (value << 1) ^ (value & 0x80 ? 0x11d : 0)) {
  powers[at] = value, logs[value] = at;
}
const times = (a: number, b: number) => (a && b ? powers[(logs[a]! + logs[b]!) % 255]! : 0);

function remainder(data: number[], length: number): number[] {
  let divisor = [1];
  for (let root = 0; root < length; root++) {
    divisor = [...divisor, 0].map((value, at) => value ^ times(at ? divisor[at - 1]! : 0, powers[root]!));
  }
  const rest = [...data, ...new Array<number>(length).fill(0)];
  for (let at = 0; at < data.length; at++) {
    const factor = rest[at]!;
    divisor.forEach((value, i) => (rest[at + i]! ^= times(value, factor)));
  }
  return rest.slice(data.length);
}

// BCH codes of Annexes C and D.
function withCheck(value: number, generator: number, bits: number): number {
  let rest = value << bits;
  for (let at = 31 - Math.clz32(rest); at >= bits; at--) if ((rest >> at) & 1) rest ^= generator << (at - bits);
  return (value << bits) | rest;
}

// --- what stands in every symbol
function square(grid: Grid, row: number, column: number, radius: number, dark: (distance: number) => boolean) {
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const line = grid[row + dy];
      if (line && column + dx >= 0 && column + dx < grid.length) line[column + dx] = dark(Math.max(Math.abs(dx), Math.abs(dy)));
    }
  }
}

function drawFormat(grid: Grid, mask: number) {
  const bits = withCheck(mask, 0x537, 10) ^ 0x5412; // level M is 00
  const last = grid.length - 1;
  for (let at = 0; at < 15; at++) {
    const dark = ((bits >> at) & 1) === 1;
    if (at < 8) grid[at < 6 ? at : at + 1]![8] = dark, (grid[8]![last - at] = dark);
    else grid[8]![at === 8 ? 7 : 14 - at] = dark, (grid[last - 14 + at]![8] = dark);
  }
  grid[last - 7]![8] = true;
}

function drawVersion(grid: Grid, version: number) {
  if (version < 7) return;
  const bits = withCheck(version, 0x1f25, 12);
  for (let at = 0; at < 18; at++) {
    const dark = ((bits >> at) & 1) === 1, near = Math.floor(at / 3), far = grid.length - 11 + (at % 3);
    grid[near]![far] = dark, (grid[far]![near] = dark);
  }
}

function patterns(version: number): Grid {
  const size = sizeOf(version), last = size - 1;
  const grid: Grid = Array.from({ length: size }, () => new Array<boolean | undefined>(size).fill(undefined));
  for (let at = 0; at < size; at++) grid[6]![at] = at % 2 === 0, (grid[at]![6] = at % 2 === 0);
  const finder = (distance: number) => distance !== 2 && distance !== 4;
  square(grid, 3, 3, 4, finder), square(grid, 3, last - 3, 4, finder), square(grid, last - 3, 3, 4, finder);
  const middles = alignments(version), end = middles[middles.length - 1];
  for (const row of middles) {
    for (const column of middles) {
      const corner = (row === 6 && (column === 6 || column === end)) || (row === end && column === 6);
      if (!corner) square(grid, row, column, 2, (distance) => distance !== 1);
    }
  }
  drawFormat(grid, 0), drawVersion(grid, version);
  return grid;
}

// --- the text as codewords
const roomOf = (version: number, grid: Grid) =>
  (grid.flat().filter((one) => one === undefined).length >> 3) - correction[version]! * blockCount[version]!;

function dataOf(bytes: Uint8Array, version: number, room: number): number[] {
  const bits: number[] = [];
  const put = (value: number, length: number) => {
    for (let at = length - 1; at >= 0; at--) bits.push((value >> at) & 1);
  };
  put(0b0100, 4), put(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => put(byte, 8));
  put(0, Math.min(4, room * 8 - bits.length)), put(0, (8 - (bits.length % 8)) % 8);
  const out: number[] = [];
  for (let at = 0; at < bits.length; at += 8) out.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  for (let pad = 0xec; out.length < room; pad ^= 0xec ^ 0x11) out.push(pad);
  return out;
}

// Blocks of nearly one length, the shorter first; taken in turn.
function interleaved(data: number[], version: number): number[] {
  const many = blockCount[version]!, short = Math.floor(data.length / many), shorts = many - (data.length % many);
  const blocks = Array.from({ length: many }, (_, at) => {
    const begin = at * short + Math.max(0, at - shorts);
    return data.slice(begin, begin + short + (at < shorts ? 0 : 1));
  });
  const checks = blocks.map((block) => remainder(block, correction[version]!));
  const inTurn = (all: number[][]) => Array.from({ length: Math.max(...all.map((one) => one.length)) }, (_, at) =>
    all.flatMap((one) => (at < one.length ? [one[at]!] : []))).flat();
  return [...inTurn(blocks), ...inTurn(checks)];
}

const masks: ((row: number, column: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0, (i) => i % 2 === 0, (_, j) => j % 3 === 0, (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0, (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0, (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

// Up and down in pairs of columns, from the right, round what stands there already.
function filled(free: Grid, words: number[], mask: number): boolean[][] {
  const grid = free.map((row) => [...row]), size = grid.length;
  let bit = 0, upwards = true;
  for (let right = size - 1; right > 0; right -= 2, upwards = !upwards) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const row = upwards ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (free[row]![column] !== undefined) continue;
        const dark = (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
        grid[row]![column] = dark !== masks[mask]!(row, column);
        bit++;
      }
    }
  }
  drawFormat(grid, mask);
  return grid as boolean[][];
}

// 7.8.3: what readers stumble over.
function penalty(grid: boolean[][]): number {
  const size = grid.length;
  const lines = [...grid, ...grid.map((_, at) => grid.map((row) => row[at]!))]
    .map((line) => line.map((dark) => (dark ? "1" : "0")).join(""));
  let out = 0;
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) out += run.length - 2;
    out += 40 * [...line.matchAll(/(?=10111010000|00001011101)/g)].length;
  }
  let dark = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const one = grid[row]![column]!;
      if (one) dark++;
      if (row && column && one === grid[row - 1]![column] && one === grid[row]![column - 1] && one === grid[row - 1]![column - 1]) out += 3;
    }
  }
  return out + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
}

export function symbol(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text);
  for (let version = 1; version <= versionMax; version++) {
    const free = patterns(version), room = roomOf(version, free);
    if (room * 8 < 4 + (version < 10 ? 8 : 16) + bytes.length * 8) continue;
    const words = interleaved(dataOf(bytes, version, room), version);
    const all = masks.map((_, mask) => filled(free, words, mask));
    return all.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
  }
  throw new Error("this text is too long for a QR code");
}

// As the path of an SVG, one unit a module: a run of dark ones is one stroke.
export function pathOf(rows: boolean[][], quiet = 4): string {
  return rows.map((row, y) => [...row.map((dark) => (dark ? "1" : "0")).join("").matchAll(/1+/g)]
    .map((run) => `M${run.index! + quiet} ${y + quiet}h${run[0].length}v1h-${run[0].length}z`).join("")).join("");
}
