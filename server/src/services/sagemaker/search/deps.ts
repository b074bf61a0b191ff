import type { OperationName } from '../../../models/types.ts';
import type { SageMakerOperation, SageMakerResources } from '../shared/deps.ts';
import type { Searchables } from '../shared/search/searchable.ts';
import type { TaggableKinds } from '../shared/tags/taggable.ts';

export interface SearchDeps extends Pick<SageMakerResources, 'database'> {
  /** Of all areas. */
  readonly searchables: Searchables;
  readonly taggable: TaggableKinds;
}

export type SearchOperation<N extends OperationName<'sagemaker'>> = SageMakerOperation<N, SearchDeps>;
