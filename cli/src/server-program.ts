/** Where the server's programs are. The CLI starts them as processes; it never imports them. */
import { fileURLToPath } from 'node:url';

const serverFile = (name: string) =>
  fileURLToPath(new URL(`./src/${name}`, import.meta.resolve('@clary/server/package.json')));

export const serverProgram = serverFile('main.ts');
export const downProgram = serverFile('down.ts');
export const migrateProgram = serverFile('migrate.ts');
