import { strict as assert } from 'node:assert';
import { ProtobufWriter } from '../../../../trainer/engine/graph/protobufWriter.ts';

function hex(writer: ProtobufWriter): string {
  return Buffer.from(writer.finish()).toString('hex');
}

// The bytes are those of the examples in protobuf's own description of its encoding, and of protoc --encode.
describe('ProtobufWriter', () => {
  it('writes integers as varints, negative ones in ten bytes', () => {
    assert.equal(hex(new ProtobufWriter().varint(1, 150)), '089601');
    assert.equal(hex(new ProtobufWriter().varint(1, 0)), '0800');
    assert.equal(hex(new ProtobufWriter().varint(2, -2)), '10feffffffffffffffff01');
    assert.equal(hex(new ProtobufWriter().varint(1, 2 ** 40)), '08808080808020');
    assert.throws(() => new ProtobufWriter().varint(1, 0.5), /0.5 is not an integer/);
  });

  it('writes strings, floats, messages and maps', () => {
    assert.equal(hex(new ProtobufWriter().text(2, 'testing')), '120774657374696e67');
    assert.equal(hex(new ProtobufWriter().float(4, 1)), '250000803f');
    assert.equal(hex(new ProtobufWriter().message(3, (inner) => inner.varint(1, 150))), '1a03089601');
    assert.equal(
      hex(new ProtobufWriter().entry(5, 'T', (value) => value.varint(6, 1))),
      '2a07' + '0a0154' + '1202' + '3001',
    );
    assert.equal(hex(new ProtobufWriter().text(20, 'é')), 'a20102c3a9');
  });
});
