/** UpdateFunctionConfiguration: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html */
import type { LambdaOperation } from '../deps.ts';
import { refusalOfRuntime } from '../execution/runtimes.ts';
import { layerAccess } from '../layers/layer-access.ts';
import { resolveLayers } from '../layers/resolve-layers.ts';
import { invalidParameter } from '../refusals.ts';
import { changeLatest } from './change-version.ts';
import { changed, refuseMissing, shown } from './configuration.ts';
import { findFunction, functionAccess } from './find-function.ts';
import { functionArn } from './function-name.ts';
import { checkRole, passRole } from './role.ts';
import { sealVariables } from './variables.ts';

const access = functionAccess('UpdateFunctionConfiguration');

export const updateFunctionConfiguration: LambdaOperation<'UpdateFunctionConfiguration'> = {
  async access(input, call, deps) {
    const own = await access(input, call, deps);
    return [...own.map((one) => ({ ...one, context: layerAccess(input.Layers) })), ...passRole(input.Role)];
  },
  async handle(input, call, deps) {
    const found = await findFunction(input.FunctionName, undefined, call, deps);
    const { fn, named } = found;
    refuseMissing(input as never);
    const refusal = input.Runtime && refusalOfRuntime(input.Runtime);
    if (refusal) throw invalidParameter(refusal);
    if (input.Role) await checkRole(input.Role, functionArn(fn.row), call, deps);
    const layers = await resolveLayers(input.Layers, call, deps);
    const variables = input.Environment?.Variables as Record<string, string> | undefined;
    const sealed = input.Environment && { sealed_environment: sealVariables(deps.sealer, fn.row.id, variables) };
    const version = await changeLatest(
      found,
      {
        revisionId: input.RevisionId,
        publish: false,
        change: ({ configuration }, revisionId) => ({
          configuration: {
            ...changed(configuration, input as never, {
              name: named.name,
              arn: functionArn(fn.row),
              region: named.region,
              now: call.now,
              revisionId,
            }),
            ...(layers && { Layers: layers }),
          },
          ...sealed,
        }),
      },
      call,
      deps,
    );
    return shown(version, deps.sealer, 'updating');
  },
};
