/** DeleteEndpoint: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpoint.html */
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation, WakingResources } from '../../shared/deps.ts';
import { type Endpoint, endpointArn, endpointEvent } from './endpoint.ts';
import { endpointStore } from './endpoint-store.ts';

export const deleteEndpoint: SageMakerOperation<'DeleteEndpoint', WakingResources> = {
  access: (input, call) => [{ action: 'sagemaker:DeleteEndpoint', resource: endpointArn(call, input.EndpointName) }],
  async handle(input, call, deps) {
    const store = endpointStore(deps.database);
    const arn = endpointArn(call, input.EndpointName);
    for (;;) {
      const endpoint = await store.find(arn);
      if (!endpoint) throw call.error('ValidationException', `Could not find endpoint "${arn}".`);
      if (endpoint.status === 'Deleting') break;
      const next: Endpoint = { ...endpoint, status: 'Deleting', modifiedAt: call.now };
      try {
        await deps.outbox.write([store.update(next)], endpointEvent(next));
        break;
      } catch (error) {
        // The reconciler changed the endpoint between the read and the write: look again.
        if (!(error instanceof Conflict)) throw error;
      }
    }
    deps.wake(arn);
    return {};
  },
};
