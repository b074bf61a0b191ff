/** An area of SageMaker as service.ts sees it: its operations, what of it can be tagged and searched, and how it stops. */
import type { BoundOperation } from '../../../contract/operation.ts';
import { bindOperations, type OperationTable } from '../../../contract/service.ts';
import type { Searchable } from './search/searchable.ts';
import type { TaggableKind } from './tags/taggable.ts';

export interface Area {
  /** By AWS's name. */
  readonly operations: ReadonlyMap<string, BoundOperation>;
  /** By the first part of the ARN's resource (`training-job`). */
  readonly taggable?: Readonly<Record<string, TaggableKind>>;
  /** By the ResourceType of Search. */
  readonly searchable?: Readonly<Record<string, Searchable>>;
  /** Stops the area's reconcilers. Jobs and replicas continue, and are found at the next start. */
  stop?(): Promise<void>;
}

/** The compiler checks each name and each operation's types against AWS's model. */
export const areaOperations = <Deps>(deps: Deps, table: OperationTable<'sagemaker', Deps>) =>
  bindOperations<'sagemaker', Deps>(deps, table);
