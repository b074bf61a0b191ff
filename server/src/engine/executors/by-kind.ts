/** One executor for runs of every kind. The run's folder shows its kind, whichever server started it. */
import type { ContainerSpec, Executor, ProcessSpec, RunSpec } from '../executor.ts';
import { RunRefused } from '../executor.ts';
import { isContainerRun } from './container-record.ts';

export interface Executors {
  readonly process: Executor<ProcessSpec>;
  /** Undefined if the machine has no container engine. */
  readonly container: Executor<ContainerSpec> | undefined;
}

export const noContainerEngine =
  'no container engine was found on this machine. Install podman (apt-get install podman) or Docker, start its service ' +
  '(`podman system service`), as the user whose platform this is, and say where its socket is: --container-socket PATH';

export function executorByKind({ process, container }: Executors): Executor<RunSpec> {
  /** A container that was started before may still run, so its run must not be reported as lost. */
  const of = async (dir: string): Promise<Omit<Executor, 'start'>> => {
    if (!(await isContainerRun(dir))) return process;
    if (!container) throw new Error(`what became of ${dir} cannot be known: ${noContainerEngine}`);
    return container;
  };
  return {
    async start(spec) {
      if (spec.kind === 'process') return process.start(spec);
      if (!container) throw new RunRefused(noContainerEngine);
      return container.start(spec);
    },
    status: async (dir) => (await of(dir)).status(dir),
    signal: async (dir, name) => (await of(dir)).signal(dir, name),
    onExit(dir, listener) {
      let open = true;
      let close = () => {};
      of(dir).then(
        (executor) => {
          if (open) close = executor.onExit(dir, listener);
        },
        // Without an engine the end of a container cannot be observed; `status` reports it.
        () => {},
      );
      return () => {
        open = false;
        close();
      };
    },
    logFile: (dir) => process.logFile(dir),
    layerBytes: async (dir) => (await of(dir)).layerBytes(dir),
    remove: async (dir) => (await of(dir)).remove(dir),
  };
}
