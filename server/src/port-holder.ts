/** Finds the process that holds a port, if the kernel shows it to this user. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html: local address, state (0A listens), inode. */
async function listeningInodes(port: number): Promise<Set<string>> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  return new Set(
    rows.flatMap(([, local, , state, , , , , , inode]) =>
      local?.endsWith(wanted) && state === '0A' && inode ? [`socket:[${inode}]`] : [],
    ),
  );
}

async function opens(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.some((link) => sockets.has(link));
}

/** "process 123 (python3 app.py)": the program and what follows it, without folders. */
export async function holderOfPort(port: number): Promise<string | undefined> {
  const sockets = await listeningInodes(port);
  if (sockets.size === 0) return undefined;
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    if (!(await opens(pid, sockets))) continue;
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
      .split('\0')
      .filter((arg) => arg !== '' && !arg.startsWith('-'));
    const command = args
      .slice(0, 2)
      .map((word) => basename(word))
      .join(' ');
    return `process ${pid}${command && ` (${command})`}`;
  }
  return undefined;
}
