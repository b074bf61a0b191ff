/**
 * Where a process of a job or a model replica runs. Everything about a run is in its folder (`dir`), so that a server that was killed
 * finds out at its next start what happened meanwhile. A run is started at most once per folder, however often `start` is called.
 */
interface RunFolder {
  /** The run's own folder; it is the run's identity. Holds `log` (standard output and error) and what the executor keeps of the run. */
  readonly dir: string;
  /** The whole environment: nothing of the server's own is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Kept where the system allows it. Absent: as much as there is. */
  readonly limits?: RunLimits;
}

export interface RunLimits {
  readonly memoryBytes?: number;
  readonly cpus?: number;
  /** Threads count as well. */
  readonly processes?: number;
}

/** A file or folder of the machine as the run sees it. Both paths are absolute. */
export interface Mount {
  readonly from: string;
  readonly to: string;
  /** copy: the program may write, and what it writes lies in the run's folder; `from`, a folder, stays as it is. */
  readonly writable: boolean | 'copy';
}

/** What a run that is shut in sees of the machine: its mounts and what every program needs of the system, nothing else. */
export interface Enclosure {
  readonly mounts: readonly Mount[];
  /** Who the program is to itself: root as in a container where it is left out. Outside it is the platform's user, without any privilege. */
  readonly user?: number;
  /** It opens what must be shut in once more, and may ask the kernel for the namespaces that this takes. */
  readonly nests?: boolean;
  /** none: a loopback of its own and nothing else. */
  readonly network: 'open' | 'none';
  /** Further lines of /etc/hosts: name → address. */
  readonly hosts: Readonly<Record<string, string>>;
  /** What the program takes the machine's name for. Processes only. */
  readonly hostname?: string;
}

export interface ProcessSpec extends RunFolder {
  readonly kind: 'process';
  /** Program and arguments; absolute program path. Paths as the program sees them. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** Absent: the program is the platform's own and sees what the platform sees. */
  readonly enclosure?: Enclosure;
}

export interface ContainerSpec extends RunFolder {
  readonly kind: 'container';
  readonly image: string;
  /** Absent: the image's own. */
  readonly entrypoint?: readonly string[];
  /** What follows the entry point: `train`, `serve`, or what the request says. */
  readonly arguments: readonly string[];
  readonly enclosure: Enclosure;
}

export type RunSpec = ProcessSpec | ContainerSpec;

/** This run can never start as it is asked for; the message is for its owner and says what would help. */
export class RunRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RunRefused';
  }
}

export type RunStatus =
  | { readonly state: 'absent' }
  | { readonly state: 'running'; readonly pid: number; readonly startedAt: Date }
  /** exitCode is 128 + n for signal n. `lost`: supervisor and process vanished without writing a status (machine restart, kill -9 of both). */
  | {
      readonly state: 'exited';
      readonly exitCode: number;
      readonly endedAt: Date;
      /** The kernel killed a process of the run because the run had taken all the memory of its limit. */
      readonly outOfMemory?: true;
    }
  | { readonly state: 'lost' };

export interface Executor<Spec extends RunSpec = RunSpec> {
  /** Idempotent. Resolves when the run is under its supervisor or was already. Throws RunRefused. */
  start(spec: Spec): Promise<void>;
  status(dir: string): Promise<RunStatus>;
  /** To the run's processes. Does nothing where it has ended. */
  signal(dir: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Calls back soon after the run's end (or at once where it has ended). Adopted runs too. */
  onExit(dir: string, listener: () => void): () => void;
  /** The file that holds what the run printed. */
  logFile(dir: string): string;
  /** Of a run that has ended or never began: removes what is kept of it elsewhere, then its folder. */
  remove(dir: string): Promise<void>;
}
