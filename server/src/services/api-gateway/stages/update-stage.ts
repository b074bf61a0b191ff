/** https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html */
import type { Call } from '../../../contract/call.ts';
import { accessTo, stagePath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { invalidPath, type Patch, readPatches, requireOp } from '../patch.ts';
import { badRequest } from '../refusals.ts';
import { changeStage, checkVariables, type StageDocument, toStage } from './stage.ts';

export const updateStage: ApiGatewayOperation<'UpdateStage'> = {
  access: accessTo('PATCH', stagePath),
  async handle(input, call, deps) {
    const row = await changeStage(deps, call, input, (stage) => {
      for (const patch of readPatches(input.patchOperations)) apply(patch, stage, call);
    });
    return toStage(row);
  },
};

function apply(patch: Patch, stage: StageDocument, call: Call): void {
  const [member = '', name, ...rest] = patch.path;
  if (member === 'variables' && name && rest.length === 0) {
    changeVariable(patch, name, stage, call);
  } else if (member === 'deploymentId' && name === undefined) {
    requireOp(call, patch, 'replace');
    stage.deploymentId = patch.value ?? '';
  } else if (member === 'description' && name === undefined) {
    requireOp(call, patch, 'replace');
    stage.description = patch.value;
  } else {
    const known = member === 'variables' || member === 'deploymentId' || member === 'description';
    throw known ? invalidPath(call, patch) : badRequest(call, `${patch.text} is not supported.`);
  }
}

function changeVariable(patch: Patch, name: string, stage: StageDocument, call: Call): void {
  requireOp(call, patch, 'add', 'replace', 'remove');
  const others = Object.entries(stage.variables ?? {}).filter(([one]) => one !== name);
  if (patch.op !== 'remove') others.push([name, patch.value ?? '']);
  const variables = Object.fromEntries(others);
  checkVariables(variables, call);
  stage.variables = variables;
}
