// The program that the three crates follow: a download with a callback, in Node 20 or later.
// Usage: node bench/peers/node/story.mjs URL

import http from 'node:http';

function downloadPhoto(url, handlePhoto) {
  const request = http.get(url, (reply) => {
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
  request.on('error', handlePhoto);
}

function handlePhoto(error, photo) {
  if (error) {
    console.error('Download error!', error.message);
    process.exitCode = 1;
  } else {
    console.log(`Download finished: ${photo.length} bytes`);
  }
}

downloadPhoto(process.argv[2], handlePhoto);
console.log('Download started');
