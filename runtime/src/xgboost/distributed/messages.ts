/** Messages of instances to each other before they train, and between two rounds: JSON, one message a line. */
import type { Socket } from 'node:net';
import { ClientError } from '../../contract/client-error.ts';

/** What went wrong on one instance fails all instances with the same text. */
export interface Failure {
  readonly kind: 'ClientError' | 'AlgorithmError';
  readonly text: string;
}

export type Message =
  | { readonly say: 'welcome'; readonly job: string }
  | { readonly say: 'here'; readonly host: string }
  | { readonly say: 'value'; readonly value: unknown }
  /** The values of all instances, by host. */
  | { readonly say: 'values'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly say: 'failure'; readonly failure: Failure }
  | { readonly say: 'leave' };

export function sendMessage(socket: Socket, message: Message): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

const maxMessageLength = 2 ** 20;

/** `gone` is called once, when no more messages can arrive. Any other text ends the connection. */
export function readMessages(socket: Socket, receive: (message: Message) => void, gone: () => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    try {
      for (const line of lines) receive(JSON.parse(line) as Message);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      socket.destroy();
    }
    if (rest.length > maxMessageLength) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', gone);
}

export const failureOf = (error: unknown): Failure => ({
  kind: error instanceof ClientError ? 'ClientError' : 'AlgorithmError',
  text: error instanceof Error ? error.message : String(error),
});

export const errorOf = ({ kind, text }: Failure): Error =>
  kind === 'ClientError' ? new ClientError(text) : new Error(text);

export const lost = (host: string): Failure => ({
  kind: 'AlgorithmError',
  text: `the instance ${host} ended before the training was over`,
});
