/** What a service's folder gives to the platform: its `module.ts` exports one of these, and modules.ts lists it. */
import type { Audit } from '../contract/audit.ts';
import type { AwsAccess } from '../contract/aws.ts';
import type { Identity, RoleRun, Sessions } from '../contract/identity.ts';
import type { Service } from '../contract/service.ts';
import type { Background } from '../engine/background.ts';
import type { Executor } from '../engine/executor.ts';
import type { Sandbox } from '../engine/executors/bubblewrap.ts';
import type { Outbox } from '../engine/outbox.ts';
import type { RunningRuns } from '../engine/running-runs.ts';
import type { Schedules } from '../engine/schedules.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import type { Setting, SettingValues } from '../kit/setting.ts';
import type { ServiceName } from '../models/catalog.ts';
import type { RoutingTable } from '../serving/routing-table.ts';
import type { Blobs } from '../storage/blobs.ts';
import type { Changes } from '../storage/changes.ts';
import type { Database } from '../storage/database.ts';
import type { Migration } from '../storage/migration.ts';

export interface ServiceModule<Settings extends Readonly<Record<string, Setting>> = Readonly<Record<string, never>>> {
  readonly name: ServiceName;
  /** Of its tables, in their order. No service depends on the tables of another. */
  readonly migrations?: readonly Migration[];
  readonly settings?: Settings;
  /** Called once, in the order of modules.ts, when the database has the schema of every service. */
  start(platform: PlatformParts, settings: SettingValues<Settings>): StartedService | Promise<StartedService>;
}

export interface StartedService {
  readonly service: Service;
  /** What it does for the gateway and for the services after it, beside its operations. */
  readonly provides?: Partial<Provided>;
  /** Writes what is in memory and stops its reconcilers. Jobs and models continue. Called in the reverse order of the starts. */
  stop?(): Promise<void>;
}

/** What one service does for the whole platform. */
export interface Provided {
  readonly identity: Identity;
  readonly sessions: Sessions;
  readonly credentials: RunCredentials;
  readonly audit: Audit;
}

/** The credentials of user code that runs under a role. */
export interface RunCredentials {
  /** The variables by which any AWS SDK finds the platform, the region and the role's credentials. Waits until the platform's address is known. */
  environment(run: RoleRun): Promise<Record<string, string>>;
  /** The answer of the container credentials endpoint; undefined for a token that is unknown or expired. Throws AwsError if the role was deleted. */
  answer(token: string): Promise<Record<string, string> | undefined>;
}

export interface PlatformParts {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly outbox: Outbox;
  /** For reconcilers: whether this server does the work that belongs to no request. */
  readonly background: Background;
  /** What other servers on the same database change, for caches. */
  readonly changes: Changes;
  readonly schedules: Schedules;
  readonly clock: Clock;
  readonly log: Log;
  /** The operations of all services. */
  readonly aws: AwsAccess;
  /** Throws if no service that started before provides it. */
  readonly provided: Provided;
  readonly executor: Executor;
  /** Why no container can run on this machine; undefined where they can. */
  readonly containerRefusal: string | undefined;
  /** Absent: programs of users run without a sandbox. */
  readonly sandbox: Sandbox | undefined;
  readonly runs: RunningRuns;
  readonly routing: RoutingTable;
  /** The platform's own account and region. */
  readonly account: string;
  readonly region: string;
  /** 32 bytes from a file that only the platform's owner can read: keys for each purpose are derived from it. */
  readonly platformKey: Buffer;
  /** The account's root key. */
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The address of the listener, once it listens. */
  readonly endpoint: Promise<string>;
  readonly runtime: Runtime;
}

/** Where the programs of jobs, models and functions run, and what they need. */
export interface Runtime {
  /** A folder for each run, below a folder for each kind. */
  readonly runsDir: string;
  /** Node's program and the runtime's main file: `<nodePath> <runtimeMain> train|serve|probe|evaluate …`. */
  readonly nodePath: string;
  readonly runtimeMain: string;
  /** Environment that the platform's own algorithms get (PATH, HOME, cache folder, pip's settings). */
  readonly runtimeEnvironment: Readonly<Record<string, string>>;
  /** Files and folders that the runtime needs inside a sandbox. */
  readonly runtimePaths: readonly string[];
  /** Where downloaded libraries and Python environments are kept. */
  readonly cacheDir: string;
}
