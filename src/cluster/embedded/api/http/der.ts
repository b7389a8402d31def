/**
 * How ASN.1 values become bytes: the handful of DER types that an X.509 certificate needs.
 * A certificate library costs a quarter of a second to import; this costs nothing and the shapes are fixed.
 */

export type Der = Uint8Array;

function element(tag: number, content: Uint8Array): Der {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...size), content]);
}

export function sequence(...parts: readonly Der[]): Der {
  return element(0x30, Buffer.concat(parts));
}

export function set(...parts: readonly Der[]): Der {
  return element(0x31, Buffer.concat(parts));
}

export function octets(content: Uint8Array): Der {
  return element(0x04, content);
}

export function bits(content: Uint8Array, unusedBits = 0): Der {
  return element(0x03, Buffer.concat([Uint8Array.of(unusedBits), content]));
}

export function boolean(value: boolean): Der {
  return element(0x01, Uint8Array.of(value ? 0xff : 0));
}

/** A positive integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Der {
  const padded = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes;
  return element(0x02, padded);
}

export function utf8(text: string): Der {
  return element(0x0c, Buffer.from(text, 'utf8'));
}

/** `YYYYMMDDHHMMSSZ`; RFC 5280 wants this form from 2050 on and UTCTime (`YYMMDD…`) before. */
export function time(value: string): Der {
  const year = Number(value.slice(0, 4));
  return year >= 2050 ? element(0x18, Buffer.from(value)) : element(0x17, Buffer.from(value.slice(2)));
}

/** Dotted object identifier, '1.2.840.10045.4.3.2'. */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return element(0x06, Uint8Array.from(bytes));
}

/** A context-specific tag, explicit (constructed) or implicit (primitive). */
export function tagged(number: number, content: Uint8Array, form: 'explicit' | 'implicit'): Der {
  return element((form === 'explicit' ? 0xa0 : 0x80) | number, content);
}
