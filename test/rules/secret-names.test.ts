import { describe, expect, test } from 'vitest';
import { looksSecret } from '../../src/rules/secret-names.ts';

describe('the name of a variable', () => {
  test.each([
    'DB_PASSWORD',
    'dbPassword',
    'db-password',
    'Database__Password',
    'SQLPassword',
    'MYSQL_PWD',
    'PGPASSWORD',
    'PASSWORD1',
    'AZURE_CLIENT_SECRET',
    'SECRET_KEY_BASE',
    'clientSecret',
    'GITHUB_TOKEN',
    'accessToken',
    'API_KEY',
    'apiKey',
    'APIKEY',
    'ApiKey2',
    'STORAGE_ACCOUNT_KEY',
    'key',
    'COSMOS_PRIMARY_KEY',
    'ConnectionStrings__Default',
    'SERVICE_BUS_CONNECTION_STRING',
    'CONNECTIONSTRING',
    'connectionString',
    'GoogleCredentials',
    'BLOB_SAS',
    'sasToken',
  ])('%s looks like that of a secret', (name) => {
    expect(looksSecret(name)).toBe(true);
  });

  test.each([
    'KEY_VAULT_URL',
    'KEYVAULT_NAME',
    'KeyVaultUri',
    'PUBLIC_KEY',
    'jwtPublicKey',
    'KEYBOARD',
    'MONKEY',
    'PARTITION_KEY',
    'MAX_TOKENS',
    'TOKENIZER',
    'TOKEN_URL',
    'tokenEndpoint',
    'SECRET_NAME',
    'DB_PASSWORD_FILE',
    'PASSWORD_MIN_LENGTH',
    'AWS_ACCESS_KEY_ID',
    'SASSAFRAS',
    'SECRETARY',
    'CONNECTION_TIMEOUT',
    'STRING_CONNECTION',
    'PASSWORDLESS',
    'PORT',
    '',
    '__',
    '123',
  ])('%s does not', (name) => {
    expect(looksSecret(name)).toBe(false);
  });
});
