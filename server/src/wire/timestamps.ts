/** Timestamps as AWS's protocols write them. Source: https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait */
import type { TimestampFormat } from '../models/shape.ts';

/** `wholeSeconds`: whether milliseconds of zero are left out, as the query protocol's services do and S3 does not. */
export function formatTimestamp(value: Date, format: TimestampFormat, wholeSeconds = true): string {
  if (format === 'http-date') return value.toUTCString();
  if (format === 'epoch-seconds') return String(value.getTime() / 1000);
  const text = value.toISOString();
  return wholeSeconds ? text.replace('.000Z', 'Z') : text;
}

const dateTime =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?$/;
const basicDateTime = /^\d{8}T\d{6}Z$/;
const epoch = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d(?:\.\d+)? GMT$/;

/** Undefined if the text is no timestamp. Accepts all three formats everywhere, as AWS does: clients send each of them. */
export function parseTimestamp(text: string): Date | undefined {
  if (epoch.test(text)) return instant(Number(text) * 1000);
  if (httpDate.test(text)) return instant(Date.parse(text));
  if (basicDateTime.test(text)) {
    return parseTimestamp(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  }
  const parts = dateTime.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', , sign, offsetHour, offsetMinute] =
    parts;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const inRange =
    new Date(date).getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 61;
  if (!inRange) return undefined;
  const offset = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const seconds = (Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second);
  return instant(date + seconds * 1000 + Math.trunc(Number(`0.${fraction || '0'}`) * 1000));
}

/** Undefined for a number that a Date cannot hold. AWS has no finer unit than milliseconds. */
export function instant(ms: number): Date | undefined {
  const date = new Date(Math.round(ms));
  return Number.isNaN(date.getTime()) ? undefined : date;
}
