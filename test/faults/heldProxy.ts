import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a web process and Temporal, and can keep to itself what comes. */
export interface HeldProxy {
  readonly address: string;
  /** From now on calls are let through, or held for ever. */
  pass(through: boolean): void;
  /** Resolves when the next process calls. */
  called(): Promise<void>;
  close(): void;
}

export async function startHeldProxy(target: string): Promise<HeldProxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let through = true;
  let announce = () => {};
  const server = createServer((caller) => {
    keep(sockets, caller);
    announce();
    if (!through) return;
    const callee = connect(Number(port), host);
    keep(sockets, callee);
    caller.pipe(callee).pipe(caller);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    pass: (open) => (through = open),
    called: () => new Promise((resolve) => (announce = resolve)),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
}
