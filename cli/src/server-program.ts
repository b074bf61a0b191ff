/** Where the server's program is. The CLI starts it as a process; it never imports it. */
import { fileURLToPath } from 'node:url';

export const serverProgram = fileURLToPath(new URL('./src/main.ts', import.meta.resolve('@clary/server/package.json')));
