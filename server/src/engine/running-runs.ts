/**
 * Which runs of jobs, models and functions continue: the credentials that a run was given end with it. Asked for each request that a run signs, so what
 * runs is kept in memory; what has ended is not, and is looked up again.
 */

/** Whether the run continues, from the database. `id` is the run's text after its kind. */
type LookUp = (id: string) => Promise<boolean>;

export interface RunningRuns {
  /** Of a service, for the runs whose text begins with this word and a space. */
  register(kind: string, lookUp: LookUp): void;
  isRunning(run: string): boolean | Promise<boolean>;
  /** After the end is in the database. */
  end(run: string): void;
  /** Another server has ended runs. */
  forgetAll(): void;
}

export function runningRuns(): RunningRuns {
  const kinds = new Map<string, LookUp>();
  const known = new Map<string, true | Promise<boolean>>();

  async function lookUp(run: string): Promise<boolean> {
    const at = run.indexOf(' ');
    return (await kinds.get(run.slice(0, at))?.(run.slice(at + 1))) ?? false;
  }

  return {
    register(kind, lookUpRun) {
      kinds.set(kind, lookUpRun);
    },
    isRunning(run) {
      const found = known.get(run);
      if (found !== undefined) return found;
      const looking: Promise<boolean> = lookUp(run).then(
        (isRunning) => {
          // Its end may have been reported meanwhile.
          if (known.get(run) !== looking) return isRunning;
          if (isRunning) known.set(run, true);
          else known.delete(run);
          return isRunning;
        },
        (error: unknown) => {
          if (known.get(run) === looking) known.delete(run);
          throw error;
        },
      );
      known.set(run, looking);
      return looking;
    },
    end(run) {
      known.delete(run);
    },
    forgetAll() {
      known.clear();
    },
  };
}
