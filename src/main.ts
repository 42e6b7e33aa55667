/** Registers every function, synchronously; the only file that knows them all. Settings are read at the first use, but for the schedule. */
import { sweepScheduleIn } from './config.ts';
import { registerAnchorAudit } from './functions/anchor-audit.ts';
import { registerApi } from './functions/api.ts';
import { registerDeadLetter } from './functions/dead-letter.ts';
import { registerHousekeeping } from './functions/housekeeping.ts';
import { registerMeasure } from './functions/measure.ts';
import { registerReconcile } from './functions/reconcile.ts';
import { registerResourceChanged } from './functions/resource-changed.ts';
import { registerSweep } from './functions/sweep.ts';

registerResourceChanged();
registerReconcile();
registerDeadLetter();
registerHousekeeping();
registerAnchorAudit();
registerMeasure();
registerSweep(sweepScheduleIn(process.env));
registerApi();
