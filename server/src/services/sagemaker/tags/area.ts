/** Tags: what AddTags, ListTags and DeleteTags do with the resources of all areas. */
import { type Area, areaOperations } from '../shared/area.ts';
import { addTags } from './add-tags.ts';
import { deleteTags } from './delete-tags.ts';
import type { TagsDeps } from './deps.ts';
import { listTags } from './list-tags.ts';

export const tagsArea = (deps: TagsDeps): Area => ({
  operations: areaOperations(deps, { AddTags: addTags, DeleteTags: deleteTags, ListTags: listTags }),
});
