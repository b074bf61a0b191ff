/** Identifiers that nobody can guess. */
import { randomBytes, randomUUID } from 'node:crypto';

export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');

export const uuid = (): string => randomUUID();

/** 32 hexadecimal digits that begin with the time: later ones are greater, and still nobody can guess one. */
export const orderedHex = (): string =>
  Date.now().toString(16).padStart(12, '0') + uuid().replaceAll('-', '').slice(12);
