/**
 * Which runs of jobs, models and functions continue: a run's credentials end with it. Checked for each request that a run signs, so
 * running runs are kept in memory; others are looked up again.
 */

/** Looks up in the database whether the run continues. `id` is the run's text after its kind. */
type LookUp = (id: string) => Promise<boolean>;

export interface RunningRuns {
  /** Registers a service's kind of runs: those whose text begins with `kind` and a space. */
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
