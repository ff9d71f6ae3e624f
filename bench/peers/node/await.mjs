// The download with await, as a worker of the load bench: `fetch` over kept connections.

import { PATIENCE_MS, work } from './worker.mjs';

async function downloadPhoto(url) {
  const reply = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!reply.ok) {
    await reply.body?.cancel();
    throw new Error(`the server replied with ${reply.status}`);
  }
  return reply.arrayBuffer();
}

async function downloads(url, samples) {
  while (samples.take()) {
    const started = performance.now();
    try {
      samples.done(started, null, await downloadPhoto(url));
    } catch (error) {
      samples.done(started, error);
    }
  }
}

// `fetch` asks for a new connection where the old one is about to be free, and has no option for a limit. Its agent
// has one, and can be found when `fetch` has been used once.
async function limitConnections(connections) {
  await fetch('data:,');
  const agent = Symbol.for('undici.globalDispatcher.1');
  globalThis[agent] = new globalThis[agent].constructor({ connections });
}

work(async (inFlight) => {
  await limitConnections(inFlight);
  return (url, inFlight, samples) => Promise.all(Array.from({ length: inFlight }, () => downloads(url, samples)));
});
