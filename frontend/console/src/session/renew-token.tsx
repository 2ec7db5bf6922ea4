import { Sheet } from '../sheet.tsx';
import { TokenForm } from './token-form.tsx';

interface RenewTokenProps {
  readonly onToken: (token: string) => Promise<void>;
  readonly onSignOut: () => void;
  readonly onClose: () => void;
}

/** Asks for a new token in place; what is on the screen, and what was typed, stays. */
export function RenewToken({ onToken, onSignOut, onClose }: RenewTokenProps) {
  return (
    <Sheet title="Your token has expired" onClose={onClose} narrow>
      <p>Enter a new one to continue where you left off. Nothing on this screen is lost.</p>
      <TokenForm label="New token" action="Continue" onToken={onToken} />
      <div className="row">
        <button type="button" onClick={onSignOut}>
          Sign out
        </button>
      </div>
    </Sheet>
  );
}
