/** What the operations and reconcilers of every area work with. */
import type { AwsAccess } from '../../../contract/aws.ts';
import type { RoleRun } from '../../../contract/identity.ts';
import type { Operation } from '../../../contract/operation.ts';
import type { Background } from '../../../engine/background.ts';
import type { Executor } from '../../../engine/executor.ts';
import type { Sandbox } from '../../../engine/executors/bubblewrap.ts';
import type { Outbox } from '../../../engine/outbox.ts';
import type { RunningRuns } from '../../../engine/running-runs.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Log } from '../../../kit/log.ts';
import type { OperationName } from '../../../models/types.ts';
import type { RoutingTable } from '../../../serving/routing-table.ts';
import type { Changes } from '../../../storage/changes.ts';
import type { Database } from '../../../storage/database.ts';
import type { ImageTable } from './images.ts';

/** What module.ts passes in. */
export interface SageMakerResources {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly background: Background;
  readonly changes: Changes;
  readonly aws: AwsAccess;
  readonly executor: Executor;
  readonly images: ImageTable;
  /** The variables by which the AWS SDKs in user code find the platform and the role's credentials. */
  readonly roleEnvironment: (run: RoleRun) => Promise<Record<string, string>>;
  readonly running: RunningRuns;
  readonly routing: RoutingTable;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: SageMakerSettings;
}

export interface SageMakerSettings {
  /** Folders of jobs and replicas live below this one. */
  readonly runsDir: string;
  /** Node's program and the runtime's main file: `<nodePath> <runtimeMain> train|serve|probe|evaluate …`. */
  readonly nodePath: string;
  readonly runtimeMain: string;
  /** Environment that the platform's own algorithms get (PATH, HOME, cache folder, pip's settings). */
  readonly runtimeEnvironment: Readonly<Record<string, string>>;
  /** Absent: programs of jobs run without a sandbox. */
  readonly sandbox?: Sandbox | undefined;
  /** Files and folders that the runtime needs inside a sandbox. */
  readonly runtimePaths: readonly string[];
  /** Pythons of this machine to use for environments, by the name of the environment or of its framework. */
  readonly pythonEnvironments: Readonly<Record<string, string>>;
  /** Where fetched libraries and made environments are kept. */
  readonly cacheDir: string;
  /** Shared by all jobs. Jobs that do not fit wait in the order of creation. */
  readonly jobCores: number;
  readonly jobMemoryGiB: number;
  /** Refuse CreateModel from a model package that is not Approved (AWS does not). */
  readonly requireApprovedModelPackage: boolean;
}

/** Of an area with a reconciler. */
export interface WakingResources extends SageMakerResources {
  /** The reconciler looks at this ARN soon. */
  readonly wake: (arn: string) => void;
}

export type SageMakerOperation<N extends OperationName<'sagemaker'>, Deps = SageMakerResources> = Operation<
  'sagemaker',
  N,
  Deps
>;
