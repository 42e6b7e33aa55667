/** The flags of `npm run host`, or one line that says what is wrong with them. */
import { parseArgs } from 'node:util';

export interface HostFlags {
  readonly port: number;
  readonly principalHeader: boolean;
  readonly visibilitySeconds: number;
  readonly eventKey?: string;
}

export function parseHostFlags(args: readonly string[]): HostFlags | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '7071' },
        'principal-header': { type: 'boolean', default: false },
        'visibility-seconds': { type: 'string', default: '600' },
        'event-key': { type: 'string' },
      },
    });
    return {
      port: wholeNumber('--port', values.port, 0, 65_535),
      principalHeader: values['principal-header'],
      visibilitySeconds: wholeNumber('--visibility-seconds', values['visibility-seconds'], 1, 604_800),
      ...(values['event-key'] !== undefined && { eventKey: notEmpty('--event-key', values['event-key']) }),
    };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { problem: `${reason.replace(/\.$/, '')}. Usage: ${usage}` };
  }
}

const usage = 'npm run host -- --port 7071 [--principal-header] [--visibility-seconds 600] [--event-key KEY]';

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`${flag} must be a whole number from ${least} to ${most}, not "${text}"`);
}

function notEmpty(flag: string, text: string): string {
  if (text === '') throw new Error(`${flag} must not be empty`);
  return text;
}
