/** What the operations of Lambda work with. */
import type { AwsAccess } from '../../contract/aws.ts';
import type { Identity } from '../../contract/identity.ts';
import type { Operation } from '../../contract/operation.ts';
import type { Background } from '../../engine/background.ts';
import type { Executor } from '../../engine/executor.ts';
import type { Sandbox } from '../../engine/executors/bubblewrap.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { Sealer } from '../../kit/sealed.ts';
import type { OperationName } from '../../models/types.ts';
import type { Blobs } from '../../storage/blobs.ts';
import type { Database } from '../../storage/database.ts';
import type { Runtime } from '../service-module.ts';
import type { CodeFolders } from './code/code-folders.ts';
import type { Pool } from './execution/pool.ts';
import type { FunctionStore } from './functions/function-store.ts';
import type { EventQueue } from './invoke/event-queue.ts';

export interface LambdaResources {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly aws: AwsAccess;
  readonly background: Background;
  readonly identity: Identity;
  readonly executor: Executor;
  readonly sandbox: Sandbox | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly endpoint: Promise<string>;
  readonly runtime: Runtime;
  readonly sealer: Sealer;
  readonly settings: LambdaSettings;
}

export interface LambdaSettings {
  readonly functionConcurrency: number;
  readonly functionIdleMs: number;
}

export interface LambdaDeps extends LambdaResources {
  readonly functions: FunctionStore;
  readonly code: CodeFolders;
  readonly pool: Pool;
  readonly queue: EventQueue;
  /** Makes what functions of this runtime need, behind the request. */
  prepare(runtime: string | undefined): void;
}

export type LambdaOperation<N extends OperationName<'lambda'>> = Operation<'lambda', N, LambdaDeps>;

export const servicePrincipal = 'lambda.amazonaws.com';
