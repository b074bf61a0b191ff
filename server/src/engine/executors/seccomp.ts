/**
 * A filter of system calls for programs in a sandbox, as the kernel takes it (bubblewrap's `--seccomp`): it refuses what Docker's default profile refuses to a
 * container without capabilities, https://docs.docker.com/engine/security/seccomp/. Everything else is allowed: a program has no capability there anyway,
 * the filter removes parts of the kernel in which faults were found.
 */
/** [x86-64, AArch64]; undefined where the architecture has no such call. include/uapi/asm-generic/unistd.h, arch/x86/entry/syscalls/syscall_64.tbl */
type Numbers = readonly [number | undefined, number | undefined];

/** Calls that create or join namespaces and mounts. A sandbox within a sandbox needs them. */
const nesting: Readonly<Record<string, Numbers>> = {
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  setns: [308, 268],
  unshare: [272, 97],
};

const refused: Readonly<Record<string, Numbers>> = {
  acct: [163, 89],
  add_key: [248, 217],
  bpf: [321, 280],
  clock_adjtime: [305, 266],
  clock_settime: [227, 112],
  create_module: [174, undefined],
  delete_module: [176, 106],
  fanotify_init: [300, 262],
  finit_module: [313, 273],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  get_kernel_syms: [177, undefined],
  init_module: [175, 105],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  ioperm: [173, undefined],
  iopl: [172, undefined],
  kcmp: [312, 272],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  keyctl: [250, 219],
  lookup_dcookie: [212, 18],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  name_to_handle_at: [303, 264],
  nfsservctl: [180, 42],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  open_tree_attr: [467, 467],
  perf_event_open: [298, 241],
  query_module: [178, undefined],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  reboot: [169, 142],
  request_key: [249, 218],
  settimeofday: [164, 170],
  swapoff: [168, 225],
  swapon: [167, 224],
  sysfs: [139, undefined],
  syslog: [103, 116],
  uselib: [134, undefined],
  userfaultfd: [323, 282],
  ustat: [136, undefined],
  vhangup: [153, 58],
  _sysctl: [156, undefined],
};

/** AUDIT_ARCH_…, clone's number, and whether calls of x32 must be distinguished. */
const architectures = {
  x64: { index: 0, audit: 0xc000003e, clone: 56, hasX32: true },
  arm64: { index: 1, audit: 0xc00000b7, clone: 220, hasX32: false },
} as const;

const clone3 = 435;
const x32Bit = 0x40000000;
/** CLONE_NEWNS, …CGROUP, …UTS, …IPC, …USER, …PID, …NET: include/uapi/linux/sched.h */
const namespaceFlags = 0x7e020000;
const [notPermitted, notImplemented] = [1, 38];

/** struct seccomp_data: the call's number, its architecture, the low half of its first argument. */
const [numberOffset, architectureOffset, argumentOffset] = [0, 4, 16];

/** Operations of classic BPF: include/uapi/linux/bpf_common.h */
const operations = { load: 0x20, return: 0x06, equal: 0x15, atLeast: 0x35, anyBit: 0x45 } as const;
const allow = 0x7fff0000;
const errno = (code: number) => 0x00050000 | code;

/** A comparison returns `answer` if it holds, `unlessAnswer` if it does not, and otherwise continues. */
type Step =
  | { readonly do: 'load' | 'return'; readonly value: number }
  | { readonly do: 'equal' | 'atLeast' | 'anyBit'; readonly value: number; readonly answer: number }
  | { readonly do: 'equal'; readonly value: number; readonly unlessAnswer: number };

/** A struct sock_filter, in the machine's byte order. */
function instruction(operation: number, value: number, [ifTrue, ifFalse] = [0, 0]): Buffer {
  const bytes = Buffer.alloc(8);
  new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0] = operation;
  bytes.set([ifTrue, ifFalse], 2);
  new Uint32Array(bytes.buffer, bytes.byteOffset + 4, 1)[0] = value;
  return bytes;
}

function assembled(step: Step): Buffer[] {
  const operation = operations[step.do];
  // The answer follows the comparison, which skips it otherwise.
  if ('answer' in step)
    return [instruction(operation, step.value, [0, 1]), instruction(operations.return, step.answer)];
  if ('unlessAnswer' in step)
    return [instruction(operation, step.value, [1, 0]), instruction(operations.return, step.unlessAnswer)];
  return [instruction(operation, step.value)];
}

/** `nests`: the program may create sandboxes of its own. Undefined for an architecture whose calls are not known here. */
export function seccompFilter(architecture: string, { nests }: { readonly nests: boolean }): Buffer | undefined {
  if (architecture !== 'x64' && architecture !== 'arm64') return undefined;
  const { index, audit, clone, hasX32 } = architectures[architecture];
  const numbers = Object.values({ ...refused, ...(nests ? {} : nesting) }).flatMap((both) => both[index] ?? []);
  const steps: Step[] = [
    { do: 'load', value: architectureOffset },
    // A program of another architecture (32 bits) has other numbers: all of its calls are refused.
    { do: 'equal', value: audit, unlessAnswer: errno(notImplemented) },
    { do: 'load', value: numberOffset },
    ...(hasX32 ? [{ do: 'atLeast', value: x32Bit, answer: errno(notImplemented) } as const] : []),
    ...numbers.map((value) => ({ do: 'equal', value, answer: errno(notPermitted) }) as const),
  ];
  if (!nests) {
    steps.push(
      // Its flags are in memory, which a filter cannot read; libraries then use clone.
      { do: 'equal', value: clone3, answer: errno(notImplemented) },
      { do: 'equal', value: clone, unlessAnswer: allow },
      { do: 'load', value: argumentOffset },
      { do: 'anyBit', value: namespaceFlags, answer: errno(notPermitted) },
    );
  }
  return Buffer.concat([...steps, { do: 'return', value: allow } as const].flatMap(assembled));
}
