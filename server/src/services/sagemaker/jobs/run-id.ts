import { randomHex } from '../../../kit/ids.ts';

/** Names a run's folder. So long that it cannot be guessed from the addresses and ports that come from it: an instance's secret does, too. */
export const newRunId = () => randomHex(16);
