/** The transitions of a lifecycle rule: how they stand to each other and to its expiration. Source and texts: see lifecycle-validation.ts. */
import type { LifecycleRule, Transition } from '@aws-sdk/client-s3';
import type { AwsError } from '../../../../contract/aws-error.ts';
import type { Call } from '../../../../contract/call.ts';
import { invalidRequest, malformedXml } from '../../refusals.ts';

export function invalid(call: Call, message: string): AwsError {
  return call.error('InvalidArgument', message);
}

export function checkMidnight(date: Date, call: Call): void {
  if (date.getTime() % 86_400_000 === 0) return;
  const fields = { ArgumentName: 'Date', ArgumentValue: date.toISOString() };
  throw call.error('InvalidArgument', "'Date' must be at midnight GMT", { fields });
}

/** Objects have to be there this long before they may be moved to these classes. */
const leastDays: ReadonlyMap<string, number> = new Map([
  ['STANDARD_IA', 30],
  ['ONEZONE_IA', 30],
]);

export function checkTransitions(rule: LifecycleRule, call: Call): void {
  const { Transitions: transitions = [], NoncurrentVersionTransitions: noncurrent = [] } = rule;
  for (const { Days: days, Date: date, StorageClass: storageClass } of transitions) {
    if (storageClass === undefined || (days !== undefined && date !== undefined)) throw malformedXml(call);
    if (date !== undefined) checkMidnight(date, call);
    checkDays(days, storageClass, "'Days' in Transition action", call);
  }
  for (const { NoncurrentDays: days, StorageClass: storageClass } of noncurrent) {
    if (storageClass === undefined || days === undefined) throw malformedXml(call);
    checkDays(days, storageClass, "'NoncurrentDays' in NoncurrentVersionTransition action", call);
  }
  checkDifferent(transitions, 'Transition', rule, call);
  checkDifferent(noncurrent, 'NoncurrentVersionTransition', rule, call);
  checkOrder(transitions, rule, call);
}

function checkDays(days: number | undefined, storageClass: string, what: string, call: Call): void {
  if (days === undefined) return;
  if (!Number.isInteger(days) || days < 0) throw invalid(call, `${what} must be nonnegative`);
  const least = leastDays.get(storageClass) ?? 0;
  if (days < least) {
    throw invalid(call, `${what} must be greater than or equal to ${least} for storageClass '${storageClass}'`);
  }
}

function checkDifferent(
  transitions: readonly Pick<Transition, 'StorageClass'>[],
  action: string,
  rule: LifecycleRule,
  call: Call,
): void {
  const classes = transitions.map(({ StorageClass: storageClass }) => storageClass);
  if (new Set(classes).size === classes.length) return;
  const where = describeFilter(rule);
  throw invalidRequest(call, `'StorageClass' must be different for '${action}' actions in same 'Rule' with ${where}`);
}

function checkOrder(transitions: readonly Transition[], rule: LifecycleRule, call: Call): void {
  const timed = [...transitions, ...(rule.Expiration ? [rule.Expiration] : [])];
  const byDate = timed.some(({ Date: date }) => date !== undefined);
  if (transitions.length > 0 && byDate && timed.some(({ Days: days }) => days !== undefined)) {
    const what = "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for";
    throw invalidRequest(call, `${what} ${describeFilter(rule)}`);
  }
  const expires = rule.Expiration?.Days;
  if (expires !== undefined && transitions.some(({ Days: days = 0 }) => days >= expires)) {
    const where = describeFilter(rule);
    throw invalid(
      call,
      `'Days' in the Expiration action for ${where} must be greater than 'Days' in the Transition action`,
    );
  }
}

function describeFilter({ Filter: filter, Prefix: prefix }: LifecycleRule): string {
  if (prefix !== undefined) return `prefix '${prefix}'`;
  return `filter '(prefix=${filter?.Prefix ?? filter?.And?.Prefix ?? ''})'`;
}
