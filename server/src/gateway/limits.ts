/** Limits of a connection before the caller is authenticated. */
export interface ConnectionLimits {
  /** Request line and headers together. S3's presigned URLs with a session's token and a key of 1024 bytes need about 8 KB. */
  readonly headerBytes: number;
  readonly headers: number;
  readonly urlBytes: number;
  /** From the connection, or from the first byte of a further request, to the last header. */
  readonly headersMs: number;
  readonly handshakeMs: number;
  /** From the first byte to the last: the largest upload, 5 GiB, at 12 Mbit/s. */
  readonly requestMs: number;
  /** How long a connection with an unfinished request or answer may be without reads and writes. */
  readonly stalledMs: number;
  readonly keepAliveMs: number;
  /** How often Node checks for connections that are too slow. */
  readonly checkMs: number;
}

export const usualLimits: ConnectionLimits = {
  headerBytes: 32 * 1024,
  headers: 256,
  urlBytes: 16 * 1024,
  headersMs: 20_000,
  handshakeMs: 10_000,
  requestMs: 3_600_000,
  stalledMs: 120_000,
  keepAliveMs: 65_000,
  checkMs: 5000,
};
