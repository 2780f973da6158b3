// Python's tracebacks on a board's console, as it prints them line by line.
//   Traceback (most recent call last):
//     File "/b/main.py", line 3, in <module>
//       blink()
//   NameError: name 'blink' is not defined
// A syntax error has no first line, and a caret below the code.

export interface Place {
  file: string;
  line: number; // from 1
}
export interface Problem {
  places: Place[]; // outermost first
  message: string;
}

export const placesMax = 100; // a program in endless recursion says more

const place = /^ {2}File "([^"]+)", line (\d+)/;
const inside = /^( {2,}|\[Previous line repeated )/;

export class TracebackReader {
  private places: Place[] = [];

  // A whole line, without its end; returns a problem when the line ends one.
  take(line: string): Problem | undefined {
    const found = placeIn(line);
    if (found) {
      if (this.places.length === placesMax) this.places.splice(1, 1);
      this.places.push(found);
      return undefined;
    }
    if (this.places.length === 0 || inside.test(line)) return undefined;
    const { places } = this;
    this.places = [];
    if (!/^[A-Za-z_][\w.]*(:|$)/.test(line)) return undefined; // no error's name: something else was printed between
    return { places, message: line };
  }
}

export function placeIn(line: string): Place | undefined {
  const match = place.exec(line);
  return match ? { file: match[1] as string, line: Number(match[2]) } : undefined;
}

// Where `File "..."` stands in a line, for a link.
export function linkIn(line: string): { start: number; length: number; place: Place } | undefined {
  const found = placeIn(line);
  if (!found) return undefined;
  const start = line.indexOf("File");
  return { start, length: (place.exec(line)?.[0].length ?? 0) - start, place: found };
}

// Bytes of a line as they come, cut into lines. What has no end for long is given up.
export const lineBytesMax = 8192; // docs/formats/console.md
export class LineCutter {
  private rest = "";
  take(text: string, onLine: (line: string) => void): void {
    const lines = (this.rest + text).split("\n");
    this.rest = (lines.pop() ?? "").slice(-lineBytesMax);
    for (const line of lines) onLine(line.replace(/\r$/, ""));
  }
}

// A board answers tools on the same line: not for a person. Control characters but tab are of no program that means well.
export function forPerson(line: string): string | undefined {
  if (line.startsWith('!{"id":')) return undefined;
  return line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\u00b7");
}
