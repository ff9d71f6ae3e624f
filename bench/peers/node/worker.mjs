// A worker of the load bench, by the protocol of ../README.md: all that is the same for callbacks and await.

import readline from 'node:readline';

// How long one download may take, as for every client of the bench.
export const PATIENCE_MS = 60_000;

// `closedLoop(url, inFlight, samples)` keeps `inFlight` downloads under way until `samples` wants no more.
export async function work(prepare) {
  const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

  if (Number.parseInt(process.versions.node, 10) < 20) {
    answer({ failed: 'needs Node 20 or later' });
    return;
  }
  answer('ready');
  const job = JSON.parse(await next());
  const closedLoop = await prepare(job.in_flight);
  const run = async (url, count) => {
    const samples = new Samples(count);
    await closedLoop(url, job.in_flight, samples);
    return samples;
  };
  const warmUp = await run(job.gathering_url, job.in_flight);
  if (warmUp.errors > 0) {
    answer({ failed: warmUp.firstError });
    return;
  }
  answer({ warm: warmUp.bytes });
  while ((await next()) === 'go') {
    const begin = performance.now();
    const samples = await run(job.url, job.count);
    const wall_s = (performance.now() - begin) / 1e3;
    answer('done');
    await next();
    const { bytes, errors, firstError: first_error } = samples;
    const latencies_us = Array.from(samples.latencies.subarray(0, samples.photos));
    answer({ report: { bytes, errors, first_error, wall_s, latencies_us } });
  }
}

class Samples {
  bytes = 0;
  errors = 0;
  firstError = null;
  photos = 0;

  constructor(count) {
    this.wanted = count;
    this.latencies = new Float64Array(count);
  }

  // Whether one more download may start.
  take() {
    return this.wanted-- > 0;
  }

  done(started, error, photo) {
    if (error) {
      this.errors += 1;
      this.firstError ??= String(error.cause ?? error);
    } else {
      this.bytes += photo.byteLength;
      this.latencies[this.photos++] = (performance.now() - started) * 1e3;
    }
  }
}
