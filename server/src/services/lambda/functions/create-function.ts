/** CreateFunction: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
import { orderedHex, uuid } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import { storeCode } from '../code/read-code.ts';
import type { LambdaOperation } from '../deps.ts';
import { layerAccess } from '../layers/layer-access.ts';
import { resolveLayers } from '../layers/resolve-layers.ts';
import { conflict, invalidParameter } from '../refusals.ts';
import type { FunctionRow, VersionRow } from '../tables.ts';
import { publishedRow } from '../versions/publish.ts';
import { checkRuntime, firstConfiguration, refuseMissing, shown } from './configuration.ts';
import { accessTo } from './find-function.ts';
import { functionArn, parseFunctionName, readFunctionName } from './function-name.ts';
import { insertFunction, insertVersion } from './function-store.ts';
import { checkRole, passRole } from './role.ts';
import { sealVariables } from './variables.ts';

const nameLimit = 64;

export const createFunction: LambdaOperation<'CreateFunction'> = {
  access: (input, call) => [
    {
      ...accessTo(
        'CreateFunction',
        { ...parseFunctionName(input.FunctionName, call), qualifier: undefined },
        undefined,
      ),
      context: { ...layerAccess(input.Layers) },
    },
    ...passRole(input.Role),
    ...(input.Tags && Object.keys(input.Tags).length > 0
      ? [accessTo('TagResource', { ...parseFunctionName(input.FunctionName, call), qualifier: undefined }, undefined)]
      : []),
  ],
  async handle(input, call, deps) {
    const named = readFunctionName(input.FunctionName, undefined, call);
    if (named.qualifier !== undefined)
      throw invalidParameter(
        `1 validation error detected: Value '${input.FunctionName}' at 'functionName' failed to satisfy constraint: Member must not have a qualifier`,
      );
    if (named.name.length > nameLimit)
      throw invalidParameter(
        `1 validation error detected: Value '${named.name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${nameLimit}`,
      );
    refuseMissing(input as never);
    checkRuntime(input.Runtime, input.Handler);
    const arn = functionArn(named);
    if (await deps.functions.find(named)) throw conflict(`Function already exist: ${named.name}`);
    await checkRole(input.Role, arn, call, deps);
    const id = orderedHex();
    const sealed = sealVariables(deps.sealer, id, input.Environment?.Variables as Record<string, string> | undefined);
    const layers = await resolveLayers(input.Layers, call, deps);
    const code = await storeCode(input.Code as never, call, deps);
    const revisionId = uuid();
    const fixed = { name: named.name, arn, region: named.region, now: call.now, revisionId };
    const configuration = { ...firstConfiguration(input as never, code, fixed), ...(layers && { Layers: layers }) };
    const row: FunctionRow = {
      id,
      account: named.account,
      region: named.region,
      name: named.name,
      next_version: input.Publish ? 2 : 1,
      reserved_concurrency: null,
      tags: JSON.stringify(input.Tags ?? {}),
    };
    const version: VersionRow = {
      function_id: id,
      version: '$LATEST',
      number: 0,
      document: JSON.stringify(configuration),
      sealed_environment: sealed,
      code_id: code.id,
      revision_id: revisionId,
    };
    const published = input.Publish ? [publishedRow({ row }, { ...version, configuration }, 1, {}, call.now)] : [];
    const rows = [version, ...published];
    try {
      await deps.functions.write(named, [insertFunction(row), ...rows.map(insertVersion)]);
    } catch (error) {
      await deps.code.remove(code.id);
      if (error instanceof Conflict) throw conflict(`Function already exist: ${named.name}`);
      throw error;
    }
    deps.prepare(configuration.Runtime);
    const last = rows.at(-1) ?? version;
    return shown({ ...last, configuration: JSON.parse(last.document) }, deps.sealer, 'creating');
  },
};
