/** Rows and transactions as they are sent. The stores' tests prove the same against the emulator. */
import { describe, expect, test } from 'vitest';
import {
  batchAnswers,
  batchBody,
  codeOf,
  columnsOf,
  entityPath,
  pageOf,
  rowOf,
} from '../../../src/storage/table/wire.ts';

describe('a row', () => {
  test('has the names of this program, and nothing of the service but its version and time', () => {
    const sent = {
      'odata.metadata': 'http://127.0.0.1/$metadata#T/@Element',
      'odata.etag': 'W/"1"',
      PartitionKey: 'p',
      RowKey: 'r',
      'Timestamp@odata.type': 'Edm.DateTime',
      Timestamp: '2026-03-03T12:00:00Z',
      Json0: '{}',
      Count: 3,
    };
    const timestamp = '2026-03-03T12:00:00Z';
    expect(rowOf(sent)).toEqual({ partitionKey: 'p', rowKey: 'r', etag: 'W/"1"', timestamp, Json0: '{}', Count: 3 });
    expect(columnsOf({ RowKey: 'r', Rule: 'x' })).toEqual({ rowKey: 'r', Rule: 'x' });
  });

  test.each([
    null,
    'text',
    {},
    { PartitionKey: 'p', RowKey: 'r' },
    { PartitionKey: 1, RowKey: 'r', 'odata.etag': 'e' },
  ])('is refused without keys or version: %j', (sent) => {
    expect(() => rowOf(sent)).toThrow('without keys or version');
  });

  test('has a path in which quotes are doubled and reserved characters encoded', () => {
    expect(entityPath('T', "o'clock", 'a b+c')).toBe("T(PartitionKey='o''clock',RowKey='a%20b%2Bc')");
  });
});

test('a page is a list of rows', () => {
  expect(pageOf('{"value":[{"RowKey":"r"}]}')).toEqual([{ RowKey: 'r' }]);
  for (const body of ['', '<html>', '{}', '{"value":{}}']) expect(() => pageOf(body)).toThrow(/no (JSON|list)/);
});

describe('a transaction', () => {
  test('names each change with its condition and body, with the line ends of HTTP', () => {
    const body = batchBody(
      [
        { method: 'PUT', url: 'http://h/T(1)', ifMatch: 'W/"1"', body: '{"a":1}' },
        { method: 'DELETE', url: 'http://h/T(2)', ifMatch: '*', body: null },
      ],
      'x',
    );
    expect(body.split('\r\n')).toEqual([
      '--batch_x',
      'content-type: multipart/mixed; boundary=changeset_x',
      '',
      '--changeset_x',
      'content-type: application/http',
      'content-transfer-encoding: binary',
      '',
      'PUT http://h/T(1) HTTP/1.1',
      'accept: application/json',
      'dataserviceversion: 3.0',
      'if-match: W/"1"',
      'content-type: application/json',
      '',
      '{"a":1}',
      '--changeset_x',
      'content-type: application/http',
      'content-transfer-encoding: binary',
      '',
      'DELETE http://h/T(2) HTTP/1.1',
      'accept: application/json',
      'dataserviceversion: 3.0',
      'if-match: *',
      '',
      '',
      '--changeset_x--',
      '--batch_x--',
      '',
    ]);
  });

  test('is answered part by part, in the order of the changes', () => {
    const part = (...lines: string[]) =>
      ['--changesetresponse_1', 'Content-Type: application/http', '', ...lines, ''].join('\r\n');
    const text = [
      '--batchresponse_1',
      part('HTTP/1.1 204 No Content', `ETag: W/"datetime'1'"`, '', ''),
      part('HTTP/1.1 204 No Content', '', ''),
      '--changesetresponse_1--',
      '--batchresponse_1--',
    ].join('\r\n');
    expect(batchAnswers(text)).toEqual([
      { status: 204, etag: `W/"datetime'1'"`, body: '' },
      { status: 204, etag: null, body: '' },
    ]);
    const refused = part('HTTP/1.1 409 Conflict', '', '{"odata.error":{"code":"EntityAlreadyExists"}}');
    const [answer] = batchAnswers(`${refused}\r\n--changesetresponse_1--`);
    expect(answer?.status).toBe(409);
    expect(codeOf(answer?.body ?? '')).toBe('EntityAlreadyExists');
  });

  test.each(['', 'text', '{}', '{"odata.error":{"code":1}}'])('a refusal without a code has none: %s', (body) => {
    expect(codeOf(body)).toBeUndefined();
  });
});
