/** Every five minutes, and at start after a time that was missed. */
import { app } from '@azure/functions';
import { logMeasures } from '../workflows/measure.ts';
import { invocation } from './invocation.ts';

export function registerMeasure(): void {
  app.timer('measure', {
    schedule: '30 */5 * * * *',
    handler: (_, context) => invocation(context, ({ world, meters }) => logMeasures(world, meters)),
  });
}
