/** How one engine's program is called. */
export interface EngineSettings {
  /** What the machine needs for it. */
  readonly mend: string;
  readonly env: NodeJS.ProcessEnv;
  /** Asks the engine from outside. */
  readonly client: readonly [string, ...string[]];
  /** Serves its API on the socket. */
  readonly service: readonly [string, ...string[]];
  /** Removes a container at once. */
  readonly removal: readonly string[];
  /** Whatever of it outlives its containers and its service. */
  end(): Promise<void>;
}
