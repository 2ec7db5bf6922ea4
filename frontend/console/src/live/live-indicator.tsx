import { pollSeconds } from '../refresh.ts';
import { type LiveStatus, useLiveStatus } from './live.ts';

const words: Readonly<Record<LiveStatus, readonly [label: string, explanation: string]>> = {
  connecting: ['', ''],
  connected: ['Live', 'Changes appear by themselves, within seconds.'],
  reconnecting: ['Reconnecting…', 'The connection was lost. Changes appear when it is back.'],
  polling: [
    `Every ${pollSeconds} s`,
    `There is no live connection to the gateway. Lists are read again every ${pollSeconds} seconds.`,
  ],
};

/** Says how up to date the screen is, as quietly as possible. */
export function LiveIndicator() {
  const status = useLiveStatus();
  const [label, explanation] = words[status];
  return (
    <p className={`live ${status}`} role="status" title={explanation}>
      {label}
    </p>
  );
}
