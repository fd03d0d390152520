/** AES-256-GCM, and the text form of what it makes: `v1.<key id>.<nonce>.<ciphertext and tag>`. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A value is bound to what these say: it opens nowhere else. */
type Place = readonly string[];

export function encrypt(key: Buffer, keyId: string, place: Place, plain: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(place));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return ['v1', keyId, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
}

/** Throws when the key, the place or the value is not what it was. */
export function decrypt(key: Buffer, place: Place, value: string): Buffer {
  const { nonce, sealed } = partsOf(value);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
}

export const keyIdOf = (value: string): string => partsOf(value).keyId;

function partsOf(value: string): { keyId: string; nonce: Buffer; sealed: Buffer } {
  const [version, keyId, nonceText, sealedText, ...rest] = value.split('.');
  const nonce = Buffer.from(nonceText ?? '', 'base64url');
  const sealed = Buffer.from(sealedText ?? '', 'base64url');
  if (version !== 'v1' || !keyId || nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES || rest.length > 0) {
    throw new Error('this is not an encrypted value');
  }
  return { keyId, nonce, sealed };
}

/** Unambiguous, whatever characters an id has. */
const boundTo = (place: Place): Buffer => Buffer.from(JSON.stringify(['enghub', ...place]));
