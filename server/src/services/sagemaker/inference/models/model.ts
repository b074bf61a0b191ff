/** A SageMaker model: an artifact, the image that serves it and the role that reads it. Immutable. */
import type { Input } from '../../../../models/types.ts';
import type { Database } from '../../../../storage/database.ts';
import { type Named, namedStore } from '../../shared/named-store.ts';

export type ModelRequest = Input<'sagemaker', 'CreateModel'>;

/** The one container that serves, with the package's image and artifact filled in. */
export interface ServedContainer {
  readonly image: string;
  readonly modelDataUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Model extends ModelRequest {
  readonly served: ServedContainer;
}

export const modelStore = (database: Database) => namedStore<Model>(database, 'sagemaker_models');

/** DescribeModel's answer. */
export function modelAnswer({ arn, createdAt, request: { served: _, Tags: __, ...request } }: Named<Model>) {
  return {
    ...request,
    ModelArn: arn,
    CreationTime: createdAt,
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
  };
}
