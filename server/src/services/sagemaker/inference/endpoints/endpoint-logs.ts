/** An endpoint's log group, which is created with the endpoint (the Python SDK waits for it), and the streams of its replicas: `<variant>/<replica>`. */
import type { SageMakerResources } from '../../shared/deps.ts';
import { ensureLogStream, shipLog } from '../../shared/log-shipper.ts';
import { type Endpoint, endpointLogGroup } from './endpoint.ts';
import { endpointStore, type ReplicaRow } from './endpoint-store.ts';
import { replicaLog } from './replica-run.ts';

const aws = ({ aws: access }: SageMakerResources, endpoint: Endpoint) =>
  access.asService(endpoint.account, 'sagemaker.amazonaws.com', endpoint.region);

export async function ensureEndpointLog(resources: SageMakerResources, endpoint: Endpoint): Promise<void> {
  const store = endpointStore(resources.database);
  const group = endpointLogGroup(endpoint.name);
  for (const row of await store.listReplicas(endpoint.arn)) {
    await ensureLogStream(aws(resources, endpoint), { group, stream: `${row.variant}/${row.id}` });
  }
}

export async function shipReplicaLog(
  resources: SageMakerResources,
  endpoint: Endpoint,
  row: ReplicaRow,
  ended: boolean,
): Promise<void> {
  const store = endpointStore(resources.database);
  const to = { group: endpointLogGroup(endpoint.name), stream: `${row.variant}/${row.id}` };
  const file = replicaLog(resources, row.id);
  const as = aws(resources, endpoint);
  try {
    for (let { logOffset } = row; ; ) {
      const { offset, more } = await shipLog(as, to, file, logOffset, resources.clock.now(), ended);
      if (offset !== logOffset) await resources.database.write([store.keepLogOffset(row.id, offset)]);
      logOffset = offset;
      if (!ended || !more) return;
    }
  } catch (error) {
    // A log that cannot be written must not take the model out of service.
    resources.log.warn('endpoint logs: upload failed', { endpoint: endpoint.name, error });
  }
}
