/** The plan of a feeder, a file. Whoever starts it writes the plan before; it is never changed. */
import { readFile } from 'node:fs/promises';

export interface PipePlan {
  readonly channel: string;
  /** The folder that gets the pipes `<channel>_<epoch>`. */
  readonly folder: string;
  /** JSON Lines, each a record: a list of parts. The order of the lines is that of an epoch without a seed. */
  readonly records: string;
  /** The folder of the parts' files. */
  readonly staged: string;
  readonly compression: 'None' | 'Gzip';
  readonly wrapper: 'None' | 'RecordIO';
  /** Each epoch has its own order, computed from the seed and the epoch's number. */
  readonly seed?: number;
  /** Which of the records this pipe gets: one in `count`. */
  readonly share?: { readonly index: number; readonly count: number };
}

export type Part = { readonly file: string } | { readonly text: string };

export async function readPlan(file: string): Promise<readonly PipePlan[]> {
  return (JSON.parse(await readFile(file, 'utf8')) as { pipes: PipePlan[] }).pipes;
}
