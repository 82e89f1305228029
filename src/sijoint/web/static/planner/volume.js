// A CT as the server sends it: NIfTI-1, 16 bits, RAS in the file, LPS here. A cut is resampled in the browser: no GPU is asked for.

const AIR_HU = -1024;

export async function readVolume(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error("The CT could not be read: load the page again.");
  const bytes = await answer.arrayBuffer();
  const head = new DataView(bytes);
  const size = [42, 44, 46].map((at) => head.getInt16(at, true));
  const start = head.getFloat32(108, true);
  const row = (n) => [0, 1, 2, 3].map((k) => head.getFloat32(280 + 16 * n + 4 * k, true));
  const flip = (values) => values.map((value) => -value);
  return new Volume(size, new Int16Array(bytes, start), [flip(row(0)), flip(row(1)), row(2)]);
}

export class Volume {
  constructor(size, values, lpsFromIndex) {
    [this.size, this.values] = [size, values];
    const m = lpsFromIndex;
    this.origin = m.map((row) => row[3]);
    this.inverse = inverse3(m.map((row) => row.slice(0, 3)));
  }

  index(place) {
    const d = [place[0] - this.origin[0], place[1] - this.origin[1], place[2] - this.origin[2]];
    return this.turn(d);
  }

  turn(d) {
    return this.inverse.map((row) => row[0] * d[0] + row[1] * d[1] + row[2] * d[2]);
  }

  // Grey of a plane: corner (mm), steps per pixel to the right and down (mm), into RGBA pixels of an ImageData.
  cut(image, corner, right, down, low, high) {
    const [nx, ny, nz] = this.size;
    const { values } = this;
    const { width, height, data } = image;
    const [a, u, v] = [this.index(corner), this.turn(right), this.turn(down)];
    const pixels = new Uint32Array(data.buffer);
    const scale = 255 / (high - low);
    const layer = nx * ny;
    for (let row = 0; row < height; row += 1) {
      let x = a[0] + row * v[0];
      let y = a[1] + row * v[1];
      let z = a[2] + row * v[2];
      for (let column = 0; column < width; column += 1, x += u[0], y += u[1], z += u[2]) {
        let hu = AIR_HU;
        if (x >= 0 && y >= 0 && z >= 0 && x < nx - 1 && y < ny - 1 && z < nz - 1) {
          const [i, j, k] = [x | 0, y | 0, z | 0];
          const [fx, fy, fz] = [x - i, y - j, z - k];
          const at = i + nx * j + layer * k;
          const low0 = values[at] + fx * (values[at + 1] - values[at]);
          const low1 = values[at + nx] + fx * (values[at + nx + 1] - values[at + nx]);
          const up0 = values[at + layer] + fx * (values[at + layer + 1] - values[at + layer]);
          const up1 = values[at + layer + nx] + fx * (values[at + layer + nx + 1] - values[at + layer + nx]);
          const lower = low0 + fy * (low1 - low0);
          hu = lower + fz * (up0 + fy * (up1 - up0) - lower);
        }
        const grey = Math.max(0, Math.min(255, (hu - low) * scale)) | 0;
        pixels[row * width + column] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
      }
    }
  }
}

function inverse3([a, b, c]) {
  const minor = (p, q) => [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
  const [bc, ca, ab] = [minor(b, c), minor(c, a), minor(a, b)];
  const whole = a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2];
  return [0, 1, 2].map((n) => [bc[n] / whole, ca[n] / whole, ab[n] / whole]);
}
