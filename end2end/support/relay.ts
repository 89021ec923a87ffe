// Between portal and cloud: keeps what went over the wire, and can hold a write before its first byte arrives.
import { connect, createServer, type Socket } from "node:net";

const WRITE = "ModifyInstanceVpcAuthMode";

export interface Relay {
  endpoint: string;
  /** Everything the portal sent so far. */
  sent(): string;
  /** From now on no write gets through. Done when one is held. */
  holdWrites(): Promise<void>;
  /** Gets through again, but what is held stays lost. */
  letThrough(): void;
  stop(): Promise<void>;
}

export async function startRelay(to: string): Promise<Relay> {
  const { hostname, port } = new URL(to);
  const sockets = new Set<Socket>();
  const sent: Buffer[] = [];
  let held: (() => void) | undefined;
  const server = createServer((portal) => {
    const cloud = connect(Number(port), hostname);
    const request: Buffer[] = [];
    let stopped = false;
    for (const socket of [portal, cloud]) {
      sockets.add(socket);
      // A peer that dies is what some specs are about.
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        (socket === portal ? cloud : portal).destroy();
      });
    }
    portal.on("data", (part: Buffer) => {
      sent.push(part);
      request.push(part);
      stopped ||= held !== undefined && Buffer.concat(request).includes(WRITE);
      if (stopped) held?.();
      else cloud.write(part);
    });
    cloud.on("data", (part: Buffer) => portal.write(part));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the relay has no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    sent: () => Buffer.concat(sent).toString("latin1"),
    holdWrites: () => new Promise((resolve) => (held = resolve)),
    letThrough: () => (held = undefined),
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
