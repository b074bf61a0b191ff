/**
 * What of a search expression the database can decide by its columns, so that fewer jobs are read. It may let pass what does not satisfy the
 * expression, which is tested afterwards; it must never leave out what does. Pure.
 */
import type { JobFilter } from '../jobs/job-list.ts';
import type { Expression } from './expression.ts';
import { type Filter, operatorOf, parseTimestamp } from './filter.ts';

type Mutable = { -readonly [K in keyof JobFilter]: JobFilter[K] };

const times = {
  CreationTime: ['createdAfter', 'createdBefore'],
  LastModifiedTime: ['modifiedAfter', 'modifiedBefore'],
} as const;

export function trainingJobFilter(expression: Expression | undefined): JobFilter {
  const found: Mutable = {};
  if (expression === undefined || expression.Operator === 'Or') return found;
  for (const filter of expression.Filters ?? []) narrow(found, filter);
  return found;
}

function narrow(found: Mutable, filter: Filter): void {
  const { Name: name, Value: value } = filter;
  if (value === undefined) return;
  const operator = operatorOf(filter);
  if (operator === 'Equals' && name === 'TrainingJobName') found.name = value;
  if (operator === 'Equals' && name === 'TrainingJobStatus') found.status = value;
  const time = parseTimestamp(value);
  if (time === undefined || (name !== 'CreationTime' && name !== 'LastModifiedTime')) return;
  const [after, before] = times[name];
  if (operator === 'Equals' || operator.startsWith('Greater')) found[after] = new Date(time);
  // Equal to a second is all of it.
  if (operator === 'Equals') found[before] = new Date(time + 1000);
  if (operator.startsWith('Less')) found[before] = new Date(time);
}
