const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghijkmnpqrstvwxyz";

/** Gives a client id of 21 letters and digits, unlike any other. */
export function newClientId(
  fill: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = randomBytes,
): string {
  let id = "";
  for (const byte of fill(new Uint8Array(21))) id += ALPHABET[byte % ALPHABET.length];
  return id;
}

function randomBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  // getRandomValues, unlike randomUUID, also exists on pages served without TLS.
  return crypto.getRandomValues(bytes);
}
