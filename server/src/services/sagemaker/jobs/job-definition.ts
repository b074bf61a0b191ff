/** A kind of job, complete: what the lifecycle must know of it, and what its jobs do in each phase. */
import type { JobTraits } from './job-traits.ts';
import type { PhaseTable } from './phases/phase.ts';

export interface JobDefinition<Request> extends JobTraits<Request> {
  /** Those of phases/program-phases.ts for a kind that runs programs; a kind without a program replaces them. */
  readonly phases: PhaseTable<Request>;
}
