/** The phases of a kind whose instances run programs. A kind can replace any of them: `{ ...programPhases(program), Uploading: … }`. */
import { downloading } from './downloading.ts';
import type { PhaseTable } from './phase.ts';
import type { Program } from './program.ts';
import { running } from './running.ts';
import { starting } from './starting.ts';
import { uploading } from './uploading.ts';

export const programPhases = <Request>(program: Program<Request>): PhaseTable<Request> => ({
  Starting: starting,
  Downloading: downloading(program.prepare),
  Running: running(program),
  Uploading: uploading(program.finish),
});
