/** Identifiers that cannot be guessed. */
import { randomBytes, randomUUID } from 'node:crypto';

export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');

export const uuid = (): string => randomUUID();

/** 32 hexadecimal digits that begin with the time: later ids are greater, and none can be guessed. */
export const orderedHex = (): string =>
  Date.now().toString(16).padStart(12, '0') + uuid().replaceAll('-', '').slice(12);
