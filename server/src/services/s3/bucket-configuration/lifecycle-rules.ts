/**
 * What a bucket's lifecycle rules require for an object, a version or an upload, and since when. Pure.
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
 */
import type { LifecycleRule, LifecycleRuleFilter, Tag, TransitionDefaultMinimumObjectSize } from '@aws-sdk/client-s3';

export interface LifecycleConfiguration {
  readonly Rules: LifecycleRule[];
  readonly TransitionDefaultMinimumObjectSize: TransitionDefaultMinimumObjectSize;
}

interface Facts {
  readonly key: string;
  /** 0 for delete markers. */
  readonly size: number;
  readonly tags: readonly Pick<Tag, 'Key' | 'Value'>[];
  readonly isDeleteMarker: boolean;
}

export interface CurrentFacts extends Facts {
  readonly kind: 'current';
  readonly lastModified: Date;
  readonly hasNoncurrentVersions: boolean;
}

export interface NoncurrentFacts extends Facts {
  readonly kind: 'noncurrent';
  /** When the next newer version was written. */
  readonly noncurrentSince: Date;
  /** How many noncurrent versions of the key are newer than this one. */
  readonly newerNoncurrentVersions: number;
}

export interface UploadFacts {
  readonly kind: 'upload';
  readonly key: string;
  readonly initiated: Date;
}

export type LifecycleFacts = CurrentFacts | NoncurrentFacts | UploadFacts;

/**
 * expire: delete as a request without a version would. remove-delete-marker: delete the marker, the last of its key.
 * delete-version: delete this version for good. abort-upload: as AbortMultipartUpload.
 */
export interface LifecycleAction {
  readonly action: 'expire' | 'remove-delete-marker' | 'delete-version' | 'abort-upload';
  readonly ruleId: string;
  readonly due: Date;
}

const dayMs = 86_400_000;

/** Days after, rounded up to the next midnight UTC. */
function daysAfter(moment: Date, days: number): Date {
  return new Date(Math.ceil((moment.getTime() + days * dayMs) / dayMs) * dayMs);
}

/** What is due at `now`, the longest due first. Rules that are disabled, or do not fit, want nothing. */
export function lifecycleActions(rules: readonly LifecycleRule[], facts: LifecycleFacts, now: Date): LifecycleAction[] {
  return plannedActions(rules, facts)
    .filter(({ due }) => due.getTime() <= now.getTime())
    .sort((one, other) => one.due.getTime() - other.due.getTime());
}

/** What the rules require and when: due dates may be in the future (x-amz-expiration shows them). */
export function plannedActions(rules: readonly LifecycleRule[], facts: LifecycleFacts): LifecycleAction[] {
  return rules.flatMap((rule) => {
    if (rule.Status !== 'Enabled' || !fits(rule, facts)) return [];
    const found = wanted(rule, facts);
    return found === undefined ? [] : [{ ...found, ruleId: rule.ID ?? '' }];
  });
}

function wanted(rule: LifecycleRule, facts: LifecycleFacts): Pick<LifecycleAction, 'action' | 'due'> | undefined {
  switch (facts.kind) {
    case 'current':
      return wantedOfCurrent(rule, facts);
    case 'noncurrent':
      return wantedOfNoncurrent(rule, facts);
    case 'upload': {
      const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
      return days === undefined ? undefined : { action: 'abort-upload', due: daysAfter(facts.initiated, days) };
    }
  }
}

function wantedOfCurrent({ Expiration: expiration }: LifecycleRule, facts: CurrentFacts) {
  if (expiration === undefined) return undefined;
  const { Days: days, Date: date, ExpiredObjectDeleteMarker: removesMarkers } = expiration;
  const due = date ?? (days === undefined ? undefined : daysAfter(facts.lastModified, days));
  if (!facts.isDeleteMarker) return due && ({ action: 'expire', due } as const);
  // A rule of Days or a Date takes lone markers along once they are old enough.
  if (facts.hasNoncurrentVersions) return undefined;
  if (removesMarkers) return { action: 'remove-delete-marker', due: facts.lastModified } as const;
  return due && ({ action: 'remove-delete-marker', due } as const);
}

function wantedOfNoncurrent({ NoncurrentVersionExpiration: expiration }: LifecycleRule, facts: NoncurrentFacts) {
  const { NoncurrentDays: days, NewerNoncurrentVersions: kept = 0 } = expiration ?? {};
  if (days === undefined || facts.newerNoncurrentVersions < kept) return undefined;
  return { action: 'delete-version', due: daysAfter(facts.noncurrentSince, days) } as const;
}

function fits(rule: LifecycleRule, facts: LifecycleFacts): boolean {
  const filter: LifecycleRuleFilter = rule.Filter ?? {};
  const prefix = rule.Prefix ?? filter.Prefix ?? filter.And?.Prefix ?? '';
  if (!facts.key.startsWith(prefix)) return false;
  const tags = filter.And?.Tags ?? (filter.Tag ? [filter.Tag] : []);
  const above = filter.ObjectSizeGreaterThan ?? filter.And?.ObjectSizeGreaterThan;
  const below = filter.ObjectSizeLessThan ?? filter.And?.ObjectSizeLessThan;
  // An upload has no size and no tags yet; rules with either cannot be about uploads (see lifecycle-validation.ts).
  if (facts.kind === 'upload') return tags.length === 0 && above === undefined && below === undefined;
  if (above !== undefined && facts.size <= above) return false;
  if (below !== undefined && facts.size >= below) return false;
  return tags.every(({ Key: key, Value: value }) => facts.tags.some((tag) => tag.Key === key && tag.Value === value));
}
