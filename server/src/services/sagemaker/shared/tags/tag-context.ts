/** A resource's tags as condition keys: `aws:ResourceTag/…` and `sagemaker:ResourceTag/…`. Pure. */
import type { Access } from '../../../../contract/operation.ts';
import type { Tag } from './tag-store.ts';

export type TagContext = Required<Pick<Access, 'resourceTags' | 'context'>>;

export const tagContext = (tags: readonly Tag[]): TagContext => ({
  resourceTags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
  context: Object.fromEntries(tags.map(({ Key, Value }) => [`sagemaker:ResourceTag/${Key}`, Value])),
});
