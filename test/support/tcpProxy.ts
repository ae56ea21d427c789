import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What becomes of connections: handed on, cut at once, or left without an answer. */
type LineState = 'up' | 'cut' | 'silent';

/** A line to a server that can be cut, so that whoever is at its near end lives through an outage. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that are open when the line is cut are cut, too; a line that falls silent keeps them. */
  become(state: LineState): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let state: LineState = 'up';
  const open = new Set<Socket>();
  const server = createServer((near) => {
    keep(open, near);
    if (state === 'cut') near.destroy();
    if (state !== 'up') return;
    const far = connect(targetPort, '127.0.0.1');
    keep(open, far);
    join(near, far, () => state);
    join(far, near, () => state);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The line has no port.');
  const cutAll = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: address.port,
    become: (next) => {
      // What was lost in the silence stays lost: connections that lived through it cannot go on.
      if (next === 'cut' || (next === 'up' && state === 'silent')) cutAll();
      state = next;
    },
    close: async () => {
      server.close();
      cutAll();
      await once(server, 'close');
    },
  };
}

function keep(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  // The other end hears of it by the closing; a broken connection is what this is for.
  socket.on('error', () => undefined);
}

function join(from: Socket, to: Socket, state: () => LineState): void {
  from.on('data', (chunk) => {
    if (state() === 'up') to.write(chunk);
  });
  from.once('close', () => to.destroy());
}
