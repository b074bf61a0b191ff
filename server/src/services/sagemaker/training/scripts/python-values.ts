/**
 * JSON as Python's `json` reads and writes it, and values as Python's `str` and `repr` show them: scripts get their hyperparameters through the
 * training toolkit's `json.loads` and `str`, which tell 1 from 1.0 and say True for true. Pure.
 */

/** A number keeps its text: Python's integers are unbounded, and a float is shown with a point. */
class PythonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type PythonValue = null | boolean | string | PythonNumber | readonly PythonValue[] | PythonObject;
export interface PythonObject {
  readonly [name: string]: PythonValue;
}

/** What json.loads reads beyond JSON, and how Python shows it: https://docs.python.org/3/library/json.html#infinite-and-nan-number-values */
const beyondJson: ReadonlyMap<string, string> = new Map([
  ['NaN', 'nan'],
  ['Infinity', 'inf'],
  ['-Infinity', '-inf'],
]);

/** The value of the text; the text itself if it is not JSON, as in the toolkit. */
export function decoded(text: string): PythonValue {
  const special = beyondJson.get(text.trim());
  if (special) return new PythonNumber(special);
  try {
    return JSON.parse(text, (_, value, context?: { source?: string }) =>
      typeof value === 'number' ? pythonNumber(context?.source ?? String(value)) : value,
    );
  } catch {
    return text;
  }
}

function pythonNumber(source: string): PythonNumber {
  return new PythonNumber(/^-?\d+$/.test(source) ? String(BigInt(source)) : floatText(Number(source)));
}

/** repr(float): the shortest digits, with an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const [, sign = '', first = '0', rest = '', exponent = '0'] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 16)) {
    const digits = rest ? `${first}.${rest}` : first;
    return `${sign}${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

const isList = (value: PythonValue): value is readonly PythonValue[] => Array.isArray(value);
const isObject = (value: PythonValue): value is PythonObject =>
  typeof value === 'object' && value !== null && !isList(value) && !(value instanceof PythonNumber);

/** A JavaScript value as a Python value. */
export function fromPlain(value: unknown): PythonValue {
  return decoded(JSON.stringify(value ?? null));
}

/** str(value) */
export function shown(value: PythonValue): string {
  return typeof value === 'string' ? value : represented(value);
}

/** repr(value) */
function represented(value: PythonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof PythonNumber) return value.text;
  if (typeof value === 'string') return quoted(value);
  if (isList(value)) return `[${value.map(represented).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([name, item]) => `${quoted(name)}: ${represented(item)}`)
    .join(', ')}}`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Python escapes
  const body = text.replace(/[\\\n\r\t\x00-\x1f\x7f]/g, (char) => escapes[char] ?? hex(char));
  return `${quote}${quote === "'" ? body.replaceAll("'", "\\'") : body}${quote}`;
}

const hex = (char: string) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True) */
export function dumped(value: PythonValue): string {
  if (value instanceof PythonNumber) return jsonNumber(value.text);
  if (isList(value)) return `[${value.map(dumped).join(',')}]`;
  if (isObject(value)) {
    const names = Object.keys(value).sort(byCodePoint);
    return `{${names.map((name) => `${ascii(name)}:${dumped(value[name] ?? null)}`).join(',')}}`;
  }
  return typeof value === 'string' ? ascii(value) : JSON.stringify(value);
}

const jsonNumber = (text: string) => [...beyondJson].find(([, python]) => python === text)?.[0] ?? text;

const ascii = (text: string) =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Python orders strings by code points, JavaScript by UTF-16 code units. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** mapping.to_cmd_args of the training toolkit: `--name value`, in the order of the names. */
export function commandArguments(values: PythonObject): string[] {
  return Object.keys(values)
    .sort(byCodePoint)
    .flatMap((name) => [name.length > 1 ? `--${name}` : name && `-${name}`, argumentOf(values[name] ?? null)]);
}

function argumentOf(value: PythonValue): string {
  if (value === null) return '';
  if (!isObject(value)) return shown(value);
  const names = Object.keys(value).sort(byCodePoint);
  return names.map((name) => `${name}=${shown(value[name] ?? null)}`).join(',');
}

/** The value of an SM_* variable, mapping.to_env_vars of the training toolkit. */
export const variableOf = (value: PythonValue): string =>
  value === null ? '' : typeof value === 'string' ? value : dumped(value);
