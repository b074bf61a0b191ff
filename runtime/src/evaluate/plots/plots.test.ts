import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenModel } from '../../models/open-model.ts';
import { measure } from '../measure.ts';
import { precisionRecallCurve, rocCurve, steps } from '../metrics/ranking.ts';
import { gather } from '../outcome.ts';
import { type Evaluation, plotsOf } from '../report/evaluation.ts';
import { htmlReport } from '../report/html.ts';
import { readSettings } from '../settings.ts';
import { range, ticks } from './axes.ts';
import { rocPlot, thinned } from './curves.ts';
import { importancePlot, ranked } from './importance.ts';
import { confusionPlot } from './matrix.ts';
import { predictedPlot, residualPlot } from './scatter.ts';
import { file, type Plot, readable } from './svg.ts';

const hostile = '<script>alert("1")</script> & co';
const isPositive = [0, 0, 1, 1];
const ranking = steps(isPositive, [0.1, 0.4, 0.35, 0.8]);
const curve = {
  name: hostile,
  area: 0.75,
  averagePrecision: 0.83,
  roc: rocCurve(ranking),
  precisionRecall: precisionRecallCurve(ranking),
};
const values = Float64Array.of(1, 2, 3);
const worths = ranked({ measure: 'gain', values: [1, -3, 2] }, undefined);

const plots: Plot[] = [
  rocPlot([curve]),
  confusionPlot([[3, 1], [2, 4]], [hostile, 'yes']),
  confusionPlot(Array.from({ length: 40 }, () => new Array(40).fill(1)), Array.from({ length: 40 }, String)),
  predictedPlot(values, Float64Array.of(1, 2, 4), 0.5),
  residualPlot(values, Float64Array.of(1, 2, 4), 0.6),
  predictedPlot(Float64Array.of(7, 7), Float64Array.of(7, 7), Number.NaN),
  importancePlot(worths, 'gain'),
  importancePlot(ranked({ measure: 'gain', values: [0, 0] }, [hostile, 'b']), 'gain'),
]; // biome-ignore format: a list

/** Every tag is closed, in the order of opening: enough of XML for what is written here. */
function assertWellFormed(text: string): void {
  const open: string[] = [];
  for (const [, closes, name, , selfCloses] of text.matchAll(/<(\/?)([\w-]+)((?:\s[^<>]*?)?)(\/?)>/g)) {
    if (closes) assert.equal(open.pop(), name);
    else if (!selfCloses) open.push(name ?? '');
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(text.replaceAll(/<\/?[\w-]+(\s[^<>]*)?>/g, ''), /[<>]/);
}

describe('plots', () => {
  for (const plot of plots) {
    test(`stand alone, in light and dark, and say what they show: ${plot.title}`, () => {
      const text = file(plot);
      assertWellFormed(text);
      assert.doesNotMatch(text, /NaN(?![^<]*<\/desc>)|Infinity|undefined|script>|href|url\(|@import/);
      assert.match(text, new RegExp(`role="img" aria-labelledby="${plot.name}-title ${plot.name}-desc"><title id=`));
      assert.match(text, /prefers-color-scheme:dark/);
      assert.ok(plot.description.length > 30);
    });
  }

  test('names a class that is no friend of markup', () => {
    const text = file(rocPlot([curve]));
    assert.match(text, /Class &lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt; &amp; co: area 0\.75\./);
  });

  test('draws a curve from corner to corner', () => {
    const path = /class="curve"[^>]* d="M([^"]+)"/.exec(rocPlot([curve]).body)?.[1]?.split('L') ?? [];
    assert.deepEqual([path.length, path[0], path.at(-1)], [5, '66 374', '496 52']);
  });

  test('colours a cell by its share of the true class', () => {
    const [first, second] = [...confusionPlot([[3, 1], [0, 0]], ['no', 'yes']).body.matchAll(/opacity:(0\.\d{3})/g)].map(([, o]) => Number(o));
    assert.ok(first !== undefined && second !== undefined && first > 2 * second, `${first} and ${second}`);
  }); // biome-ignore format: a matrix

  test('puts the worthiest feature first, by its size', () =>
    assert.deepEqual(
      worths.map(({ feature }) => feature),
      ['feature 1', 'feature 2', 'feature 0'],
    ));

  test('draws fifteen hundred points of many', () => {
    const many = Float64Array.from({ length: 100_000 }, (_, i) => i);
    const circles = predictedPlot(many, many, 1).body.match(/<circle/g)?.length ?? 0;
    assert.ok(circles > 1000 && circles <= 1500, String(circles));
  });

  test('keeps the ends of a long curve', () => {
    const x = Float64Array.from({ length: 5000 }, (_, i) => i);
    const kept = thinned({ x, y: x }, 100);
    assert.deepEqual([kept.length, kept[0], kept.at(-1)], [100, 0, 4999]);
  });

  test('marks axes with round numbers', () => {
    assert.deepEqual(ticks(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(ticks(-130, 260), [-100, 0, 100, 200]);
    assert.deepEqual(range([5, 5]), { from: 4.5, to: 5.5 });
    assert.deepEqual(
      ['0.0001234', '1234567', '-3.14159', '0'].map((text) => readable(Number(text))),
      ['1.23e-4', '1235000', '−3.142', '0'],
    );
  });
});

describe('htmlReport', () => {
  test('asks for nothing from outside, and writes names as names', () => {
    const settings = readSettings({
      EVALUATE_PROBLEM_TYPE: 'binary',
      EVALUATE_TITLE: hostile,
      EVALUATE_CLASSES: JSON.stringify(['no', hostile]),
    });
    const gathering = gather(settings, {} as OpenModel);
    gathering.add(['no', 'no', hostile, hostile], {
      kind: 'probabilities',
      width: 1,
      values: Float64Array.of(0.1, 0.4, 0.35, 0.8),
    });
    const outcome = gathering.end();
    const evaluation: Evaluation = {
      settings,
      outcome,
      measured: measure(settings, outcome),
      model: { format: 'onnx', features: 1, names: undefined },
      importance: undefined,
      rows: [{ metric: 'auc', value: 0.75, required: '≥ 0.7', passed: true }],
      decision: 'passed',
    };
    const page = htmlReport(evaluation, plotsOf(evaluation));
    assert.doesNotMatch(page, /<script|href=|src=|url\(|@import/);
    assert.match(page, /default-src 'none'/);
    assert.match(page, /<td>auc<\/td><td class="number">0\.7500<\/td><td>≥ 0\.7<\/td><td class="yes">yes<\/td>/);
    assert.equal(page.match(/<svg /g)?.length, 3);
    assertWellFormed(
      page
        .replace('<!doctype html>', '')
        .replaceAll(/<meta [^>]*>/g, '')
        .replaceAll(/<style>[^<]*<\/style>/g, ''),
    );
  });
});
