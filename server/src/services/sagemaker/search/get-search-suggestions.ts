/**
 * GetSearchSuggestions: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_GetSearchSuggestions.html
 * The properties of AWS's model, and the names in use that users chose (tags, hyperparameters, metrics).
 */
import { formatArn } from '../../../contract/arn.ts';
import { propertyNames } from '../shared/search/property.ts';
import { listTagKeys } from '../shared/tags/tag-store.ts';
import type { SearchOperation } from './deps.ts';
import { readSearchable, structureOfRecords } from './search.ts';

const maxTagKeys = 100;

export const getSearchSuggestions: SearchOperation<'GetSearchSuggestions'> = {
  access: () => [{ action: 'sagemaker:GetSearchSuggestions', resource: '*' }],
  async handle(input, call, deps) {
    const searchable = readSearchable(deps.searchables, input.Resource, call);
    const hint = input.SuggestionQuery?.PropertyNameQuery?.PropertyNameHint ?? '';
    const root = await structureOfRecords(searchable);
    const names = propertyNames(root);
    const arns = formatArn('sagemaker', call.region, call.account, searchable.prefix);
    if (overlaps(hint, 'Tags.')) {
      names.push(...(await listTagKeys(deps.database, arns, maxTagKeys)).map((key) => `Tags.${key}`));
    }
    const { namesInUse } = searchable;
    if (namesInUse?.prefixes.some((prefix) => overlaps(hint, prefix))) {
      names.push(...(await namesInUse.list(deps.database, call)));
    }
    const suggested = [...new Set(names)].filter((name) => name.startsWith(hint)).sort();
    return { PropertyNameSuggestions: suggested.map((PropertyName) => ({ PropertyName })) };
  },
};

const overlaps = (hint: string, prefix: string) => hint.startsWith(prefix) || prefix.startsWith(hint);
