import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends these bytes and returns everything received until the connection closes; headers are Latin-1. */
export async function rawRequest(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(bytes, 'latin1');
  return text(socket);
}
