/** API Gateway's ids: lower-case letters and digits. */
import { randomInt } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const newId = (length: number) => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** Also of root resources. */
export const newApiId = () => newId(10);
export const newResourceId = () => newId(6);
export const newDeploymentId = () => newId(6);
