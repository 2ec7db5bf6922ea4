import { createServer, type Socket } from 'node:net';
import { type Listening, listen } from './listen.ts';

/** A message broker that speaks as much AMQP 0-9-1 as one consumer needs. Source: AMQP 0-9-1, "Wire-level format". */
export interface FakeBroker extends Omit<Listening, 'url'> {
  /** The URL for an account. */
  urlFor(account: string): string;
  /** The accounts that have connected, as `user:password`, in order; refused ones too. */
  readonly accounts: readonly string[];
  /** The number of consumers. */
  readonly consumers: number;
  /** Accepts only this account from now on; open connections stay open. */
  allow(account: string): void;
  /** Sends a notification to every consumer. */
  notify(type: string, payload: object): void;
}

/** Class and method ids. */
const startOk = 0x000a000b;
const tuneOk = 0x000a001f;

/** What the broker sends after each method: the channel's method id and its arguments. */
const answers: Readonly<Record<number, readonly [number, Buffer]>> = {
  [0x000a0028]: [0x000a0029, Buffer.of(0)], // connection.open
  [0x000a0032]: [0x000a0033, Buffer.alloc(0)], // connection.close
  [0x0014000a]: [0x0014000b, Buffer.alloc(4)], // channel.open
  [0x00140028]: [0x00140029, Buffer.alloc(0)], // channel.close
  [0x0028000a]: [0x0028000b, Buffer.alloc(0)], // exchange.declare
  [0x0032000a]: [0x0032000b, Buffer.concat([shortText('queue'), Buffer.alloc(8)])], // queue.declare
  [0x00320014]: [0x00320015, Buffer.alloc(0)], // queue.bind
  [0x003c0014]: [0x003c0015, shortText('consumer')], // basic.consume
};
const consume = 0x003c0014;

export async function startFakeBroker(allowed: string): Promise<FakeBroker> {
  const accounts: string[] = [];
  const consumers = new Set<Socket>();
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.once('close', () => consumers.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.subarray(0, 4).toString() === 'AMQP') {
        received = received.subarray(8);
        const mechanisms = [longText('PLAIN'), longText('en_US')];
        socket.write(method(0, 0x000a000a, Buffer.concat([Buffer.of(0, 9, 0, 0, 0, 0), ...mechanisms])));
      }
      while (received.length >= 7 && received.length >= 8 + received.readUInt32BE(3)) {
        const end = 8 + received.readUInt32BE(3);
        const [type, channel, payload] = [received[0], received.readUInt16BE(1), received.subarray(7, end - 1)];
        received = received.subarray(end);
        if (type === 1) answer(socket, channel, payload);
      }
    });
  });

  function answer(socket: Socket, channel: number, payload: Buffer): void {
    const id = payload.readUInt32BE(0);
    if (id === startOk) {
      const [, user = '', password = ''] = /\0(\w+)\0([\w-]+)/.exec(payload.toString('latin1')) ?? [];
      accounts.push(`${user}:${password}`);
      if (accounts.at(-1) !== allowed) socket.destroy();
      else socket.write(method(0, 0x000a001e, Buffer.of(0, 0, 0, 2, 0, 0, 0, 0)));
    }
    const found = answers[id];
    if (id === tuneOk || found === undefined) return;
    socket.write(method(channel, ...found));
    if (id === consume) consumers.add(socket);
  }

  const { url, ...listening } = await listen(server);
  return {
    ...listening,
    accounts,
    urlFor: (account) => url.replace('http://', `amqp://${account}@`),
    get consumers() {
      return consumers.size;
    },
    allow(account) {
      allowed = account;
    },
    notify(event_type, payload) {
      const body = Buffer.from(JSON.stringify({ event_type, payload }));
      const size = Buffer.alloc(8);
      size.writeUInt32BE(body.length, 4);
      const to = [shortText('consumer'), Buffer.alloc(9), shortText('glance'), shortText('notifications.info')];
      const header = Buffer.concat([Buffer.of(0, 60, 0, 0), size, Buffer.alloc(2)]);
      for (const socket of consumers) {
        socket.write(Buffer.concat([method(1, 0x003c003c, Buffer.concat(to)), frame(2, 1, header), frame(3, 1, body)]));
      }
    },
  };
}

function method(channel: number, id: number, args: Buffer): Buffer {
  const ids = Buffer.alloc(4);
  ids.writeUInt32BE(id);
  return frame(1, channel, Buffer.concat([ids, args]));
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(type);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.of(0xce)]);
}

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
}

function longText(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}
