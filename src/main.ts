/** Registers every function, synchronously. Settings are read at the first use, except the schedule. */
import { readSweepSchedule } from './app/config.ts';
import { registerAnchorAudit } from './functions/anchor-audit.ts';
import { registerApi } from './functions/api.ts';
import { registerDeadLetter } from './functions/dead-letter.ts';
import { registerHousekeeping } from './functions/housekeeping.ts';
import { registerLostEvents } from './functions/lost-events.ts';
import { registerMeasure } from './functions/measure.ts';
import { registerReconcile } from './functions/reconcile.ts';
import { registerResourceChanged } from './functions/resource-changed.ts';
import { registerSweep } from './functions/sweep.ts';

registerResourceChanged();
registerReconcile();
registerDeadLetter();
registerHousekeeping();
registerLostEvents();
registerAnchorAudit();
registerMeasure();
registerSweep(readSweepSchedule(process.env));
registerApi();
