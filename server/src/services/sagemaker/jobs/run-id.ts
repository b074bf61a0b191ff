import { randomHex } from '../../../kit/ids.ts';

/** Names a run's folder. Long, because an instance's secret is derived from it as well as addresses and ports: it must not be guessable from them. */
export const newRunId = () => randomHex(16);
