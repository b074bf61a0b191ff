/** Areas of SageMaker whose resources are jobs. Each brings its operations and its definition; the queue and the reconcilers are the same for all. */
import type { OperationTable } from '../../../contract/service.ts';
import { type Area, areaOperations } from '../shared/area.ts';
import type { SageMakerResources, WakingResources } from '../shared/deps.ts';
import type { JobDefinition } from './job-definition.ts';
import { startJobReconciler } from './job-reconciler.ts';
import { openJobQueue } from './open-job-queue.ts';

export interface JobArea extends Pick<Area, 'taggable' | 'searchable'> {
  readonly operations: OperationTable<'sagemaker', WakingResources>;
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own type of request, which only its own functions read.
  define(resources: SageMakerResources): JobDefinition<any>;
}

/** All kinds share the queue, so they start together. */
export function startJobAreas(resources: SageMakerResources, areas: readonly JobArea[]): Area[] {
  const kinds = areas.map(({ define, ...area }) => ({ ...area, definition: define(resources) }));
  const queue = openJobQueue(
    resources,
    kinds.map(({ definition }) => definition),
  );
  return kinds.map(({ operations, definition, ...rest }) => {
    const reconciler = startJobReconciler(resources, definition, queue);
    return {
      ...rest,
      operations: areaOperations({ ...resources, wake: reconciler.wake }, operations),
      stop: reconciler.stop,
    };
  });
}
