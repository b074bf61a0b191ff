/** Reserved concurrency: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
import type { LambdaOperation } from '../deps.ts';
import { findFunction, functionAccess } from '../functions/find-function.ts';
import { changeFunction } from '../functions/function-store.ts';
import { invalidParameter } from '../refusals.ts';

/** AWS's limit of an account, and what must stay unreserved of it. */
export const accountConcurrency = 1000;
const leastUnreserved = 100;

export const putFunctionConcurrency: LambdaOperation<'PutFunctionConcurrency'> = {
  access: functionAccess('PutFunctionConcurrency'),
  async handle(input, call, deps) {
    const { named, fn } = await findFunction(input.FunctionName, undefined, call, deps);
    if (named.qualifier !== undefined)
      throw invalidParameter(
        'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
      );
    const reserved = input.ReservedConcurrentExecutions;
    if (accountConcurrency - reserved < leastUnreserved)
      throw invalidParameter(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${leastUnreserved}].`,
      );
    await deps.functions.write(named, [changeFunction(fn.row.id, { reserved_concurrency: reserved })]);
    return { ReservedConcurrentExecutions: reserved };
  },
};

export const getFunctionConcurrency: LambdaOperation<'GetFunctionConcurrency'> = {
  access: functionAccess('GetFunctionConcurrency'),
  async handle(input, call, deps) {
    const { fn } = await findFunction(input.FunctionName, undefined, call, deps);
    const reserved = fn.row.reserved_concurrency;
    return reserved === null ? {} : { ReservedConcurrentExecutions: reserved };
  },
};

export const deleteFunctionConcurrency: LambdaOperation<'DeleteFunctionConcurrency'> = {
  access: functionAccess('DeleteFunctionConcurrency'),
  async handle(input, call, deps) {
    const { named, fn } = await findFunction(input.FunctionName, undefined, call, deps);
    await deps.functions.write(named, [changeFunction(fn.row.id, { reserved_concurrency: null })]);
    return {};
  },
};
