/** GetFunction: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html */
import type { LambdaOperation } from '../deps.ts';
import { shown } from './configuration.ts';
import { findFunction, functionAccess, versionOf } from './find-function.ts';

export const getFunction: LambdaOperation<'GetFunction'> = {
  access: functionAccess('GetFunction'),
  async handle(input, call, deps) {
    const found = await findFunction(input.FunctionName, input.Qualifier, call, deps);
    const version = versionOf(found);
    const { row, tags } = found.fn;
    return {
      Configuration: shown(version, deps.sealer),
      Code: { RepositoryType: 'S3' },
      ...(Object.keys(tags).length > 0 && { Tags: { ...tags } }),
      ...(row.reserved_concurrency !== null && {
        Concurrency: { ReservedConcurrentExecutions: row.reserved_concurrency },
      }),
    };
  },
};
