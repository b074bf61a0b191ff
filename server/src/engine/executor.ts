/**
 * Where a process of a job or a model replica runs. Everything about a run is in its folder (`dir`), so that a server that was killed
 * finds out at its next start what happened meanwhile. A run is started at most once per folder, however often `start` is called.
 */
interface RunFolder {
  /** The run's own folder; it is the run's identity. Holds `log` (standard output and error) and what the executor keeps of the run. */
  readonly dir: string;
  /** The whole environment: the run inherits no variable of the server. */
  readonly env: Readonly<Record<string, string>>;
  /** Enforced where the system allows it. Absent: no limit. */
  readonly limits?: RunLimits;
}

export interface RunLimits {
  readonly memoryBytes?: number;
  readonly cpus?: number;
  /** Includes threads. */
  readonly processes?: number;
}

/** A file or folder of the machine as the run sees it. Both paths are absolute. */
export interface Mount {
  readonly from: string;
  readonly to: string;
  /** copy: the program may write, and what it writes goes to the run's folder; the folder `from` does not change. */
  readonly writable: boolean | 'copy';
}

/** What a sandboxed run sees of the machine: its mounts and what every program needs of the system, nothing else. */
export interface SandboxOptions {
  readonly mounts: readonly Mount[];
  /** The user id inside; absent: root, as in a container. Outside, the program runs as the platform's user, without any privilege. */
  readonly user?: number;
  /** The program creates a sandbox of its own: it may ask the kernel for the namespaces that this needs. */
  readonly nests?: boolean;
  /** none: a loopback of its own and nothing else. */
  readonly network: 'open' | 'none';
  /** Additional lines of /etc/hosts: name → address. */
  readonly hosts: Readonly<Record<string, string>>;
  /** The host name inside. Processes only. */
  readonly hostname?: string;
}

export type SandboxNetwork = Pick<SandboxOptions, 'network' | 'hosts'>;

export interface ProcessSpec extends RunFolder {
  readonly kind: 'process';
  /** Program and arguments; absolute program path. Paths as the program sees them. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** Absent: the program is the platform's own and sees what the platform sees. */
  readonly sandbox?: SandboxOptions;
}

export interface ContainerSpec extends RunFolder {
  readonly kind: 'container';
  readonly image: string;
  /** Absent: the image's own entry point. */
  readonly entrypoint?: readonly string[];
  /** The arguments after the entry point: `train`, `serve`, or those of the request. */
  readonly arguments: readonly string[];
  readonly sandbox: SandboxOptions;
}

export type RunSpec = ProcessSpec | ContainerSpec;

/** This run can never start as specified. Its owner sees the message, which says how to fix it. */
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
  /** Idempotent. Resolves when the run has a supervisor. Throws RunRefused. */
  start(spec: Spec): Promise<void>;
  status(dir: string): Promise<RunStatus>;
  /** Signals the run's processes. Does nothing if the run has ended. */
  signal(dir: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Calls `listener` soon after the run ends, or at once if it has ended. Works for adopted runs too. */
  onExit(dir: string, listener: () => void): () => void;
  /** The file with the run's output. */
  logFile(dir: string): string;
  /** Bytes that the run wrote outside of its folder: a container's own layer. 0 once the run has ended. */
  layerBytes(dir: string): Promise<number>;
  /** For a run that has ended or never started: removes what it has outside of its folder, then the folder. */
  remove(dir: string): Promise<void>;
}
