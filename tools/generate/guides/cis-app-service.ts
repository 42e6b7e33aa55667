/**
 * The App Service sections of the CIS Foundations benchmarks: how many recommendations each has, and what stands for those
 * that no rule refers to.
 */
export interface CisSection {
  readonly version: string;
  readonly section: string;
  /** They are numbered from 1 on. */
  readonly recommendations: number;
  /** By number, why no rule refers to it. */
  readonly notCovered: Readonly<Record<string, string>>;
}

const KEY_VAULT =
  'asks a person to look whether secrets are kept in Key Vault; `webapp-key-vault-references` shows the part that is visible';

export const CIS_APP_SERVICE: readonly CisSection[] = [
  { version: '1.3', section: '9', recommendations: 11, notCovered: { '9.11': KEY_VAULT } },
  { version: '1.4', section: '9', recommendations: 11, notCovered: { '9.11': KEY_VAULT } },
  { version: '2.0', section: '9', recommendations: 11, notCovered: { '9.11': KEY_VAULT } },
  { version: '2.1', section: '9', recommendations: 10, notCovered: { '9.10': KEY_VAULT } },
  { version: '3.0', section: '9', recommendations: 12, notCovered: {} },
];
