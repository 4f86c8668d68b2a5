const wireVarint = 0;
const wireBytes = 2;
const wireFixed32 = 5;

/**
 * Writes one protobuf message, field by field, in the order of the calls (protobuf.dev, "Encoding"). As proto3 has it,
 * nothing checks field numbers or types: the caller follows the .proto file.
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** int32, int64, bool or enum. Must be a safe integer; negative values take ten bytes. */
  varint(field: number, value: number): this {
    this.#key(field, wireVarint);
    return this.#push(varintBytes(value));
  }

  /** float. */
  float(field: number, value: number): this {
    this.#key(field, wireFixed32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(bytes);
  }

  /** bytes. They are not copied before `finish`. */
  bytes(field: number, value: Uint8Array): this {
    this.#key(field, wireBytes);
    this.#push(varintBytes(value.length));
    return this.#push(value);
  }

  /** string, as UTF-8. */
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** A message inside this one, written by `write`. */
  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    this.#key(field, wireBytes);
    this.#push(varintBytes(inner.#length));
    for (const chunk of inner.#chunks) this.#push(chunk);
    return this;
  }

  /** An entry of a map with string keys and message values. */
  entry(field: number, key: string, write: (writer: ProtobufWriter) => void): this {
    return this.message(field, (entry) => entry.text(1, key).message(2, write));
  }

  /** The whole message. */
  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  #key(field: number, wire: number): void {
    this.#push(varintBytes(field * 8 + wire));
  }

  #push(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this;
  }
}

function varintBytes(value: number): Uint8Array {
  if (!Number.isSafeInteger(value))
    throw new Error(`${value} is not an integer that a protobuf varint can hold exactly.`);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
