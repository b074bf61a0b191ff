/**
 * The part of XGBoost's C API by which instances train one model together: https://xgboost.readthedocs.io/en/release_3.2.0/dev/group__Collective.html
 * The communicator belongs to the thread that joins: join, matrices, training and leaving must all be called on the same one.
 */
import koffi from 'koffi';

type Out<T> = [T];

function bind(file: string) {
  const library = koffi.load(file);
  return {
    lastError: library.func('const char *XGBGetLastError()'),
    createTracker: library.func('int XGTrackerCreate(const char *config, _Out_ void **tracker)'),
    runTracker: library.func('int XGTrackerRun(void *tracker, const char *config)'),
    trackerPlace: library.func('int XGTrackerWorkerArgs(void *tracker, _Out_ const char **place)'),
    waitForTracker: library.func('int XGTrackerWaitFor(void *tracker, const char *config)'),
    freeTracker: library.func('int XGTrackerFree(void *tracker)'),
    init: library.func('int XGCommunicatorInit(const char *config)'),
    finalize: library.func('int XGCommunicatorFinalize()'),
  };
}

export interface Tracker {
  readonly port: number;
  /** Waits until every instance has left. */
  end(): void;
}

export interface Communicator {
  /** Answers once it listens, on a port that the system picks. Its work is done on a thread of the library's own. */
  track(address: string, instances: number): Tracker;
  /** Waits for all instances. `index` decides the rank, which is the same on all of them. */
  join(address: string, port: number, index: number): void;
  /** Does not wait for other instances. */
  leave(): void;
}

export function openCommunicator(libraryFile: string): Communicator {
  const functions = bind(libraryFile);
  const check = (status: number) => {
    if (status !== 0) throw new Error(`the instances could not train together: ${functions.lastError()}`);
  };
  return {
    track(address, instances) {
      const tracker: Out<unknown> = [null];
      const place: Out<string> = [''];
      // sortby 1: ranks by the names that instances give themselves.
      const config = { dmlc_communicator: 'rabit', host: address, n_workers: instances, port: 0, sortby: 1 };
      check(functions.createTracker(JSON.stringify(config), tracker));
      check(functions.runTracker(tracker[0], '{}'));
      check(functions.trackerPlace(tracker[0], place));
      return {
        port: (JSON.parse(place[0]) as { dmlc_tracker_port: number }).dmlc_tracker_port,
        end() {
          check(functions.waitForTracker(tracker[0], JSON.stringify({ timeout: 60 })));
          check(functions.freeTracker(tracker[0]));
        },
      };
    },
    join: (address, port, index) =>
      check(
        functions.init(
          JSON.stringify({
            dmlc_communicator: 'rabit',
            dmlc_tracker_uri: address,
            dmlc_tracker_port: port,
            dmlc_task_id: String(index).padStart(4, '0'),
            // The tracker listens before its address is sent to the others; a tracker that has ended since does not restart.
            dmlc_retry: 1,
          }),
        ),
      ),
    leave: () => check(functions.finalize()),
  };
}
