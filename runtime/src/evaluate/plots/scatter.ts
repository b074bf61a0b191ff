/** Predictions of a number: against the truth, and what they miss by. Pure. */
import { axes, range, size } from './axes.ts';
import { type Plot, px, readable } from './svg.ts';

/** More make a larger file and no better picture; every n-th row is drawn. */
const mostPoints = 1500;

export function predictedPlot(labels: Float64Array, predictions: Float64Array, r2: number): Plot {
  const rows = drawn(labels.length);
  const both = range([...rows.map((row) => labels[row] as number), ...rows.map((row) => predictions[row] as number)]);
  const place = axes({ name: 'actual', ...both }, { name: 'predicted', ...both });
  const guide = `<path class="guide" d="M${px(place.x(both.from))} ${px(place.y(both.from))}L${px(place.x(both.to))} ${px(place.y(both.to))}"/>`;
  return {
    name: 'predicted-against-actual',
    title: 'Predicted against actual',
    description: `A point for ${rowsWords(rows.length, labels.length)}; on the dashed line the prediction is right. R² is ${readable(r2)}.`,
    ...size,
    body:
      place.marks +
      dots(rows.map((row) => [place.x(labels[row] as number), place.y(predictions[row] as number)])) +
      guide,
  };
}

export function residualPlot(labels: Float64Array, predictions: Float64Array, rmse: number): Plot {
  const rows = drawn(labels.length);
  const miss = (row: number) => (predictions[row] as number) - (labels[row] as number);
  const across = range(rows.map((row) => predictions[row] as number));
  const down = range([...rows.map(miss), 0]);
  const place = axes({ name: 'predicted', ...across }, { name: 'predicted − actual', ...down });
  const level = (value: number) => `M${px(place.x(across.from))} ${px(place.y(value))}H${px(place.x(across.to))}`;
  return {
    name: 'residuals',
    title: 'Residuals',
    description: `By how much the prediction misses, for ${rowsWords(rows.length, labels.length)}; the dashed line is no error. The root mean squared error is ${readable(rmse)}.`,
    ...size,
    body:
      place.marks +
      dots(rows.map((row) => [place.x(predictions[row] as number), place.y(miss(row))])) +
      `<path class="guide" d="${level(0)}"/>`,
  };
}

const rowsWords = (shown: number, all: number) => (shown === all ? `each of ${all} rows` : `${shown} of ${all} rows`);

function drawn(count: number): number[] {
  const step = Math.max(1, Math.ceil(count / mostPoints));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

function dots(places: readonly (readonly [number, number])[]): string {
  const opacity = places.length > 400 ? 0.35 : 0.6;
  const circles = places.map(([x, y]) => `<circle cx="${px(x)}" cy="${px(y)}" r="2.6"/>`);
  return `<g style="fill:var(--series-0);opacity:${opacity}">${circles.join('')}</g>`;
}
