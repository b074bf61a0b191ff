/** The floor: a node:http server that reads the request and answers 30 bytes. Prints its port. */
import { createServer } from 'node:http';

const answer = Buffer.from('612.3456420898438............\n');
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'text/csv', 'content-length': answer.length });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
process.once('SIGTERM', () => process.exit(0));
