/**
 * Which lifecycle rules S3 accepts, and its errors for others.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html; texts observed.
 */
import type { LifecycleExpiration, LifecycleRule, NoncurrentVersionExpiration, Tag } from '@aws-sdk/client-s3';
import type { Call } from '../../../../contract/call.ts';
import { conforms } from '../../../../models/validate.ts';
import { invalidRequest, malformedXml } from '../../refusals.ts';
import { checkMidnight, checkTransitions, invalid } from './transition-validation.ts';

const maxRules = 1000;
const maxIdLength = 255;
const maxObjectSize = 1_099_511_627_776_000;

export function checkLifecycleRules(rules: readonly LifecycleRule[], call: Call): void {
  if (rules.length === 0 || rules.length > maxRules) throw malformedXml(call);
  const ids = rules.flatMap(({ ID: id }) => (id ? [id] : []));
  if (ids.some((id) => id.length > maxIdLength)) {
    throw invalid(call, `ID length should not exceed allowed limit of ${maxIdLength}`);
  }
  if (new Set(ids).size < ids.length) {
    throw invalid(call, 'Rule ID must be unique. Found same ID for more than one rule');
  }
  checkVersions(rules, call);
  for (const rule of rules) checkRule(rule, call);
}

/** Rules have their prefix either in a filter or beside it, all of them the same way. */
function checkVersions(rules: readonly LifecycleRule[], call: Call): void {
  if (rules.some((rule) => (rule.Filter === undefined) === (rule.Prefix === undefined))) throw malformedXml(call);
  const isNew = rules[0]?.Filter !== undefined;
  if (rules.every((rule) => (rule.Filter !== undefined) === isNew)) return;
  throw invalidRequest(
    call,
    isNew
      ? 'Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.'
      : 'Filter element can only be used in Lifecycle V2.',
  );
}

const actions = [
  'Expiration',
  'NoncurrentVersionExpiration',
  'AbortIncompleteMultipartUpload',
  'Transitions',
  'NoncurrentVersionTransitions',
] as const;

function checkRule(rule: LifecycleRule, call: Call): void {
  if (!conforms('s3', 'LifecycleRule', rule)) throw malformedXml(call);
  const { hasTags, hasSizes } = checkFilter(rule, call);
  if (actions.every((action) => rule[action] === undefined)) {
    throw invalidRequest(call, 'At least one action needs to be specified in a rule');
  }
  const refuse = (element: string) => {
    if (hasTags) throw invalidRequest(call, `${element} cannot be specified with Tags.`);
    if (hasSizes) throw invalidRequest(call, `${element} cannot be specified with Object Size.`);
  };
  if (rule.Expiration) {
    checkExpiration(rule.Expiration, call);
    if (rule.Expiration.ExpiredObjectDeleteMarker !== undefined) refuse('ExpiredObjectDeleteMarker');
  }
  if (rule.NoncurrentVersionExpiration) checkNoncurrent(rule.NoncurrentVersionExpiration, rule, call);
  if (rule.AbortIncompleteMultipartUpload) {
    refuse('AbortIncompleteMultipartUpload');
    const days = rule.AbortIncompleteMultipartUpload.DaysAfterInitiation;
    if (days === undefined) throw malformedXml(call);
    checkPositive(days, "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action", call);
  }
  checkTransitions(rule, call);
}

function checkFilter({ Filter: filter = {} }: LifecycleRule, call: Call) {
  if (Object.keys(filter).length > 1) throw malformedXml(call);
  const { And: and } = filter;
  const tags: Tag[] = and?.Tags ?? (filter.Tag ? [filter.Tag] : []);
  // An And of a single condition is malformed (observed).
  if (and !== undefined && tags.length + Object.keys(and).filter((name) => name !== 'Tags').length < 2) {
    throw malformedXml(call);
  }
  const keys = tags.map(({ Key: key }) => key);
  if (new Set(keys).size < keys.length) throw invalidRequest(call, 'Duplicate Tag Keys are not allowed.');
  const above = filter.ObjectSizeGreaterThan ?? and?.ObjectSizeGreaterThan;
  const below = filter.ObjectSizeLessThan ?? and?.ObjectSizeLessThan;
  checkSize(above, 'ObjectSizeGreaterThan', 0, call);
  checkSize(below, 'ObjectSizeLessThan', 1, call);
  if (above !== undefined && below !== undefined && below <= above) {
    throw invalidRequest(call, "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.");
  }
  return { hasTags: tags.length > 0, hasSizes: above !== undefined || below !== undefined };
}

function checkSize(size: number | undefined, element: string, least: number, call: Call): void {
  if (size === undefined || (size >= least && size <= maxObjectSize)) return;
  throw invalidRequest(call, `'${element}' should be between ${least} and ${maxObjectSize}.`);
}

function checkExpiration(expiration: LifecycleExpiration, call: Call): void {
  if (Object.keys(expiration).length !== 1) throw malformedXml(call);
  if (expiration.Days !== undefined) checkPositive(expiration.Days, "'Days' for Expiration action", call);
  if (expiration.Date !== undefined) checkMidnight(expiration.Date, call);
}

function checkNoncurrent(expiration: NoncurrentVersionExpiration, rule: LifecycleRule, call: Call): void {
  const { NoncurrentDays: days, NewerNoncurrentVersions: kept } = expiration;
  if (days === undefined) throw malformedXml(call);
  checkPositive(days, "'NoncurrentDays' for NoncurrentVersionExpiration action", call);
  if (kept === undefined) return;
  checkPositive(kept, "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action", call);
  if (rule.Filter === undefined) {
    throw invalidRequest(call, 'NewerNoncurrentVersions element can only be used in Lifecycle V2.');
  }
}

function checkPositive(days: number, what: string, call: Call): void {
  if (!Number.isInteger(days) || days < 1) throw invalid(call, `${what} must be a positive integer`);
}
