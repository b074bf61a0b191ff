/** A confusion matrix as a picture: the darker a cell, the larger its share of the true class. Pure. */
import type { Matrix } from '../metrics/confusion.ts';
import { size } from './axes.ts';
import { type Plot, px, shorten } from './svg.ts';

const inset = { right: 24, top: 92, bottom: 24 };
/** Beyond it the numbers would not be read. */
const mostNumbers = 12;
const mostNames = 30;

interface Grid {
  readonly left: number;
  readonly wide: number;
  readonly high: number;
  readonly classes: number;
}

export function confusionPlot(matrix: Matrix, classes: readonly string[]): Plot {
  const grid = gridOf(matrix.length, classes);
  const { left, wide, high } = grid;
  const total = matrix.flat().reduce((sum, count) => sum + count, 0);
  const hits = matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const cells = matrix.flatMap((row, i) => {
    const whole = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => cellAt(grid, i, j, count, whole === 0 ? 0 : count / whole));
  });
  const middle = { x: px(left + (matrix.length * wide) / 2), y: px(inset.top + (matrix.length * high) / 2) };
  const axes =
    `<text class="middle" x="${middle.x}" y="${inset.top - 34}">predicted</text>` +
    `<text class="middle" transform="translate(28 ${middle.y}) rotate(-90)">actual</text>`;
  return {
    name: 'confusion-matrix',
    title: 'Confusion matrix',
    description: `Rows are actual classes, columns predicted ones. ${hits} of ${total} rows lie on the diagonal, where both agree.`,
    ...size,
    body: cells.join('') + names(grid, classes) + axes,
  };
}

function gridOf(classes: number, names: readonly string[]): Grid {
  const longest = classes > mostNames ? 0 : Math.min(13, Math.max(...names.map((name) => name.length)));
  const left = 52 + longest * 7;
  return {
    left,
    classes,
    wide: (size.width - left - inset.right) / classes,
    high: (size.height - inset.top - inset.bottom) / classes,
  };
}

function names({ left, wide, high, classes }: Grid, given: readonly string[]): string {
  if (classes > mostNames) return '';
  return given
    .map((name, i) => {
      const row = `x="${left - 10}" y="${px(inset.top + (i + 0.5) * high + 4)}"`;
      const column = `x="${px(left + (i + 0.5) * wide)}" y="${inset.top - 10}"`;
      return (
        `<text class="quiet end" ${row}>${shorten(name, 13)}</text>` +
        `<text class="quiet middle" ${column}>${shorten(name, Math.max(3, Math.floor(wide / 7)))}</text>`
      );
    })
    .join('');
}

function cellAt({ left, wide, high, classes }: Grid, i: number, j: number, count: number, share: number): string {
  const gap = classes > mostNumbers ? 0.5 : 1.5;
  const x = left + j * wide;
  const y = inset.top + i * high;
  const box =
    `x="${px(x + gap)}" y="${px(y + gap)}" width="${px(wide - 2 * gap)}" height="${px(high - 2 * gap)}" ` +
    `rx="${classes > mostNumbers ? 1 : 5}"`;
  const opacity = (count === 0 ? 0 : 0.08 + 0.86 * share).toFixed(3);
  const fill =
    `<rect ${box} style="fill:var(--line);opacity:.35"/>` +
    `<rect ${box} style="fill:var(${i === j ? '--series-0' : '--series-1'});opacity:${opacity}"/>`;
  if (classes > mostNumbers) return fill;
  const colour = share > 0.5 ? ' style="fill:var(--paper)"' : '';
  const large = Math.min(22, Math.max(10, Math.min(wide, high) / 4));
  const middle = `class="middle" x="${px(x + wide / 2)}"`;
  const hasRoom = wide >= 46 && high >= 40;
  const below = px(y + high / 2 + large * 0.95);
  const percent = hasRoom
    ? `<text ${middle} y="${below}" font-size="11"${colour}>${(share * 100).toFixed(1)} %</text>`
    : '';
  const at = px(y + high / 2 + (hasRoom ? 0 : large / 3));
  return `${fill}<text ${middle} y="${at}" font-size="${px(large)}" font-weight="600"${colour}>${count}</text>${percent}`;
}
