/**
 * Where a process of a job or a model replica runs. Everything about a run is in its folder (`dir`), so that a server that was killed
 * finds out at its next start what happened meanwhile. A run is started at most once per folder, however often `start` is called.
 */
export interface RunSpec {
  /** The run's own folder; it is the run's identity. Holds `log` (standard output and error), `pid`, `exit`. */
  readonly dir: string;
  /** Program and arguments; absolute program path. */
  readonly command: readonly [string, ...string[]];
  /** The whole environment: nothing of the server's own is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export type RunStatus =
  | { readonly state: 'absent' }
  | { readonly state: 'running'; readonly pid: number; readonly startedAt: Date }
  /** exitCode is 128 + n for signal n. `lost`: supervisor and process vanished without writing a status (machine restart, kill -9 of both). */
  | { readonly state: 'exited'; readonly exitCode: number; readonly endedAt: Date }
  | { readonly state: 'lost' };

export interface Executor {
  /** Idempotent. Resolves when the run is under its supervisor or was already. */
  start(spec: RunSpec): Promise<void>;
  status(dir: string): Promise<RunStatus>;
  /** To the whole process group of the run. Does nothing where it has ended. */
  signal(dir: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Calls back soon after the run's end (or at once where it has ended). Adopted runs too. */
  onExit(dir: string, listener: () => void): () => void;
  /** The file that holds what the run printed. */
  logFile(dir: string): string;
}
