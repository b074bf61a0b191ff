import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { describe, test } from 'node:test';
import { ClientError } from '../../contract/client-error.ts';
import { type Meeting, meet } from './meeting.ts';

let networks = 0;
/** Addresses that no other test has. */
function addresses(count: number): [string, ...string[]] {
  networks += 1;
  const [first = '', ...others] = Array.from({ length: count }, (_, i) => `127.202.${networks}.${i + 1}`);
  return [first, ...others];
}

const sit = (hosts: [string, ...string[]], job = 'job') =>
  Promise.all(hosts.map((own) => meet({ own, hosts }, job, 20_000)));
const leaveAll = (meetings: readonly Meeting[]) => Promise.all(meetings.map((meeting) => meeting.leave()));

async function listening(address: string, greeting?: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (greeting) socket.end(greeting);
    else socket.destroy();
  });
  server.listen(9099, address);
  await new Promise((ready) => server.once('listening', ready));
  return server;
}

describe('a meeting', () => {
  test('gives every instance the values of all, repeatedly, without those that left', async () => {
    const hosts = addresses(3);
    const meetings = await sit(hosts);
    const [a, b, c] = hosts;
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(meetings.map((meeting, i) => meeting.exchange(round * 10 + i)));
      const all = { [a]: round * 10, [b ?? '']: round * 10 + 1, [c ?? '']: round * 10 + 2 };
      for (const answer of answers) assert.deepEqual(answer, all);
    }
    await meetings[1]?.leave();
    const rest = await Promise.all([meetings[0]?.exchange('x'), meetings[2]?.exchange('y')]);
    assert.deepEqual(rest[0], { [a]: 'x', [c ?? '']: 'y' });
    await leaveAll(meetings.filter((_, i) => i !== 1));
  });

  test('reports the failure of one to all, with its message and its kind', async () => {
    for (const failing of [0, 1, 2]) {
      const meetings = await sit(addresses(3));
      const others = meetings.filter((_, i) => i !== failing);
      const waiting = others.map((meeting) => meeting.exchange(1));
      const heard = Promise.allSettled(waiting);
      meetings[failing]?.fail(new ClientError('the file is wrong'));
      for (const result of await heard)
        assert.deepEqual(result, { status: 'rejected', reason: new ClientError('the file is wrong') });
      for (const meeting of others) {
        const failure = await meeting.othersFailure(1000);
        assert.ok(failure instanceof ClientError);
        meeting.fail(failure);
      }
    }
  });

  test('uses another port if the first is taken', async () => {
    for (const greeting of ['HTTP/1.1 400 Bad Request\r\n\r\n', '{"say":"welcome","job":"other"}\n', undefined]) {
      const hosts = addresses(2);
      const stranger = await listening(hosts[0], greeting);
      const meetings = await sit(hosts);
      const [answer] = await Promise.all(meetings.map((meeting, i) => meeting.exchange(i)));
      assert.deepEqual(Object.values(answer ?? {}), [0, 1]);
      await leaveAll(meetings);
      await new Promise((closed) => stranger.close(closed));
    }
  });

  test('keeps two jobs at one address apart', async () => {
    const hosts = addresses(2);
    const [first, second] = await Promise.all([sit(hosts, 'one'), sit(hosts, 'two')]);
    const say = (meetings: Meeting[], message: string) =>
      Promise.all(meetings.map((meeting) => meeting.exchange(message)));
    const [[one], [two]] = await Promise.all([say(first, 'one'), say(second, 'two')]);
    assert.deepEqual(Object.values(one ?? {}), ['one', 'one']);
    assert.deepEqual(Object.values(two ?? {}), ['two', 'two']);
    await Promise.all([leaveAll(first), leaveAll(second)]);
  });

  test('ends for all if one instance does not connect', async () => {
    const hosts = addresses(3);
    const [hub, other] = [meet({ own: hosts[0], hosts }, 'job', 500), meet({ own: hosts[1] ?? '', hosts }, 'job', 500)];
    const told = other.then((meeting) => meeting.exchange(1));
    const text = `the instance ${hosts[2]} did not come within 0.5 seconds`;
    const results = await Promise.allSettled([hub, told]);
    assert.deepEqual(
      results.map((result) => result.status === 'rejected' && result.reason.message),
      [text, text],
    );
    (await other).fail(undefined);
    const nowhere = addresses(2);
    await assert.rejects(meet({ own: nowhere[1] ?? '', hosts: nowhere }, 'job', 100), {
      message: `the instance ${nowhere[0]} could not be reached within 0.1 seconds`,
    });
  });
});
