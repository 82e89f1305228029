// One picture as it comes over the line: a header of 32 bytes, little endian, then grey bytes row by row.

const HEADER_BYTES = 32;
const MAGIC = 0x314a4953; // "SIJ1"

export const SHARP = 1, HELD = 2, MOVING = 4, SUBTRACTION = 8;

export function readPicture(data) {
  if (data.byteLength < HEADER_BYTES) return null;
  const header = new DataView(data, 0, HEADER_BYTES);
  const width = header.getUint16(12, true);
  const height = header.getUint16(14, true);
  if (header.getUint32(0, true) !== MAGIC || data.byteLength !== HEADER_BYTES + width * height) return null;
  const flags = header.getUint8(17);
  return {
    sequence: header.getUint32(4, true),
    sessionMs: header.getUint32(8, true),
    width,
    height,
    held: Boolean(flags & HELD),
    moving: Boolean(flags & MOVING),
    sharp: Boolean(flags & SHARP),
    subtraction: Boolean(flags & SUBTRACTION),
    seconds: header.getFloat32(20, true),
    kermaMgy: header.getFloat32(24, true),
    dapMgyCm2: header.getFloat32(28, true),
    grey: new Uint8Array(data, HEADER_BYTES),
  };
}
