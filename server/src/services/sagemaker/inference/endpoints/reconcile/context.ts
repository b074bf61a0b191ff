/** What the steps of the endpoint reconciler work with, and what this server knows of running replicas, in memory. */
import type { Replica } from '../../../../../serving/replica.ts';
import type { SageMakerResources } from '../../../shared/deps.ts';
import { endpointStore } from '../endpoint-store.ts';

export interface EndpointContext {
  readonly resources: SageMakerResources;
  readonly store: ReturnType<typeof endpointStore>;
  /** Connections to replicas that answer, by replica id. */
  readonly connected: Map<string, Replica>;
  /** By replica id: stops waiting for the end of the replica's process. */
  readonly watched: Map<string, () => void>;
  /** By replica id: when the replica was first asked to end, in ms since 1970. */
  readonly endingSince: Map<string, number>;
  wake(arn: string): void;
}

export const endpointContext = (resources: SageMakerResources, wake: (arn: string) => void): EndpointContext => ({
  resources,
  store: endpointStore(resources.database),
  connected: new Map(),
  watched: new Map(),
  endingSince: new Map(),
  wake,
});

/** While something is in progress, look again this soon: a new socket sends no signal. */
export const lookAgainMs = 20;

/** A deployment cannot be brought up; the message is for the endpoint's owner. */
export class ReplicaFailed extends Error {}
