import type { OperationName } from '../../../models/types.ts';
import type { SageMakerOperation, SageMakerResources } from '../shared/deps.ts';
import type { TaggableKinds } from '../shared/tags/taggable.ts';

export interface TagsDeps extends Pick<SageMakerResources, 'database'> {
  /** Of all areas. */
  readonly kinds: TaggableKinds;
}

export type TagsOperation<N extends OperationName<'sagemaker'>> = SageMakerOperation<N, TagsDeps>;
