/** The models that every API has. Models of users are not built. */
import type { Call } from '../../../contract/call.ts';
import { badRequest } from '../refusals.ts';

const known = ['Empty', 'Error'];

/** By content type. */
export function checkModels(models: Readonly<Record<string, string>> | undefined, call: Call): void {
  for (const name of Object.values(models ?? {})) {
    if (!known.includes(name)) throw badRequest(call, `Invalid model identifier specified: ${name}`);
  }
}
