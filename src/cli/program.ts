/** All commands of `plumbline`. Definitions only: what runs is loaded when a command is chosen. */
import { VERSION } from '../api/framework/version.ts';
import { approvals } from './approvals/commands.ts';
import { audit } from './audit/commands.ts';
import { completeCommand, completion } from './completion/commands.ts';
import { deadLetters } from './dead-letters/commands.ts';
import { diff } from './diff/commands.ts';
import { scan, snapshot } from './estate/commands.ts';
import { evaluate } from './evaluate/commands.ts';
import { exemptions } from './exemptions/commands.ts';
import { explain, findings } from './findings/commands.ts';
import type { Command, Group } from './framework/command.ts';
import type { Program } from './framework/parser.ts';
import { rollback } from './rollback/commands.ts';
import { rollouts } from './rollouts/commands.ts';
import { scans } from './scans/commands.ts';
import { resume, settings, stop } from './settings/commands.ts';
import { status } from './status/commands.ts';

const commands: readonly (Command | Group)[] = [
  scan,
  snapshot,
  diff,
  evaluate,
  status,
  approvals,
  findings,
  explain,
  audit,
  rollback,
  exemptions,
  settings,
  stop,
  resume,
  scans,
  rollouts,
  deadLetters,
  completion,
  completeCommand(() => commands),
];

export const PROGRAM: Program = {
  version: VERSION,
  summary: 'Checks Azure Web Apps and Container Apps, and works with a deployment of Plumbline.',
  commands,
};
