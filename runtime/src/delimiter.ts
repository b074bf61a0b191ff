/** The delimiter of a CSV line: the part of Python's csv.Sniffer (which AWS's container uses) that numbers need. Training, endpoints and evaluation share it. */

const newline = 0x0a;
export const comma = 0x2c;
const others = [';', '\t', '|', ' '].map((character) => character.charCodeAt(0));

/** Of the line that begins at `from`; the bytes end at `to`. */
export function delimiterOf(bytes: Uint8Array, from: number, to: number): number {
  const lineEnd = bytes.indexOf(newline, from);
  const line = bytes.subarray(from, lineEnd < 0 || lineEnd > to ? to : lineEnd);
  if (line.includes(comma)) return comma;
  return others.find((delimiter) => line.includes(delimiter)) ?? comma;
}
