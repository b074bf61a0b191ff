/**
 * What the runtime's own sandboxes hide of the kernel: arguments of bubblewrap and a filter of system calls. The server prepares them for its
 * own sandboxes (server/src/engine/executors/kernel-interfaces.ts) and passes them in a variable. Without a server both are empty.
 */
interface KernelInterfaces {
  /** Arguments that follow `--proc /proc`. */
  readonly args: readonly string[];
  /** For `--seccomp`. */
  readonly filter: Buffer | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function kernelInterfaces({ CLARY_SANDBOX_KERNEL: text }: Variables): KernelInterfaces {
  const { args = [], filter } = JSON.parse(text ?? '{}') as { args?: string[]; filter?: string };
  return { args, filter: filter === undefined ? undefined : Buffer.from(filter, 'base64') };
}
