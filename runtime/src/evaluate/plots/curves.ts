/** ROC and precision-recall curves, one line a class. Pure. */
import type { NamedCurve } from '../measure.ts';
import type { Curve } from '../metrics/ranking.ts';
import { type Axes, axes, size } from './axes.ts';
import { type Plot, px, readable, seriesCount, shorten } from './svg.ts';

const unit = { from: 0, to: 1 };
/** More are not told apart on a screen. */
const mostPoints = 600;

export function rocPlot(curves: readonly NamedCurve[]): Plot {
  const place = axes({ name: 'false positive rate', ...unit }, { name: 'true positive rate', ...unit });
  const guide = `<path class="guide" d="M${px(place.x(0))} ${px(place.y(0))}L${px(place.x(1))} ${px(place.y(1))}"/>`;
  const shown = curves.slice(0, seriesCount);
  return {
    name: 'roc',
    title: 'ROC',
    description: `True positive rate against false positive rate; the dashed line is chance. ${areas(shown, 'area', (curve) => curve.area)}`,
    ...size,
    body: `${place.marks}${guide}${lines(
      place,
      shown.map(({ roc }) => roc),
    )}${legend(shown, 'AUC', (curve) => curve.area, size.height - 74 - shown.length * 19)}`,
  };
}

export function precisionRecallPlot(curves: readonly NamedCurve[]): Plot {
  const place = axes({ name: 'recall', ...unit }, { name: 'precision', ...unit });
  const shown = curves.slice(0, seriesCount);
  return {
    name: 'precision-recall',
    title: 'Precision and recall',
    description: `Precision against recall. ${areas(shown, 'average precision', (curve) => curve.averagePrecision)}`,
    ...size,
    body: `${place.marks}${lines(
      place,
      shown.map(({ precisionRecall }) => precisionRecall),
    )}${legend(shown, 'AP', (curve) => curve.averagePrecision, size.height - 74 - shown.length * 19)}`,
  };
}

const areas = (curves: readonly NamedCurve[], word: string, of: (curve: NamedCurve) => number) =>
  curves.map((curve) => `Class ${curve.name}: ${word} ${readable(of(curve))}.`).join(' ');

function lines({ x, y }: Axes, curves: readonly Curve[]): string {
  return curves
    .map((curve, i) => {
      const path = thinned(curve).map((at) => `${px(x(curve.x[at] as number))} ${px(y(curve.y[at] as number))}`);
      return `<path class="curve" style="stroke:var(--series-${i})" d="M${path.join('L')}"/>`;
    })
    .join('');
}

/** Positions of at most so many points, the ends among them. */
export function thinned({ x }: Curve, most = mostPoints): number[] {
  const n = x.length;
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (n - 1)) / (most - 1)));
}

/** In the corner below the curves, on ground of its own. */
function legend(curves: readonly NamedCurve[], word: string, of: (curve: NamedCurve) => number, top: number): string {
  const labels = curves.map((curve) => `${shorten(curve.name, 18)} · ${word} ${of(curve).toFixed(4)}`);
  const width = Math.max(...labels.map((label) => label.length), 1) * 6.6 + 40;
  const left = size.width - 36 - width;
  const ground = `<rect class="ground" x="${px(left)}" y="${top}" width="${px(width)}" height="${curves.length * 19 + 8}" rx="5" opacity="0.88"/>`;
  const entries = labels.map((label, i) => {
    const y = top + 18 + i * 19;
    return `<line x1="${px(left + 10)}" x2="${px(left + 28)}" y1="${y - 4}" y2="${y - 4}" style="stroke:var(--series-${i});stroke-width:3"/><text x="${px(left + 35)}" y="${y}">${label}</text>`;
  });
  return ground + entries.join('');
}
