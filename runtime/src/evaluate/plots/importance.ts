/** What each feature is worth to the model, the worthiest first. Pure. */
import type { Importance } from '../../models/open-model.ts';
import { type Plot, px, readable, shorten } from './svg.ts';

const most = 20;
const width = 520;
const left = 150;
const right = 84;
const barHeight = 22;

export interface Worth {
  readonly feature: string;
  readonly value: number;
}

/** Unnamed features are numbered from 0, as the model numbers them. */
export function ranked({ values }: Importance, names: readonly string[] | undefined): Worth[] {
  return Array.from(values, (value, i) => ({ feature: names?.[i] ?? `feature ${i}`, value })).sort(
    (a, b) => Math.abs(b.value) - Math.abs(a.value),
  );
}

export function importancePlot(worths: readonly Worth[], measure: string): Plot {
  const shown = worths.slice(0, most);
  const largest = Math.max(...shown.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  const bars = shown.map(({ feature, value }, i) => {
    const y = 58 + i * barHeight;
    const length = (Math.abs(value) / largest) * (width - left - right);
    const colour = value < 0 ? '--series-1' : '--series-0';
    return (
      `<text class="end" x="${left - 10}" y="${y + 13}">${shorten(feature, 20)}</text>` +
      `<rect x="${left}" y="${y + 2}" width="${px(Math.max(length, 1))}" height="${barHeight - 8}" rx="3" style="fill:var(${colour})"/>` +
      `<text class="quiet" x="${px(left + length + 8)}" y="${y + 13}">${readable(value)}</text>`
    );
  });
  const first = shown[0];
  return {
    name: 'feature-importance',
    title: `Feature importance: ${measure}`,
    description: `${shown.length} of ${worths.length} features, the most important first${first ? `: ${first.feature} with ${readable(first.value)}` : ''}. Negative values have another colour.`,
    width,
    height: 58 + shown.length * barHeight + 20,
    body: bars.join(''),
  };
}
