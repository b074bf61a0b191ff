import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LifecycleRule } from '@aws-sdk/client-s3';
import {
  type CurrentFacts,
  type LifecycleFacts,
  lifecycleActions,
  type NoncurrentFacts,
  plannedActions,
} from './lifecycle-rules.ts';

const at = (text: string) => new Date(`${text}Z`);
const written = at('2026-03-01T10:30:00');
const current = (changes: Partial<CurrentFacts> = {}): CurrentFacts => ({
  kind: 'current',
  key: 'logs/a',
  size: 100,
  tags: [{ Key: 'keep', Value: 'no' }],
  isDeleteMarker: false,
  lastModified: written,
  hasNoncurrentVersions: false,
  ...changes,
});
const noncurrent = (newerNoncurrentVersions: number): NoncurrentFacts => ({
  ...current(),
  kind: 'noncurrent',
  noncurrentSince: written,
  newerNoncurrentVersions,
});
const rule = (changes: Partial<LifecycleRule>): LifecycleRule => ({
  ID: 'r',
  Status: 'Enabled',
  Filter: {},
  ...changes,
});
const days = (count: number, changes: Partial<LifecycleRule> = {}) => rule({ Expiration: { Days: count }, ...changes });
const what = (rules: LifecycleRule[], facts: LifecycleFacts, now: string) =>
  lifecycleActions(rules, facts, at(now)).map(({ action }) => action);
const later = '2030-01-01T00:00:00';

describe('lifecycle rules want', () => {
  it('objects gone at the midnight after so many days, and not before', () => {
    assert.deepEqual(what([days(2)], current(), '2026-03-03T23:59:59.999'), []);
    assert.deepEqual(lifecycleActions([days(2)], current(), at('2026-03-04T00:00:00')), [
      { action: 'expire', ruleId: 'r', due: at('2026-03-04T00:00:00') },
    ]);
  });

  it('objects that were written at midnight gone at a midnight', () => {
    const [planned] = plannedActions([days(2)], current({ lastModified: at('2026-03-01T00:00:00') }));
    assert.deepEqual(planned?.due, at('2026-03-03T00:00:00'));
  });

  it('everything gone from a date on', () => {
    const dated = rule({ Expiration: { Date: at('2027-01-01T00:00:00') } });
    assert.deepEqual(what([dated], current(), '2026-12-31T23:59:59'), []);
    assert.deepEqual(what([dated], current(), '2027-01-01T00:00:00'), ['expire']);
  });

  it('markers gone when they are the last of their key', () => {
    const marker = current({ isDeleteMarker: true, size: 0, tags: [] });
    const removing = rule({ Expiration: { ExpiredObjectDeleteMarker: true } });
    assert.deepEqual(what([removing], marker, '2026-03-01T10:30:00'), ['remove-delete-marker']);
    assert.deepEqual(what([removing], { ...marker, hasNoncurrentVersions: true }, later), []);
    assert.deepEqual(what([removing], current(), later), []);
    assert.deepEqual(what([days(2)], marker, '2026-03-03T12:00:00'), []);
    assert.deepEqual(what([days(2)], marker, '2026-03-04T00:00:00'), ['remove-delete-marker']);
  });

  it('old versions gone but for the newest of them', () => {
    const keeping = (kept?: number) =>
      rule({
        NoncurrentVersionExpiration: { NoncurrentDays: 1, ...(kept ? { NewerNoncurrentVersions: kept } : {}) },
      });
    assert.deepEqual(what([keeping()], noncurrent(0), '2026-03-03T00:00:00'), ['delete-version']);
    assert.deepEqual(what([keeping(2)], noncurrent(1), later), []);
    assert.deepEqual(what([keeping(2)], noncurrent(2), later), ['delete-version']);
    assert.deepEqual(what([keeping(2)], noncurrent(2), '2026-03-02T23:00:00'), []);
    assert.deepEqual(what([days(1)], noncurrent(0), later), []);
  });

  it('uploads aborted that were begun and left', () => {
    const upload = { kind: 'upload', key: 'logs/big', initiated: written } as const;
    const aborting = rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Filter: { Prefix: 'logs/' } });
    assert.deepEqual(what([aborting, days(1)], upload, '2026-03-03T00:00:00'), ['abort-upload']);
    assert.deepEqual(what([aborting], { ...upload, key: 'other' }, later), []);
  });

  it('nothing where they are disabled or transitions', () => {
    assert.deepEqual(what([days(1, { Status: 'Disabled' })], current(), later), []);
    assert.deepEqual(what([rule({ Transitions: [{ Days: 1, StorageClass: 'GLACIER' }] })], current(), later), []);
  });

  it('the earliest first where several do', () => {
    const found = lifecycleActions([days(9, { ID: 'late' }), days(1, { ID: 'early' })], current(), at(later));
    assert.deepEqual(
      found.map(({ ruleId }) => ruleId),
      ['early', 'late'],
    );
  });
});

describe('filters of lifecycle rules fit', () => {
  const fits = (changes: Partial<LifecycleRule>, facts = current()) =>
    what([days(1, changes)], facts, later).length === 1;
  const no = [{ Key: 'keep', Value: 'no' }];

  it('by prefix, in either form', () => {
    assert.ok(fits({ Filter: { Prefix: 'logs/' } }));
    assert.ok(!fits({ Filter: { Prefix: 'log/' } }));
    assert.ok(!fits({ Filter: undefined, Prefix: 'x' }));
    assert.ok(!fits({ Filter: { And: { Prefix: 'x', Tags: no } } }));
  });

  it('by tags, all of them', () => {
    assert.ok(fits({ Filter: { Tag: { Key: 'keep', Value: 'no' } } }));
    assert.ok(!fits({ Filter: { Tag: { Key: 'keep', Value: 'yes' } } }));
    assert.ok(!fits({ Filter: { And: { Tags: [...no, { Key: 'b', Value: '' }] } } }));
  });

  it('by size, bounds excluded', () => {
    assert.ok(fits({ Filter: { And: { ObjectSizeGreaterThan: 99, ObjectSizeLessThan: 101 } } }));
    assert.ok(!fits({ Filter: { ObjectSizeGreaterThan: 100 } }));
    assert.ok(!fits({ Filter: { ObjectSizeLessThan: 100 } }));
    assert.ok(fits({ Filter: { ObjectSizeGreaterThan: 0 } }));
    assert.ok(!fits({ Filter: { ObjectSizeGreaterThan: 0 } }, current({ size: 0 })));
  });
});
