// Outlives the launcher by a moment: told of every process the launcher starts (lines "+PID" and "-PID" on stdin), it
// ends them all when that pipe closes, which it does however the launcher dies, kill -9 included.
import { createInterface } from 'node:readline';

const GRACE_MS = 5_000;
const started = new Set();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

createInterface({ input: process.stdin }).on('line', (line) => {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) started.add(pid);
  else started.delete(pid);
});

process.stdin.on('end', () => {
  const orphans = [...started].reverse();
  for (const pid of orphans) signal(pid, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  const timer = setInterval(() => {
    if (orphans.some((pid) => signal(pid, 0)) && Date.now() < deadline) return;
    clearInterval(timer);
    // The group too: a leader may leave children of its own behind.
    for (const pid of orphans) signal(-pid, 'SIGKILL');
  }, 50);
});

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
