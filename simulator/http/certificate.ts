// A certificate for localhost that its own key has signed, made once and kept. CA:TRUE, or Node would not take it from
// NODE_EXTRA_CA_CERTS.
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  certificate: string;
  certificatePath: string;
}

const oneDay = 24 * 60 * 60 * 1000;
const validDays = 365;

/** Reuses the key and certificate of the folder while they are valid for another day; otherwise writes new ones. */
export async function certificateIn(folder: string, now = new Date()): Promise<Certificate> {
  const keyPath = join(folder, 'simulator-key.pem');
  const certificatePath = join(folder, 'simulator-certificate.pem');
  const kept = await readBoth(keyPath, certificatePath);
  if (kept && isUsable(kept.certificate, now)) return { ...kept, certificatePath };

  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now.getTime() - oneDay),
    notAfterDate: new Date(now.getTime() + validDays * oneDay),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  await mkdir(folder, { recursive: true });
  await writeFile(keyPath, made.private, { mode: 0o600 });
  await writeFile(certificatePath, made.cert);
  return { key: made.private, certificate: made.cert, certificatePath };
}

async function readBoth(keyPath: string, certificatePath: string) {
  try {
    return { key: await readFile(keyPath, 'utf8'), certificate: await readFile(certificatePath, 'utf8') };
  } catch {
    return null; // None yet, or half of a pair: made anew.
  }
}

function isUsable(pem: string, now: Date): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const fresh = new Date(certificate.validTo).getTime() - now.getTime() > oneDay;
    return fresh && certificate.ca && certificate.checkHost('localhost') !== undefined;
  } catch {
    return false;
  }
}
