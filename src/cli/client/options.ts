/** The options of every command that works with a deployment. */
import { choice, choiceWithDefault, text, type Values } from '../framework/field.ts';

export const PERSONAS = ['reader', 'approver', 'operator'] as const;

export const DEPLOYMENT = {
  url: text('The address of the deployment, such as https://plumbline.example.', {
    value: 'url',
    variable: 'PLUMBLINE_URL',
  }),
  audience: text('What tokens for its API are issued for, such as api://<client id>.', {
    value: 'uri',
    variable: 'PLUMBLINE_AUDIENCE',
  }),
  as: choice(PERSONAS, 'Who to be on the development environment of this machine.', { variable: 'PLUMBLINE_AS' }),
} as const;

export type DeploymentInput = Values<typeof DEPLOYMENT>;

export const OUTPUT = {
  output: choiceWithDefault(['text', 'json'], 'For people, or stable for programs.'),
} as const;

/** What ends a command that calls a deployment, beside 0 and 2. */
export const DEPLOYMENT_EXIT_CODES = [4, 5] as const;
