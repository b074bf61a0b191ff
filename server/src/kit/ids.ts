/** Identifiers that nobody can guess. */
import { randomBytes, randomUUID } from 'node:crypto';

export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');

export const uuid = (): string => randomUUID();
