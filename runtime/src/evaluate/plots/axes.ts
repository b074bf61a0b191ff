/** Axes of a plot of x against y: round ticks, a grid, names. Pure. */
import { escapeXml, px, readable } from './svg.ts';

export interface Axes {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly marks: string;
}

interface Axis {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export const size = { width: 520, height: 430 };
const inset = { left: 66, right: 24, top: 52, bottom: 56 };

/** About five round numbers within from..to. */
export function ticks(from: number, to: number): number[] {
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const found: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++)
    found.push(Number((i * step).toPrecision(12)));
  return found;
}

/** Room on both sides, and some width where all values are the same. */
export function range(values: Iterable<number>): { from: number; to: number } {
  let from = Infinity;
  let to = -Infinity;
  for (const value of values) {
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  if (!(from <= to)) return { from: 0, to: 1 };
  const room = (to - from) * 0.04 || Math.abs(to) * 0.1 || 1;
  return { from: from - room, to: to + room };
}

export function axes(horizontal: Axis, vertical: Axis): Axes {
  const left = inset.left;
  const right = size.width - inset.right;
  const top = inset.top;
  const bottom = size.height - inset.bottom;
  const x = (value: number) => left + ((value - horizontal.from) / (horizontal.to - horizontal.from)) * (right - left);
  const y = (value: number) => bottom - ((value - vertical.from) / (vertical.to - vertical.from)) * (bottom - top);
  const down = ticks(horizontal.from, horizontal.to).map(
    (tick) =>
      `<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${top}" y2="${bottom}"/>` +
      `<text class="quiet middle" x="${px(x(tick))}" y="${bottom + 18}">${readable(tick)}</text>`,
  );
  const across = ticks(vertical.from, vertical.to).map(
    (tick) =>
      `<line class="grid" x1="${left}" x2="${right}" y1="${px(y(tick))}" y2="${px(y(tick))}"/>` +
      `<text class="quiet end" x="${left - 8}" y="${px(y(tick) + 4)}">${readable(tick)}</text>`,
  );
  const middle = (top + bottom) / 2;
  const names =
    `<text class="middle" x="${(left + right) / 2}" y="${size.height - 16}">${escapeXml(horizontal.name)}</text>` +
    `<text class="middle" transform="translate(18 ${middle}) rotate(-90)">${escapeXml(vertical.name)}</text>`;
  return { x, y, marks: down.join('') + across.join('') + names };
}
