/**
 * How the instances of a job exchange values: through the first of them, and they notice at once when one of them ends. Training
 * itself goes through XGBoost's own connections (communicator.ts), which would wait for a missing instance and cannot say what happened to it.
 */
import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instances } from '../../contract/instances.ts';
import { openHub, ports } from './hub.ts';
import { errorOf, type Failure, failureOf, lost, type Message, readMessages, sendMessage } from './messages.ts';

/** Instances begin together; their names may be known a while later. */
const arrivalMs = 300_000;
const greetingMs = 2000;
const pauseMs = 50;

export interface Meeting {
  /** All values, by host, once every remaining instance sent one. Throws the error of any instance. */
  exchange<T>(value: T): Promise<Readonly<Record<string, T>>>;
  /** What went wrong on another instance, where it is heard of within the time. */
  othersFailure(withinMs: number): Promise<Error | undefined>;
  /** Tells the others and leaves. */
  fail(error: unknown): void;
  /** The first instance stays until the others have left. Throws what went wrong on one of them meanwhile. */
  leave(): Promise<void>;
}

/** `job`: what is the same on all of its instances and on no other job's. Throws where an instance does not come in time. */
export async function meet(instances: Instances, job: string, withinMs = arrivalMs): Promise<Meeting> {
  const waiting: PromiseWithResolvers<never>[] = [];
  const failed = Promise.withResolvers<Error>();
  let failure: Error | undefined;
  const receive = (message: Message) => {
    if (message.say === 'values') waiting.shift()?.resolve(message.values as never);
    if (message.say !== 'failure' || failure) return;
    failure = errorOf(message.failure);
    failed.resolve(failure);
    for (const each of waiting.splice(0)) each.reject(failure);
  };
  const { own, hosts } = instances;
  const line = await (own === hosts[0] ? hubLine : lineToHub)(instances, job, withinMs, receive);
  return {
    exchange(value) {
      if (failure) return Promise.reject(failure);
      const answer = Promise.withResolvers<never>();
      waiting.push(answer);
      line.say({ say: 'value', value });
      return answer.promise;
    },
    async othersFailure(ms) {
      const heard = new AbortController();
      try {
        return await Promise.race([failed.promise, delay(ms, undefined, { signal: heard.signal })]);
      } finally {
        heard.abort();
      }
    },
    fail(error) {
      if (error !== failure) line.say({ say: 'failure', failure: failureOf(error) });
      line.end();
    },
    async leave() {
      line.say({ say: 'leave' });
      const fault = await line.over;
      if (fault) throw errorOf(fault);
      line.end();
    },
  };
}

interface Line {
  say(message: Message): void;
  readonly over: Promise<Failure | undefined> | undefined;
  end(): void;
}

type OpenLine = (
  instances: Instances,
  job: string,
  withinMs: number,
  receive: (message: Message) => void,
) => Promise<Line>;

const hubLine: OpenLine = async ({ hosts }, job, withinMs, receive) => {
  const hub = await openHub(hosts, job, withinMs, receive);
  return { say: hub.receive, over: hub.over, end: hub.close };
};

/** The hub's door is the one that names our job; it may not be open yet. */
const lineToHub: OpenLine = async ({ own, hosts: [hub] }, job, withinMs, receive) => {
  for (const until = Date.now() + withinMs; Date.now() < until; await delay(pauseMs)) {
    const place = await lookup(hub, { family: 4 }).catch(() => undefined);
    for (const port of place ? ports : []) {
      const socket = await knock(place?.address ?? '', port, job, hub, receive);
      if (!socket) continue;
      sendMessage(socket, { say: 'here', host: own });
      return { say: (message) => sendMessage(socket, message), over: undefined, end: () => socket.end().unref() };
    }
  }
  throw new Error(`the instance ${hub} could not be reached within ${withinMs / 1000} seconds`);
};

/** Answers the connection once it has been greeted in the job's name; undefined at another program's listener. */
function knock(
  host: string,
  port: number,
  job: string,
  name: string,
  receive: (message: Message) => void,
): Promise<Socket | undefined> {
  const socket = connect({ host, port, noDelay: true });
  const answer = Promise.withResolvers<Socket | undefined>();
  const unanswered = setTimeout(() => socket.destroy(), greetingMs);
  let inside = false;
  readMessages(
    socket,
    (message) => {
      if (inside) return receive(message);
      inside = message.say === 'welcome' && message.job === job;
      clearTimeout(unanswered);
      if (inside) answer.resolve(socket);
      else socket.destroy();
    },
    () => {
      clearTimeout(unanswered);
      answer.resolve(undefined);
      if (inside) receive({ say: 'failure', failure: lost(name) });
    },
  );
  return answer.promise;
}
