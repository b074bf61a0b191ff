/** Areas whose resources are jobs: each kind brings its operations and its work (job-work.ts); the queue and the reconcilers are here. */
import type { OperationTable } from '../../../contract/service.ts';
import { type Area, areaOperations } from '../shared/area.ts';
import type { SageMakerResources, WakingResources } from '../shared/deps.ts';
import { startJobReconciler } from './job-reconciler.ts';
import type { JobWork } from './job-work.ts';
import { openJobQueue } from './open-job-queue.ts';

export interface JobArea extends Pick<Area, 'taggable' | 'searchable'> {
  readonly operations: OperationTable<'sagemaker', WakingResources>;
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a request of its own, which only its own work reads.
  work(resources: SageMakerResources): JobWork<any>;
}

/** All kinds share the queue, so they start together. */
export function startJobAreas(resources: SageMakerResources, kinds: readonly JobArea[]): Area[] {
  const works = kinds.map((kind) => kind.work(resources));
  const queue = openJobQueue(resources, works);
  return kinds.map(({ operations, work: _, ...rest }, i) => {
    const reconciler = startJobReconciler(resources, works[i] as JobWork<unknown>, queue);
    return {
      ...rest,
      operations: areaOperations({ ...resources, wake: reconciler.wake }, operations),
      stop: reconciler.stop,
    };
  });
}
