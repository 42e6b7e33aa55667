import { expect, it } from 'vitest';
import { environmentName } from '../../../src/console/app/environment.ts';

it.each([
  ['plumbline-prod.azurewebsites.net', 'plumbline-prod'],
  ['plumbline-prod-a1b2.westeurope-01.azurewebsites.net', 'plumbline-prod-a1b2'],
  ['plumbline.azurewebsites.us', 'plumbline'],
  ['plumbline.contoso.example', 'plumbline.contoso.example'],
  ['127.0.0.1', 'Local'],
  ['localhost', 'Local'],
  ['[::1]', 'Local'],
])('the environment at %s is called %s', (hostname, name) => {
  expect(environmentName(hostname)).toBe(name);
});
