/** Search over the resources of all areas. */
import { type Area, areaOperations } from '../shared/area.ts';
import type { SearchDeps } from './deps.ts';
import { getSearchSuggestions } from './get-search-suggestions.ts';
import { search } from './search.ts';

export const searchArea = (deps: SearchDeps): Area => ({
  operations: areaOperations(deps, { GetSearchSuggestions: getSearchSuggestions, Search: search }),
});
