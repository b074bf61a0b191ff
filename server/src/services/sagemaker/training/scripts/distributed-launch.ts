/**
 * The commands and variables of distributed scripts, with the toolkit's arguments (src/sagemaker_training/torch_distributed.py, mpi.py). Differences:
 * instances share a machine, so each job has ports of its own where the toolkit uses fixed ones; and there is no SSH, so mpirun reaches
 * the others by runtime/python/clary_mpi.py. Pure.
 */
import { createHash } from 'node:crypto';
import type { Distribution } from './distribution.ts';
import { shown } from './python-values.ts';
import type { ScriptArgs } from './script-request.ts';

export type Command = readonly [string, ...string[]];

export interface DistributedHost {
  readonly currentHost: string;
  /** The job's instances. */
  readonly hosts: readonly string[];
  /** The address of an instance. */
  addressOf(host: string): string;
  readonly runId: string;
  readonly python: string;
  /** clary_mpi.py, as the instance sees it. */
  readonly mpiProgram: string;
}

/** The first of a few ports of the job's own: servers of PyTorch and TensorFlow listen at every address, which jobs share. Below the ephemeral ports. */
export function firstPort(runId: string): number {
  return 10_000 + (createHash('sha256').update(runId).digest().readUInt32BE(0) % 22_000);
}

/** The command that starts `script` on this instance. */
export function distributedCommand(
  distribution: Distribution,
  script: Command,
  { frameworkParameters: parameters }: Pick<ScriptArgs, 'frameworkParameters'>,
  host: DistributedHost,
): Command {
  const { by, hosts } = distribution;
  if (by === 'torchrun') return torchrun(distribution, script, host);
  if (by === 'mirrored') return script;
  const [leader, ...others] = hosts;
  if (host.currentHost !== leader) return [host.python, host.mpiProgram, 'follow'];
  const option = (name: string) => shown(parameters[`sagemaker_mpi_${name}`] ?? '');
  const run = mpirun(distribution, script, option('custom_mpi_options'), Number(option('num_processes')), host);
  return others.length === 0 ? run : [host.python, host.mpiProgram, 'lead', others.join(','), '--', ...run];
}

function torchrun(
  { hosts, processesPerHost }: Distribution,
  [python, ...rest]: Command,
  host: DistributedHost,
): Command {
  const nodes = ['--nnodes', String(hosts.length), '--nproc_per_node', String(processesPerHost)];
  const leader = ['--master_addr', host.addressOf(hosts[0] ?? ''), '--master_port', String(firstPort(host.runId))];
  const rank = hosts.length > 1 ? ['--node_rank', String(hosts.indexOf(host.currentHost))] : [];
  return [python, '-m', 'torch.distributed.run', ...nodes, ...leader, ...rank, ...rest];
}

function mpirun(
  { hosts, processesPerHost }: Distribution,
  [program, ...rest]: Command,
  custom: string,
  count: number,
  { python, addressOf }: DistributedHost,
): Command {
  const slots = hosts.map((host) => addressOf(host) + (processesPerHost === 1 ? '' : `:${processesPerHost}`));
  const { debug, more } = customOptions(custom);
  const mca = (name: string, value: string) => ['-mca', name, value];
  return [
    'mpirun',
    ...['--host', slots.join(','), '-np', String(count || processesPerHost * hosts.length)],
    ...['--allow-run-as-root', '--display-map', '--tag-output'],
    ...mca('btl_tcp_if_include', 'lo'),
    ...mca('oob_tcp_if_include', 'lo'),
    ...mca('plm_rsh_no_tree_spawn', '1'),
    ...['-bind-to', 'none', '-map-by', 'slot'],
    ...mca('pml', 'ob1'),
    ...mca('btl', '^openib'),
    ...mca('orte_abort_on_non_zero_status', '1'),
    ...mca('btl_vader_single_copy_mechanism', 'none'),
    ...['-x', 'NCCL_MIN_NRINGS=4', '-x', 'NCCL_SOCKET_IFNAME=lo', '-x', `NCCL_DEBUG=${debug}`, '-x', 'PATH'],
    ...more,
    // An exception in one process ends them all.
    ...(program === python ? [program, '-m', 'mpi4py', ...rest] : [program, ...rest]),
  ];
}

/** The toolkit interprets --NCCL_DEBUG in custom_mpi_options and passes the rest to mpirun. */
function customOptions(custom: string): { debug: string; more: string[] } {
  const options = custom.split(/\s+/).filter((option) => option !== '');
  const position = options.findIndex((option) => /^--NCCL_DEBUG(=|$)/.test(option));
  if (position === -1) return { debug: 'INFO', more: options };
  const [, joined] = options[position]?.split('=') ?? [];
  const more = options.toSpliced(position, joined === undefined ? 2 : 1);
  return { debug: joined ?? options[position + 1] ?? 'INFO', more };
}

/** The variables by which PyTorch's processes find each other, even if the script starts them itself: the toolkit's _set_distributed_environment, _set_nccl_environment. */
export function torchVariables(version: string | undefined, { hosts, addressOf, runId }: DistributedHost) {
  return {
    MASTER_ADDR: addressOf(hosts[0] ?? ''),
    MASTER_PORT: String(firstPort(runId)),
    NCCL_SOCKET_IFNAME: 'lo',
    NCCL_IB_DISABLE: '1',
    NCCL_DEBUG: 'WARN',
    ...(version === undefined ? {} : { SM_DLC_TORCH_VERSION: version }),
  };
}

/** torchrun's own settings (PET_*). PyTorch 1 fails on "0" from Python 3.11 on, where iterating over flags leaves zero out; naming a rank that does not exist has the same effect. */
export const torchrunVariables = (version = '') => ({
  NCCL_PROTO: 'simple',
  ...(version.startsWith('1.') ? { PET_REDIRECTS: '9:0', PET_TEE: '9:0' } : {}),
});

/** TF_CONFIG of the toolkit's _build_tf_config_for_mwms. */
export function mirroredVariables({ hosts }: Distribution, { currentHost, addressOf, runId }: DistributedHost) {
  const worker = hosts.map((host, i) => `${addressOf(host)}:${firstPort(runId) + i}`);
  const task = { index: hosts.indexOf(currentHost), type: 'worker' };
  return { TF_CONFIG: JSON.stringify({ cluster: { worker }, environment: 'cloud', task }) };
}

/** How mpirun reaches the other instances and how they authenticate it. `prefix`: of an Open MPI that is not where it was built for. */
export function mpiVariables(prefix: string | undefined, { python, mpiProgram, runId }: DistributedHost) {
  return {
    OMPI_MCA_plm_rsh_agent: `${python} ${mpiProgram} reach`,
    CLARY_MPI_PORT: String(firstPort(runId) + 1),
    CLARY_MPI_SECRET: createHash('sha256').update(`mpi ${runId}`).digest('hex'),
    // It looks for networks in /sys, which jobs cannot see, and would warn of each that is missing.
    UCX_LOG_LEVEL: 'fatal',
    ...(prefix === undefined ? {} : { OPAL_PREFIX: prefix, LD_LIBRARY_PATH: `${prefix}/lib` }),
  };
}
