"""A worker of the load bench in Python's asyncio, by the protocol of ../README.md."""

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit


def answer(message):
    print(json.dumps(message), flush=True)


async def download(url, connection):
    """Returns the photo and the connection, which is kept."""
    if connection is None:
        connection = await asyncio.open_connection(url.hostname, url.port)
    reader, writer = connection
    writer.write(f"GET {url.path}?{url.query} HTTP/1.1\r\nhost: {url.netloc}\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    status = int(head[0].split()[1])
    length = next(int(line[15:]) for line in head if line.startswith("content-length:"))
    photo = await reader.readexactly(length)
    if status != 200:
        raise OSError(f"the server replied with {status}")
    return photo, connection


async def closed_loop(url, count, connections):
    """Keeps a download under way for each of `connections`; returns the bytes, the latencies and the errors."""
    url, left, size, latencies, errors = urlsplit(url), iter(range(count)), 0, [], []

    async def downloads(slot):
        nonlocal size
        for _ in left:
            started = time.perf_counter()
            try:
                photo, connections[slot] = await asyncio.wait_for(download(url, connections[slot]), 60)
                size += len(photo)
                latencies.append((time.perf_counter() - started) * 1e6)
            except (OSError, EOFError, TimeoutError) as error:
                connections[slot] = None
                errors.append(repr(error))

    await asyncio.gather(*map(downloads, range(len(connections))))
    return size, latencies, errors


async def work():
    answer("ready")
    job = json.loads(sys.stdin.readline())
    connections = [None] * job["in_flight"]
    size, _, errors = await closed_loop(job["gathering_url"], len(connections), connections)
    if errors:
        return answer({"failed": errors[0]})
    answer({"warm": size})
    while sys.stdin.readline() == "go\n":
        begin = time.perf_counter()
        size, latencies, errors = await closed_loop(job["url"], job["count"], connections)
        wall = time.perf_counter() - begin
        answer("done")
        sys.stdin.readline()
        first = errors[0] if errors else None
        report = {"bytes": size, "errors": len(errors), "first_error": first, "wall_s": wall}
        answer({"report": report | {"latencies_us": latencies}})


asyncio.run(work())
