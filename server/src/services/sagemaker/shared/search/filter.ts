/**
 * One filter of a search as a test of records: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Filter.html
 * A record without the property satisfies NotEquals and NotExists and nothing else. If it has several values (channels), one of them is enough; NotEquals means
 * that none of them is equal. Pure.
 */
import type { Call } from '../../../../contract/call.ts';
import type { Property, PropertyType, Value } from './property.ts';

export interface Filter {
  readonly Name: string;
  readonly Operator?: string | undefined;
  readonly Value?: string | undefined;
}

export type Test = (record: object) => boolean;

const comparisons: Record<string, (value: number, wanted: number) => boolean> = {
  GreaterThan: (value, wanted) => value > wanted,
  GreaterThanOrEqualTo: (value, wanted) => value >= wanted,
  LessThan: (value, wanted) => value < wanted,
  LessThanOrEqualTo: (value, wanted) => value <= wanted,
};

const compared = Object.keys(comparisons);
const operators: Record<PropertyType, readonly string[]> = {
  text: ['Equals', 'NotEquals', 'Contains', 'In'],
  loose: ['Equals', 'NotEquals', 'Contains', 'In', ...compared],
  number: ['Equals', 'NotEquals', ...compared],
  timestamp: ['Equals', 'NotEquals', ...compared],
  boolean: ['Equals', 'NotEquals'],
  group: [],
};

/** A Value without Operator means Equals; neither means Exists. */
export const operatorOf = ({ Operator: operator, Value: value }: Filter) =>
  operator ?? (value === undefined ? 'Exists' : 'Equals');

export function compileFilter(filter: Filter, property: Property, call: Call): Test {
  const operator = operatorOf(filter);
  if (operator === 'Exists') return (record) => property.values(record).length > 0;
  if (operator === 'NotExists') return (record) => property.values(record).length === 0;
  const { name, type } = property;
  const refuse = (what: string) => call.error('ValidationException', what);
  if (!operators[type].includes(operator)) {
    throw refuse(`Operator ${operator} is not supported for property ${name} of type ${typeNames[type]}.`);
  }
  const { Value: wanted } = filter;
  if (wanted === undefined) throw refuse(`Value is required for operator ${operator} of property ${name}.`);
  const satisfies = satisfier(type, operator, wanted);
  if (!satisfies) throw refuse(`Value '${wanted}' of property ${name} is no ${typeNames[type]}.`);
  return operator === 'NotEquals'
    ? (record) => !property.values(record).some(satisfies)
    : (record) => property.values(record).some(satisfies);
}

const typeNames: Record<PropertyType, string> = {
  text: 'text',
  loose: 'number',
  number: 'number',
  boolean: 'Boolean',
  timestamp: "timestamp (YYYY-mm-dd'T'HH:MM:SS)",
  group: 'structure',
};

/** Undefined if the value is not valid for the type. NotEquals is treated as Equals. */
function satisfier(type: PropertyType, operator: string, wanted: string): ((value: Value) => boolean) | undefined {
  const equals = operator === 'Equals' || operator === 'NotEquals';
  if (operator === 'Contains') return (value) => String(value).includes(wanted);
  if (operator === 'In') {
    const values = new Set(wanted.split(',').map((value) => value.trim()));
    return (value) => values.has(String(value));
  }
  if (type === 'text') return (value) => value === wanted;
  if (type === 'boolean') {
    const flag = /^(true|false)$/i.test(wanted) ? wanted.toLowerCase() === 'true' : undefined;
    return flag === undefined ? undefined : (value) => value === flag;
  }
  if (type === 'timestamp') return timeSatisfier(operator, equals, wanted);
  const number = parseNumber(wanted);
  if (number === undefined) return type === 'loose' && equals ? (value) => value === wanted : undefined;
  const compare = equals ? (a: number, b: number) => a === b : comparisons[operator];
  // Compared with an integer, hyperparameters are cut to integers.
  const whole = type === 'loose' && /^[+-]?\d+$/.test(wanted);
  return (value) => {
    const own = typeof value === 'number' ? value : parseNumber(String(value));
    return own !== undefined && (compare?.(whole ? Math.trunc(own) : own, number) ?? false);
  };
}

function timeSatisfier(operator: string, equals: boolean, wanted: string): ((value: Value) => boolean) | undefined {
  const time = parseTimestamp(wanted);
  if (time === undefined) return undefined;
  if (!equals) return (value) => comparisons[operator]?.(Number(value), time) ?? false;
  // A time without a fraction means the whole second.
  const length = wanted.includes('.') ? 1 : 1000;
  return (value) => Number(value) >= time && Number(value) < time + length;
}

/** Allows the blanks that SQLite allows, which compares hyperparameters, too. */
export const parseNumber = (text: string): number | undefined =>
  /^[ \t\n\v\f\r]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[ \t\n\v\f\r]*$/.test(text) ? Number(text) : undefined;

/** Milliseconds since 1970; UTC if the text has no zone. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.test(text)) return undefined;
  const time = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text.slice(10)) ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}
