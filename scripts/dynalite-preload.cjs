/**
 * For dynalite-suite.ts: the suite starts dynalite in its own process and signs for no service. Instead of dynalite it gets a forwarder of connections to the
 * platform, and requests are signed for DynamoDB.
 */
const Module = require('node:module');
const net = require('node:net');
const path = require('node:path');

const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL ?? '');
const load = Module._load;

function forwarder() {
  return net.createServer((client) => {
    const server = net.connect(Number(port), hostname);
    client.pipe(server);
    server.pipe(client);
    client.on('error', () => server.destroy());
    client.on('close', () => server.destroy());
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
  });
}

Module._load = function (request, parent, ...more) {
  const isOfTests = parent && path.basename(path.dirname(parent.filename)) === 'test';
  if (request === '..' && isOfTests) return forwarder;
  const loaded = load.call(this, request, parent, ...more);
  if (request !== 'aws4' || !isOfTests) return loaded;
  return {
    ...loaded,
    sign: (options, credentials) =>
      loaded.sign(Object.assign(options, { service: 'dynamodb', region: process.env.AWS_REGION }), credentials),
  };
};
