/**
 * What every plot is made of: text for SVG and nothing else. A plot reads in light and in dark, says its title and its meaning to who cannot see it,
 * and asks for nothing from outside. Pure.
 */
export interface Plot {
  /** Of the file, without `.svg`. */
  readonly name: string;
  readonly title: string;
  /** What the picture shows, in a sentence. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

export const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export const shorten = (text: string, most: number) =>
  escapeXml(text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Coordinates to a tenth of a pixel. */
export const px = (value: number) => String(Math.round(value * 10) / 10);

/** For people: four significant digits at most. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2);
  return String(Number(value.toPrecision(4))).replace('-', '−');
}

export const seriesCount = 8;

const light = ['#2563eb', '#c2620a', '#0a8f64', '#8b3fd9', '#c81e6e', '#0e7f9e', '#7a6a00', '#b42318'];
const dark = ['#7eaaff', '#f3a953', '#4fd6a4', '#c79bff', '#ff8fc0', '#5fcbe8', '#dcc64a', '#ff8d80'];
const asVariables = (colours: readonly string[]) => colours.map((colour, i) => `--series-${i}:${colour}`).join(';');
const lightTheme = `--ink:#1c2430;--muted:#5b6675;--line:#d9dee6;--paper:#ffffff;--good:#0a7a52;--bad:#b42318;${asVariables(light)}`;
const darkTheme = `--ink:#e7ebf1;--muted:#9aa6b5;--line:#323b48;--paper:#141922;--good:#4fd6a4;--bad:#ff8d80;${asVariables(dark)}`;

/** For a page or a file of its own: the colours and how plots use them. */
export const themeStyle = `:root{color-scheme:light dark;${lightTheme}}@media (prefers-color-scheme:dark){:root{${darkTheme}}}`;

export const plotStyle =
  '.plot{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}' +
  '.plot text{fill:var(--ink)}.plot .quiet{fill:var(--muted)}.plot .title{font-size:15px;font-weight:600}' +
  '.plot .grid{stroke:var(--line);stroke-width:1}.plot .guide{stroke:var(--muted);stroke-width:1.25;stroke-dasharray:5 4;fill:none}' +
  '.plot .curve{fill:none;stroke-width:2.25;stroke-linejoin:round}.plot .end{text-anchor:end}.plot .middle{text-anchor:middle}' +
  '.plot .ground{fill:var(--paper)}';

function svg({ name, title, description, width, height, body }: Plot, style: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${name}-title ${name}-desc">` +
    `<title id="${name}-title">${escapeXml(title)}</title><desc id="${name}-desc">${escapeXml(description)}</desc>${style}` +
    `<rect class="ground" width="${width}" height="${height}" rx="8"/><text class="title" x="20" y="30">${escapeXml(title)}</text>${body}</svg>`
  );
}

/** Inside of a page that has both styles. */
export const inline = (plot: Plot) => svg(plot, '');

export const file = (plot: Plot) => `${svg(plot, `<style>${themeStyle}${plotStyle}</style>`)}\n`;
