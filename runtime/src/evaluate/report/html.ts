/** report.html: one file that asks for nothing, neither script nor style nor picture, and reads in light, in dark and on paper. Pure. */
import { escapeXml, inline, type Plot, plotStyle, themeStyle } from '../plots/svg.ts';
import { type Evaluation, facts } from './evaluation.ts';

const style = `${themeStyle}${plotStyle}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:40px 24px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px}h2{font-size:18px;margin:40px 0 12px}
.facts{color:var(--muted);margin:0 0 24px}
.decision{display:flex;gap:14px;align-items:center;border:1px solid var(--line);border-left:6px solid var(--tone);border-radius:8px;padding:14px 18px;margin:0 0 24px}
.decision strong{font-size:20px;color:var(--tone)}.passed{--tone:var(--good)}.failed{--tone:var(--bad)}
.tables{display:flex;flex-wrap:wrap;gap:0 48px;align-items:flex-start}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 22px 6px 0;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--muted);font-size:13px}td.number,th.number{text-align:right}
td.yes{color:var(--good);font-weight:600}td.no{color:var(--bad);font-weight:600}td.quiet{color:var(--muted)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:20px;align-items:start}
.plots .plot{width:100%;height:auto;border:1px solid var(--line);border-radius:8px}
@media print{.plots .plot{break-inside:avoid}}`;

export function htmlReport(evaluation: Evaluation, plots: readonly Plot[]): string {
  const { settings, rows, decision, measured } = evaluation;
  const title = escapeXml(settings.title ?? 'Evaluation');
  const sections = [section('All metrics', metricsTable(measured)), classesSection(evaluation)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}: ${decision}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="facts">${escapeXml(facts(evaluation))}</p>
<div class="decision ${decision}"><strong>${decision === 'passed' ? '✓ passed' : '✗ failed'}</strong><span>${why(rows)}</span></div>
${thresholdsTable(rows)}
${plots.length > 0 ? `<h2>Plots</h2>\n<div class="plots">\n${plots.map(inline).join('\n')}\n</div>` : ''}
<div class="tables">
${sections.join('\n')}
</div>
</main>
</body>
</html>
`;
}

function why(rows: Evaluation['rows']): string {
  if (rows.length === 0) return 'No thresholds were given.';
  const missed = rows.filter((row) => !row.passed).length;
  return missed === 0 ? 'Every requirement holds.' : `Requirements not met: ${missed} of ${rows.length}.`;
}

const section = (title: string, body: string) => `<section><h2>${title}</h2>\n${body}\n</section>`;

function thresholdsTable(rows: Evaluation['rows']): string {
  if (rows.length === 0) return '';
  const lines = rows.map((row) => [row.metric, number(row.value, 4), row.required, row.passed ? 'yes' : 'no']);
  return table(['metric', 'value', 'required', 'passed'], [1], lines);
}

function metricsTable({ metrics, deviations }: Evaluation['measured']): string {
  const hasDeviations = Object.keys(deviations).length > 0;
  const lines = Object.entries(metrics).map(([name, value]) => [
    name,
    number(value, 6),
    ...(hasDeviations ? [number(deviations[name], 6)] : []),
  ]);
  return table(['metric', 'value', ...(hasDeviations ? ['standard deviation'] : [])], [1, 2], lines);
}

function classesSection({ measured: { byClass }, outcome }: Evaluation): string {
  if (!byClass) return '';
  const lines = byClass.map(({ precision, recall, f1, support }, c) => [
    outcome.classes[c] ?? '',
    ...[precision, recall, f1].map((value) => number(value, 4)),
    String(support),
  ]);
  return section('By class', table(['class', 'precision', 'recall', 'f1', 'rows'], [1, 2, 3, 4], lines));
}

const number = (value: number | undefined, digits: number) => (value === undefined ? '' : value.toFixed(digits));

/** `numbers` are the positions of columns that stand to the right. The word of a last column "passed" is its colour, too. */
function table(heads: readonly string[], numbers: readonly number[], rows: readonly (readonly string[])[]): string {
  const kind = (column: number, text: string) => {
    if (numbers.includes(column)) return ' class="number"';
    return heads[column] === 'passed' && (text === 'yes' || text === 'no') ? ` class="${text}"` : '';
  };
  const head = heads.map((text, column) => `<th scope="col"${kind(column, '')}>${text}</th>`).join('');
  const body = rows.map(
    (cells) => `<tr>${cells.map((text, column) => `<td${kind(column, text)}>${escapeXml(text)}</td>`).join('')}</tr>`,
  );
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
}
