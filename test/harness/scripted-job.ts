/** Training jobs that run a Python program of the test: what a job finds and leaves, seen from inside. */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { AlgorithmSpecification } from '@aws-sdk/client-sagemaker';
import { extract } from 'tar-stream';
import { image } from './workbench.ts';

/** The request takes 256 characters a word and 512 a variable: the program comes in pieces. */
const pieceLength = 500;
const runPieces = 'import os; exec("".join(os.environ[n] for n in sorted(os.environ) if n.startswith("PIECE_")))';

/** The system's Python, without an environment to be made first. */
export function scripted(script: string, changes: Partial<AlgorithmSpecification> = {}) {
  const pieces = script.match(new RegExp(`[^]{1,${pieceLength}}`, 'g')) ?? [];
  return {
    AlgorithmSpecification: {
      TrainingImage: image,
      TrainingInputMode: 'File' as const,
      ContainerEntrypoint: ['/usr/bin/python3', '-u', '-c', runPieces],
      ...changes,
    },
    Environment: Object.fromEntries(pieces.map((piece, i) => [`PIECE_${String(i).padStart(3, '0')}`, piece])),
    HyperParameters: {},
  };
}

/** Writes a value as JSON to /opt/ml/output/data/<name>, where output() finds it after the job. */
export const tell = `
import json, os, sys
def tell(name, value):
    os.makedirs('/opt/ml/output/data', exist_ok=True)
    with open('/opt/ml/output/data/' + name, 'w') as f: json.dump(value, f)
`;

/** The files of an archive that a job left: name → text, or → for a link what it points to. */
export async function unpacked(archive: Uint8Array): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const entries = extract();
  const done = pipeline(Readable.from([archive]), createGunzip(), entries);
  for await (const entry of entries) {
    const { name, type, linkname } = entry.header;
    if (type === 'file') found[name] = await text(entry as unknown as Readable);
    else {
      if (type === 'symlink') found[name] = `-> ${linkname}`;
      entry.resume();
    }
  }
  await done;
  return found;
}
