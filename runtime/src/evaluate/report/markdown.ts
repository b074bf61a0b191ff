/** report.md: the table of thresholds, the decision, all metrics, the plots beside. Pure. */
import { tableOf } from '../gate.ts';
import type { Plot } from '../plots/svg.ts';
import { type Evaluation, facts } from './evaluation.ts';

export function markdownReport(evaluation: Evaluation, plots: readonly Plot[]): string {
  const { settings, rows, decision, measured, outcome } = evaluation;
  const thresholds = rows.length > 0 ? tableOf(rows) : 'No thresholds were given.';
  const parts = [
    `# ${cell(settings.title ?? 'Evaluation')}`,
    facts(evaluation),
    `**Decision: ${decision}**`,
    thresholds,
    '## All metrics',
    metricsTable(measured),
  ];
  if (measured.byClass) parts.push('## By class', classTable(measured.byClass, outcome.classes));
  if (plots.length > 0) parts.push('## Plots', ...plots.map(({ name, title }) => `![${title}](${name}.svg)`));
  return `${parts.join('\n\n')}\n`;
}

/** A name may hold what tables are made of. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function metricsTable({ metrics, deviations }: Evaluation['measured']): string {
  const hasDeviations = Object.keys(deviations).length > 0;
  const lines = Object.entries(metrics).map(
    ([name, value]) => `| ${name} | ${value.toFixed(6)} |${hasDeviations ? ` ${deviations[name]?.toFixed(6)} |` : ''}`,
  );
  const head = hasDeviations
    ? ['| metric | value | standard deviation |', '| --- | --- | --- |']
    : ['| metric | value |', '| --- | --- |'];
  return [...head, ...lines].join('\n');
}

function classTable(scores: NonNullable<Evaluation['measured']['byClass']>, classes: readonly string[]): string {
  const lines = scores.map(
    ({ precision, recall, f1, support }, c) =>
      `| ${cell(classes[c] ?? '')} | ${precision.toFixed(4)} | ${recall.toFixed(4)} | ${f1.toFixed(4)} | ${support} |`,
  );
  return ['| class | precision | recall | f1 | rows |', '| --- | --- | --- | --- | --- |', ...lines].join('\n');
}
