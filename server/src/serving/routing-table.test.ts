import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRoutingTable, type EndpointRoute } from './routing-table.ts';

const at = ['000000000000', 'us-east-1', 'e'] as const;
const route = (endpointConfigName: string, endpointName = 'e'): EndpointRoute => ({
  account: '000000000000',
  region: 'us-east-1',
  endpointName,
  endpointConfigName,
  executionRoleArn: undefined,
  variants: [],
  capture: undefined,
  tags: { resourceTags: {}, context: {} },
});

describe('the routing table', () => {
  it('finds what was published last', () => {
    const table = createRoutingTable();
    assert.equal(table.find(...at), undefined);
    table.publish(...at, route('one'));
    table.publish(...at, route('two'));
    assert.equal(table.find(...at)?.endpointConfigName, 'two');
    table.publish(...at, undefined);
    assert.equal(table.find(...at), undefined);
    table.publish(...at, undefined);
  });

  it('leaves the route that a request holds as it is', () => {
    const table = createRoutingTable();
    table.publish(...at, route('one'));
    const held = table.find(...at);
    table.publish(...at, route('two'));
    table.publish(...at, undefined);
    assert.equal(held?.endpointConfigName, 'one');
  });
});

describe('the routing table refuses', () => {
  it('to mix accounts, regions and names', () => {
    const table = createRoutingTable();
    table.publish(...at, route('one'));
    assert.equal(table.find('111111111111', 'us-east-1', 'e'), undefined);
    assert.equal(table.find('000000000000', 'eu-west-1', 'e'), undefined);
    assert.equal(table.find('000000000000', 'us-east-1', 'E'), undefined);
    table.publish('111111111111', 'us-east-1', 'e', undefined);
    assert.equal(table.find(...at)?.endpointConfigName, 'one');
  });

  it('names out of an object’s prototype', () => {
    const table = createRoutingTable();
    for (const name of ['__proto__', 'constructor', 'toString'])
      assert.equal(table.find('000000000000', 'us-east-1', name), undefined);
  });
});

describe('the routing table survives', () => {
  it('thousands of endpoints', () => {
    const table = createRoutingTable();
    const names = Array.from({ length: 1000 }, (_, i) => `endpoint-${i}`);
    for (const name of names) table.publish('000000000000', 'us-east-1', name, route(name, name));
    assert.ok(names.every((name) => table.find('000000000000', 'us-east-1', name)?.endpointConfigName === name));
  });
});
