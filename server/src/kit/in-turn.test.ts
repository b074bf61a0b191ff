import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurn } from './in-turn.ts';

test('inTurn lets one thing happen at a time, and the next after a failure', async () => {
  const turns = inTurn();
  const events: string[] = [];
  const first = Promise.withResolvers<void>();
  const act = (name: string, until: Promise<void>) =>
    turns(async () => {
      events.push(`${name} begins`);
      await until;
      events.push(`${name} ends`);
      return name;
    });
  const all = Promise.allSettled([
    act('one', first.promise),
    act('two', Promise.reject(new Error('two fails'))),
    act('three', Promise.resolve()),
  ]);
  first.resolve();
  const results = (await all).map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason)));
  assert.deepEqual(results, ['one', 'Error: two fails', 'three']);
  assert.deepEqual(events, ['one begins', 'one ends', 'two begins', 'three begins', 'three ends']);
});
