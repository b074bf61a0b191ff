/**
 * A search expression over training jobs as SQL conditions. A condition may accept jobs that do not satisfy the expression, which is tested
 * afterwards, unless it is exact; it must never reject jobs that do. filter.ts alone defines what a filter means. Pure.
 */
import { sql } from 'kysely';
import type { Structure } from '../../../../models/shape.ts';
import type { Condition, ScanColumn } from '../../jobs/job-scan.ts';
import type { Expression } from '../../shared/search/expression.ts';
import { type Filter, operatorOf, parseNumber, parseTimestamp } from '../../shared/search/filter.ts';
import { findProperty } from '../../shared/search/property.ts';

export interface Narrowing {
  /** The conditions on columns and tags. Undefined if there are none. */
  readonly columns: Condition | undefined;
  /** The conditions on documents as well. */
  readonly whole: Condition | undefined;
  /** Whether `whole` is equivalent to the expression. */
  readonly exact: boolean;
  /** Whether `columns` is equivalent to `whole`. */
  readonly indexed: boolean;
}

export const textColumns: Readonly<Record<string, ScanColumn>> = {
  TrainingJobName: 'name',
  TrainingJobArn: 'arn',
  TrainingJobStatus: 'status',
};
export const timeColumns: Readonly<Record<string, ScanColumn>> = {
  CreationTime: 'created_at',
  LastModifiedTime: 'modified_at',
};

const nothing: Narrowing = { columns: undefined, whole: undefined, exact: false, indexed: false };
const ofColumns = (condition: Condition): Narrowing => ({
  columns: condition,
  whole: condition,
  exact: true,
  indexed: true,
});
const ofDocuments = (condition: Condition, exact: boolean): Narrowing => ({
  columns: undefined,
  whole: condition,
  exact,
  indexed: false,
});

/** `root` is the structure of training jobs. */
export function narrowingOf(expression: Expression, root: Structure): Narrowing {
  const parts = [
    ...(expression.Filters ?? []).map((filter) => narrowingOfFilter(filter, root)),
    ...(expression.NestedFilters ?? []).map(({ Filters: filters }) => narrowingOfElements(filters, root)),
    ...(expression.SubExpressions ?? []).map((inner) => narrowingOf(inner, root)),
  ];
  return joined(parts, expression.Operator === 'Or');
}

function joined(parts: readonly Narrowing[], either: boolean): Narrowing {
  const join = (conditions: readonly (Condition | undefined)[]): Condition | undefined => {
    const known = conditions.filter((condition) => condition !== undefined);
    // If one alternative accepts anything, so do all of them together.
    if (known.length === 0 || (either && known.length < conditions.length)) return undefined;
    return sql`(${sql.join(known, either ? sql` or ` : sql` and `)})`;
  };
  return {
    columns: join(parts.map(({ columns }) => columns)),
    whole: join(parts.map(({ whole }) => whole)),
    exact: parts.every(({ exact }) => exact),
    indexed: parts.every(({ indexed }) => indexed),
  };
}

/** If one element satisfies all filters, then each filter is satisfied by some element. */
function narrowingOfElements(filters: readonly Filter[], root: Structure): Narrowing {
  const positive = filters.filter((filter) => !['NotEquals', 'NotExists'].includes(operatorOf(filter)));
  const parts = positive.map((filter) => narrowingOfFilter(filter, root));
  return { ...joined(parts, false), exact: false, indexed: false };
}

function narrowingOfFilter(filter: Filter, root: Structure): Narrowing {
  const { Name: name, Value: value = '' } = filter;
  const operator = operatorOf(filter);
  const column = columnOf(name);
  if (column !== undefined) {
    // Every job has them.
    if (operator === 'Exists') return ofColumns(sql`1 = 1`);
    if (operator === 'NotExists') return ofColumns(sql`1 = 0`);
    const at = sql.ref(column);
    return ofColumns(Object.hasOwn(textColumns, name) ? textIs(at, operator, value) : timeIs(at, operator, value));
  }
  const [, kind, key] = /^(Tags|Metrics|HyperParameters)\.(.+)$/s.exec(name) ?? [];
  if (kind === 'Tags' && key !== undefined) return ofColumns(tagIs(key, operator, value));
  if (kind === 'Metrics') return metricIs(name, operator, value);
  if (kind === 'HyperParameters' && key !== undefined) return hyperParameterIs(key, operator, value);
  if (name === 'FailureReason') return ofDocuments(failureIs(operator, value), true);
  return inRequest(name, operator, value, root);
}

/** Own members only: names come from requests. */
export const columnOf = (name: string): ScanColumn | undefined =>
  Object.hasOwn(textColumns, name)
    ? textColumns[name]
    : Object.hasOwn(timeColumns, name)
      ? timeColumns[name]
      : undefined;

function textIs(text: Condition, operator: string, value: string): Condition {
  switch (operator) {
    case 'NotEquals':
      return sql`${text} <> ${value}`;
    case 'Contains':
      return sql`instr(${text}, ${value}) > 0`;
    case 'In':
      return sql`${text} in (${sql.join(value.split(',').map((item) => item.trim()))})`;
    default:
      return sql`${text} = ${value}`;
  }
}

const signs: ReadonlyMap<string, Condition> = new Map([
  ['GreaterThan', sql`>`],
  ['GreaterThanOrEqualTo', sql`>=`],
  ['LessThan', sql`<`],
  ['LessThanOrEqualTo', sql`<=`],
]);

function timeIs(at: Condition, operator: string, value: string): Condition {
  const time = parseTimestamp(value) ?? 0;
  const sign = signs.get(operator);
  if (sign) return sql`${at} ${sign} ${time}`;
  // As in filter.ts: a time without a fraction means the whole second.
  const end = time + (value.includes('.') ? 1 : 1000);
  return operator === 'NotEquals'
    ? sql`(${at} < ${time} or ${at} >= ${end})`
    : sql`(${at} >= ${time} and ${at} < ${end})`;
}

function tagIs(key: string, operator: string, value: string): Condition {
  // Not `exists`, which PostgreSQL turns into a join: it would read every resource's tag of this key for each slice of jobs.
  const tagged = (condition: Condition) =>
    sql`(select 1 from sagemaker_tags t where t.arn = sagemaker_jobs.arn and t.key = ${key} and ${condition}) is not null`;
  if (operator === 'Exists') return tagged(sql`1 = 1`);
  if (operator === 'NotExists') return sql`not (${tagged(sql`1 = 1`)})`;
  if (operator === 'NotEquals') return sql`not (${tagged(sql`t.value = ${value}`)})`;
  return tagged(textIs(sql`t.value`, operator, value));
}

const failure = sql`nullif(json_extract(state, '$.failureReason'), '')`;

function failureIs(operator: string, value: string): Condition {
  if (operator === 'Exists') return sql`${failure} is not null`;
  if (operator === 'NotExists') return sql`${failure} is null`;
  const is = textIs(failure, operator, value);
  return operator === 'NotEquals' ? sql`(${failure} is null or ${is})` : is;
}

/** Keys that need no further quoting in a JSON path of SQLite. */
const plain = /^[^"\\]+$/;

/** The value of a metric; undefined for a name that a JSON path of SQLite cannot hold. */
export function metricOf(name: string): Condition | undefined {
  const [, key = ''] = /^Metrics\.(.+)$/s.exec(name) ?? [];
  return plain.test(key) ? sql`(json_extract(state, ${`$.metrics."${key}"`}) + 0.0)` : undefined;
}

function metricIs(name: string, operator: string, value: string): Narrowing {
  const metric = metricOf(name);
  if (!metric) return nothing;
  if (operator === 'Exists') return ofDocuments(sql`${metric} is not null`, true);
  if (operator === 'NotExists') return ofDocuments(sql`${metric} is null`, true);
  // SQLite parses both: it may round the last digit of a number differently than JavaScript.
  const number = sql`cast(${value} as double precision)`;
  if (operator === 'NotEquals') return ofDocuments(sql`(${metric} is null or ${metric} <> ${number})`, true);
  return ofDocuments(sql`${metric} ${signs.get(operator) ?? sql`=`} ${number}`, true);
}

/** filter.ts decides whether a text is a number. */
function hyperParameterIs(key: string, operator: string, value: string): Narrowing {
  if (!plain.test(key)) return nothing;
  const found = sql`json_extract(request, ${`$.HyperParameters."${key}"`})`;
  if (operator === 'Exists') return ofDocuments(sql`${found} is not null`, true);
  if (operator === 'NotExists') return ofDocuments(sql`${found} is null`, true);
  if (operator === 'NotEquals') return nothing;
  const number = parseNumber(value);
  if (number === undefined || operator === 'Contains' || operator === 'In') {
    return ofDocuments(textIs(found, operator, value), true);
  }
  if (!Number.isFinite(number)) return nothing;
  // Numbers may be cut to integers, and SQLite may round a last digit differently.
  const play = 1 + Math.abs(number) * 1e-12;
  const least = sql`(${found} + 0.0) >= ${number - play}`;
  const most = sql`(${found} + 0.0) <= ${number + play}`;
  if (operator.startsWith('Greater')) return ofDocuments(least, false);
  return ofDocuments(operator.startsWith('Less') ? most : sql`(${least} and ${most})`, false);
}

/** Properties with a value although the request has none, or with a value that is not from the request. */
const notFromRequest =
  /^(OutputDataConfig\.KmsKeyId|ModelArtifacts|SecondaryStatus|WarmPoolStatus|FinalMetricDataList|ProfilingStatus)/;

/** Text of a request is in its document, as JSON writes it. */
function inRequest(name: string, operator: string, value: string, root: Structure): Narrowing {
  if (notFromRequest.test(name) || findProperty(root, name)?.type !== 'text' || !value.isWellFormed()) return nothing;
  const text = JSON.stringify(value);
  if (operator === 'Equals') return ofDocuments(sql`instr(request, ${text}) > 0`, false);
  return operator === 'Contains' ? ofDocuments(sql`instr(request, ${text.slice(1, -1)}) > 0`, false) : nothing;
}
