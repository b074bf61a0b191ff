/** Refuses instances that this machine cannot run. */
import { instancesOf } from '../cluster.ts';
import type { TrainingJobRequest } from '../training-job.ts';
import type { Refuse } from './refuse.ts';

/** Each is a process group with an address in one network of 254. */
const maxInstances = 64;

/** `sandboxed`: programs have mounts and host names of their own. */
export function checkResources(request: TrainingJobRequest, sandboxed: boolean, refuse: Refuse): void {
  const { ResourceConfig: resources, EnableNetworkIsolation: isolated } = request;
  if (!resources) throw refuse('ResourceConfig is required.');
  const groups = resources.InstanceGroups ?? [];
  if (groups.length > 0 && (resources.InstanceType || resources.InstanceCount !== undefined))
    throw refuse('ResourceConfig takes either InstanceGroups, or InstanceType and InstanceCount, not both.');
  if (groups.length === 0 && (!resources.InstanceType || !resources.InstanceCount))
    throw refuse('ResourceConfig needs an InstanceType and an InstanceCount of at least 1, or InstanceGroups.');
  const names = groups.map(({ InstanceGroupName: name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw refuse(`Instance group names must be unique; ${twice} is used more than once.`);
  const count = instancesOf(request).length;
  if (count === 0) throw refuse('InstanceGroups must have at least one instance together.');
  if (count === 1) return;
  if (count > maxInstances)
    throw refuse(`More than ${maxInstances} instances are not supported by Clary: asked for ${count}.`);
  if (!sandboxed)
    throw refuse(
      `${count} instances need bubblewrap on Clary's machine, which gives them names and folders of their own: install it (apt-get install bubblewrap) ` +
        `and start Clary with --sandbox auto, or set InstanceCount to 1.`,
    );
  if (isolated)
    throw refuse(
      `EnableNetworkIsolation with ${count} instances is not supported by Clary yet: they could not reach each other.`,
    );
}
