import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pickReplica, pickVariant } from './pick-replica.ts';
import type { Replica } from './replica.ts';
import type { EndpointRoute, VariantRoute } from './routing-table.ts';

/** As much of a replica as choosing one looks at. */
const replica = (id: string, inFlight = 0): Replica => ({
  id,
  inFlight,
  invoke: () => Promise.reject(new Error('nobody asks here')),
  close() {},
});
const variant = (name: string, weight: number, replicas: readonly Replica[] = [replica(name)]): VariantRoute => ({
  name,
  weight,
  replicas,
});
const route = (...variants: VariantRoute[]): EndpointRoute => ({
  account: '000000000000',
  region: 'us-east-1',
  endpointName: 'e',
  endpointConfigName: 'c',
  executionRoleArn: undefined,
  variants,
  capture: undefined,
  tags: { resourceTags: {}, context: {} },
});

describe('pickVariant', () => {
  it('divides by weight', () => {
    const between = route(variant('blue', 3), variant('green', 1));
    const names = Array.from({ length: 100 }, (_, i) => pickVariant(between, i / 100)?.name);
    assert.equal(names.filter((name) => name === 'blue').length, 75);
    assert.equal(names.filter((name) => name === 'green').length, 25);
  });

  it('takes the only one, whatever its weight', () =>
    assert.equal(pickVariant(route(variant('only', 0)), 0.5)?.name, 'only'));

  it('passes over weights of nothing and variants without a replica', () => {
    const between = route(variant('off', 0), variant('empty', 100, []), variant('on', 1));
    for (let i = 0; i < 100; i++) assert.equal(pickVariant(between, i / 100)?.name, 'on');
  });

  it('answers at the very edges of the random number', () => {
    const between = route(variant('a', 0.1), variant('b', 0.2), variant('c', 0.7));
    assert.equal(pickVariant(between, 0)?.name, 'a');
    assert.equal(pickVariant(between, 1 - Number.EPSILON)?.name, 'c');
    // Sums of such weights are not exact: what is left over is still somebody's.
    const many = route(...Array.from({ length: 10 }, (_, i) => variant(`v${i}`, 0.1)));
    assert.equal(pickVariant(many, 1 - Number.EPSILON)?.name, 'v9');
  });
});

describe('pickVariant refuses', () => {
  it('where no variant has both', () => {
    assert.equal(pickVariant(route(variant('off', 0), variant('empty', 1, [])), 0.5), undefined);
    assert.equal(pickVariant(route(), 0.5), undefined);
  });
});

describe('pickReplica', () => {
  it('takes the one with the fewest requests, the first of equals', () => {
    const pick = (...inFlight: number[]) =>
      pickReplica(
        variant(
          'v',
          1,
          inFlight.map((count, i) => replica(`r${i}`, count)),
        ),
      )?.id;
    assert.equal(pick(2, 1, 3), 'r1');
    assert.equal(pick(1, 1, 1), 'r0');
    assert.equal(pick(5), 'r0');
    assert.equal(pick(), undefined);
  });
});
