/** The first instance's part: it collects a value from each instance, sends all values to all instances, and reports one instance's failure to all. */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Failure, lost, type Message, readMessages, sendMessage } from './messages.ts';

/** The first that is free counts: another server on all addresses of the machine must not stop a job. */
export const ports = Array.from({ length: 16 }, (_, i) => 9099 + i);

interface Seat {
  readonly values: unknown[];
  deliver(message: Message): void;
}

export interface Hub {
  /** The first instance's own error. */
  receive(message: Message): void;
  /** Resolves when the others have gone, with what went wrong on one of them. */
  readonly over: Promise<Failure | undefined>;
  close(): void;
}

/** Resolves when all hosts are there. `deliver` gets what is for the first of them. Throws where one does not come in time. */
export async function openHub(
  [own, ...others]: readonly [string, ...string[]],
  job: string,
  withinMs: number,
  deliver: (message: Message) => void,
): Promise<Hub> {
  const table = openTable(own, others, deliver);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    welcome(socket, job, table);
  });
  const close = () => {
    server.close();
    // Instances that still train receive the reason; this process does not wait for that.
    for (const socket of sockets) socket.end().unref();
  };
  await listen(server, own);
  const late = setTimeout(() => table.giveUp(withinMs), withinMs);
  try {
    await table.complete;
  } catch (error) {
    close();
    throw error;
  } finally {
    clearTimeout(late);
  }
  return { receive: (message) => table.receive(own, message), over: table.over, close };
}

type Table = ReturnType<typeof openTable>;

/** Who is there, and what each has said. Knows no connections. */
function openTable(own: string, others: readonly string[], deliver: (message: Message) => void) {
  const seats = new Map<string, Seat>([[own, { values: [], deliver }]]);
  const expected = new Set(others);
  const complete = Promise.withResolvers<void>();
  const over = Promise.withResolvers<Failure | undefined>();
  let fault: Failure | undefined;
  const tell = (message: Message) => {
    for (const seat of seats.values()) seat.deliver(message);
  };
  function collect(): void {
    const rows = [...seats];
    if (expected.size > 0 || rows.length === 0 || rows.some(([, { values }]) => values.length === 0)) return;
    tell({ say: 'values', values: Object.fromEntries(rows.map(([host, { values }]) => [host, values.shift()])) });
  }
  function leave(host: string): void {
    seats.delete(host);
    if ([...seats.keys()].every((name) => name === own)) over.resolve(fault);
    collect();
  }
  function fail(host: string, failure: Failure): void {
    fault ??= failure;
    seats.delete(host);
    tell({ say: 'failure', failure });
    leave(host);
  }
  return {
    complete: complete.promise,
    over: over.promise,
    /** Answers whether the host may sit down: each may once. */
    seat(host: string, told: Seat['deliver']): boolean {
      if (!expected.delete(host)) return false;
      seats.set(host, { values: [], deliver: told });
      if (expected.size === 0) complete.resolve();
      return true;
    },
    receive(host: string, message: Message): void {
      if (message.say === 'failure') fail(host, message.failure);
      if (message.say === 'leave') leave(host);
      if (message.say !== 'value') return;
      seats.get(host)?.values.push(message.value);
      collect();
    },
    gone(host: string): void {
      if (seats.has(host)) fail(host, lost(host));
    },
    giveUp(withinMs: number): void {
      const missing = [...expected].join(', ');
      const text = `the instance ${missing} did not come within ${withinMs / 1000} seconds`;
      tell({ say: 'failure', failure: { kind: 'AlgorithmError', text } });
      complete.reject(new Error(text));
    },
  };
}

function welcome(socket: Socket, job: string, table: Table): void {
  let host: string | undefined;
  sendMessage(socket, { say: 'welcome', job });
  readMessages(
    socket,
    (message) => {
      if (host !== undefined) table.receive(host, message);
      else if (message.say === 'here' && table.seat(message.host, (told) => sendMessage(socket, told)))
        host = message.host;
      else socket.destroy();
    },
    () => host !== undefined && table.gone(host),
  );
}

async function listen(server: Server, host: string): Promise<void> {
  const { address } = await lookup(host, { family: 4 });
  for (const port of ports) {
    try {
      server.listen(port, address);
      await once(server, 'listening');
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`the ports ${ports[0]} to ${ports.at(-1)} of ${host} (${address}) are all taken`);
}
