/**
 * HTTP and TLS on one port, distinguished by a connection's first byte. Only that byte is read here: afterwards a connection costs as much as
 * on a port of its own.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';

/** The content type of a ClientHello's record (RFC 8446 section 5.1); no HTTP method begins with it. */
const handshake = 0x16;

export interface Listener {
  /** Connections from now on get this certificate. */
  renew(certificate: Pick<TlsOptions, 'key' | 'cert'>): void;
  /** Closes the connections that have not sent a first byte. */
  close(): void;
}

export interface ListenerOptions {
  readonly certificate: Pick<TlsOptions, 'key' | 'cert'>;
  readonly firstByteMs: number;
  readonly handshakeMs: number;
}

/** The client's address and port: the same for the TCP and the TLS socket of a connection. */
const peer = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

/** `server` answers every request, with or without TLS, and its limits apply to both. */
export function openListener(server: Server, { certificate, firstByteMs, handshakeMs }: ListenerOptions): Listener {
  const [acceptHttp] = server.listeners('connection');
  if (!acceptHttp) throw new TypeError('the server does not listen for connections');
  server.off('connection', acceptHttp as () => void);
  const undecided = new Map<string, Socket>();
  const tls = createServer({ ...certificate, handshakeTimeout: handshakeMs, ALPNProtocols: ['http/1.1'] });
  // Node leaves it open: https://nodejs.org/api/tls.html#event-tlsclienterror
  tls.on('tlsClientError', (_error, socket) => socket.destroy());
  tls.on('secureConnection', (socket) => {
    undecided.delete(peer(socket));
    acceptHttp.call(server, socket);
  });
  server.on('connection', (socket: Socket) => {
    const drop = () => socket.destroy();
    const name = peer(socket);
    undecided.set(name, socket);
    socket.once('close', () => {
      if (undecided.get(name) === socket) undecided.delete(name);
    });
    // A client may reset a connection before it sends anything: not an error of the server.
    socket.on('error', drop);
    socket.setTimeout(firstByteMs, drop);
    socket.once('readable', () => {
      const first: Buffer | null = socket.read(1);
      if (!first) return drop();
      socket.setTimeout(0, drop);
      socket.unshift(first);
      if (first[0] === handshake) return tls.emit('connection', socket);
      undecided.delete(name);
      socket.off('error', drop);
      acceptHttp.call(server, socket);
    });
  });
  return {
    renew: (next) => tls.setSecureContext(next),
    close: () => {
      for (const socket of undecided.values()) socket.destroy();
    },
  };
}
