/**
 * What the runtime's own sandboxes hide of the kernel: bubblewrap's words and a filter of system calls, as the server found them for its sandboxes
 * (server/src/engine/executors/kernel-interfaces.ts) and names them in a variable. Without a server there is nothing of either.
 */
interface KernelInterfaces {
  /** To stand behind `--proc /proc`. */
  readonly words: readonly string[];
  /** For `--seccomp`. */
  readonly filter: Buffer | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function kernelInterfaces({ CLARY_SANDBOX_KERNEL: text }: Variables): KernelInterfaces {
  const { words = [], filter } = JSON.parse(text ?? '{}') as { words?: string[]; filter?: string };
  return { words, filter: filter === undefined ? undefined : Buffer.from(filter, 'base64') };
}
