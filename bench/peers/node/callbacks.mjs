// The download with callbacks, as a worker of the load bench: `http.get` over kept connections.

import http from 'node:http';

import { PATIENCE_MS, work } from './worker.mjs';

function downloadPhoto(url, agent, handlePhoto) {
  const request = http.get(url, { agent, timeout: PATIENCE_MS }, (reply) => {
    if (reply.statusCode !== 200) {
      reply.resume();
      handlePhoto(new Error(`the server replied with ${reply.statusCode}`));
      return;
    }
    const chunks = [];
    reply.on('data', (chunk) => chunks.push(chunk));
    reply.on('end', () => handlePhoto(null, Buffer.concat(chunks)));
    reply.on('error', handlePhoto);
  });
  request.on('timeout', () => request.destroy(new Error('the server was silent for too long')));
  request.on('error', handlePhoto);
}

work((inFlight) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight, maxFreeSockets: inFlight });
  return (url, inFlight, samples) =>
    new Promise((resolve) => {
      let left = inFlight;
      const next = () => {
        if (!samples.take()) {
          left -= 1;
          if (left === 0) resolve();
          return;
        }
        const started = performance.now();
        downloadPhoto(url, agent, (error, photo) => {
          samples.done(started, error, photo);
          next();
        });
      };
      for (let i = 0; i < inFlight; i += 1) next();
    });
});
