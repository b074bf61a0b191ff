/**
 * One model of several instances' data, as AWS's container trains it (aws/sagemaker-xgboost-container, distributed.py): instances without data take no
 * part, and only the first of the others prints and saves the model. A failure of one ends all of them, with the same message.
 */
import { lookup } from 'node:dns/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ClientError } from '../../contract/client-error.ts';
import type { Instances } from '../../contract/instances.ts';
import { InstanceLost } from '../booster.ts';
import { openCommunicator, type Tracker } from './communicator.ts';
import { type Meeting, meet } from './meeting.ts';

/** After a connection broke, the reason usually arrives soon. */
const explanationMs = 3000;

export interface Team {
  /** Whether this instance prints and keeps what all of them have trained. */
  readonly leads: boolean;
  /** Of the widest instance. */
  readonly columns: number;
  /** Whether any instance wants to end: all do then, after the same round. */
  agree(wantsEnd: () => boolean): Promise<boolean>;
}

export const alone = (columns: number): Team => ({
  leads: true,
  columns,
  async agree(wantsEnd) {
    // A signal is heard between two turns of the event loop only; a round may take minutes.
    await nextTurn();
    return wantsEnd();
  },
});

/** What an instance has to train on. */
interface Holding {
  readonly columns: number;
  /** A sparse line's indexes name its features; columns are counted. */
  readonly isSparse: boolean;
}

interface Work<Data> {
  readonly instances: Instances;
  readonly job: string;
  readonly libraryFile: () => Promise<string>;
  /** Undefined where there is none on this instance. */
  read(): Promise<Data | undefined>;
  holding(data: Data): Holding;
  train(data: Data, team: Team): Promise<void>;
}

export async function trainTogether<Data>(work: Work<Data>): Promise<void> {
  const meeting = await meet(work.instances, work.job);
  try {
    await trainInMeeting(work, meeting);
  } catch (error) {
    const cause = error instanceof InstanceLost ? await meeting.othersFailure(explanationMs) : undefined;
    meeting.fail(cause ?? error);
    throw cause ?? error;
  }
}

async function trainInMeeting<Data>(work: Work<Data>, meeting: Meeting): Promise<void> {
  const { own, hosts } = work.instances;
  const data = await work.read();
  const holdings = await meeting.exchange(data === undefined ? null : work.holding(data));
  const members = hosts.filter((host) => holdings[host]);
  if (members.length === 0) throw new ClientError('No hosts received training data.');
  const columns = widthOf(members, holdings);
  if (members.length === 1) {
    if (data !== undefined) await work.train(data, alone(columns));
    return waitForOthers(meeting);
  }
  // The first instance looks after the others even where it has nothing to train on.
  if (data === undefined && own !== hosts[0]) return meeting.leave();
  const communicator = openCommunicator(await work.libraryFile());
  const { address } = await lookup(hosts[0], { family: 4 });
  const tracker: Tracker | undefined = own === hosts[0] ? communicator.track(address, members.length) : undefined;
  const port = (await meeting.exchange(tracker?.port))[hosts[0]] ?? 0;
  if (data !== undefined) {
    communicator.join(address, port, members.indexOf(own));
    await work.train(data, {
      leads: own === members[0],
      columns,
      async agree(wantsEnd) {
        await nextTurn();
        return Object.values(await meeting.exchange(wantsEnd())).includes(true);
      },
    });
    communicator.leave();
  }
  await waitForOthers(meeting);
  tracker?.end();
}

/** Asked to stop meanwhile, it stays: the others end after the round that they are in, and need it for that. */
async function waitForOthers(meeting: Meeting): Promise<void> {
  const stay = () => {};
  process.on('SIGTERM', stay);
  try {
    await meeting.leave();
  } finally {
    process.off('SIGTERM', stay);
  }
}

function widthOf(members: readonly string[], holdings: Readonly<Record<string, Holding | null>>): number {
  const widths = members.map((host) => holdings[host]?.columns ?? 0);
  const [first = 0] = widths;
  const other = widths.findIndex((width) => width !== first);
  if (other !== -1 && members.some((host) => !holdings[host]?.isSparse)) {
    throw new ClientError(
      `Channel train has ${first} features on ${members[0]}, ${widths[other]} on ${members[other]}: all files of a channel need the same columns`,
    );
  }
  return Math.max(...widths);
}
