/** Takes a protobuf message apart into its fields: numbers, varints and slices, without knowing what they mean. */

export interface RawField {
  readonly number: number;
  /** A varint or fixed-width number … */
  readonly value: bigint;
  /** … or the bytes of a length-delimited field. */
  readonly bytes: Uint8Array | undefined;
}

export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** Fields in order of the wire. Throws ProtobufError for what is no protobuf message. */
export function readFields(message: Uint8Array): RawField[] {
  const fields: RawField[] = [];
  let at = 0;

  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new ProtobufError('unexpected EOF');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new ProtobufError('proto: integer overflow');
  };

  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > message.length) throw new ProtobufError('unexpected EOF');
    at += length;
    return message.subarray(at - length, at);
  };

  while (at < message.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        fields.push({ number, value: varint(), bytes: undefined });
        break;
      case 1:
        fields.push({ number, value: littleEndian(take(8)), bytes: undefined });
        break;
      case 2:
        fields.push({ number, value: 0n, bytes: take(Number(varint())) });
        break;
      case 5:
        fields.push({ number, value: littleEndian(take(4)), bytes: undefined });
        break;
      default:
        throw new ProtobufError(`proto: illegal wireType ${Number(tag & 7n)}`);
    }
  }
  return fields;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** int32 and int64 are sent as 64-bit two's complement. */
export function signed(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}

export function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
}
