/** GetFunctionConfiguration: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
import type { LambdaOperation } from '../deps.ts';
import { shown } from './configuration.ts';
import { findFunction, functionAccess, versionOf } from './find-function.ts';

export const getFunctionConfiguration: LambdaOperation<'GetFunctionConfiguration'> = {
  access: functionAccess('GetFunctionConfiguration'),
  async handle(input, call, deps) {
    const found = await findFunction(input.FunctionName, input.Qualifier, call, deps);
    return shown(versionOf(found), deps.sealer);
  },
};
