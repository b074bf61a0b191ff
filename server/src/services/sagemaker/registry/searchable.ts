/** Model packages and their groups, as Search finds them. */
import { inPages, type Searchables, withTags } from '../shared/search/searchable.ts';
import { modelPackageGroupAnswer, modelPackageGroupStore } from './model-package-groups/model-package-group.ts';
import { describePackage } from './model-packages/model-package.ts';
import { modelPackageStore } from './model-packages/model-package-store.ts';

export const searchable: Searchables = {
  ModelPackageGroup: {
    member: 'ModelPackageGroup',
    prefix: 'model-package-group/',
    // Groups never change, so they have no LastModifiedTime.
    sortBy: 'CreationTime',
    async *pages(database, at, limit) {
      for await (const groups of inPages(limit, (after) => modelPackageGroupStore(database).scan(at, after, limit))) {
        yield groups.map((group) => ({ arn: group.arn, record: modelPackageGroupAnswer(group) }));
      }
    },
    withTags,
  },
  ModelPackage: {
    member: 'ModelPackage',
    prefix: 'model-package/',
    sortBy: 'LastModifiedTime',
    async *pages(database, at, limit) {
      for await (const versions of inPages(limit, (after) => modelPackageStore(database).scan(at, after, limit))) {
        yield versions.map((version) => ({ arn: version.arn, record: describePackage(version) }));
      }
    },
    withTags,
  },
};
