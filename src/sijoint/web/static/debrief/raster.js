// Triangles, lines and dots into pixels with a depth for each: the same picture on every machine, without a graphics card.

export class Layer {
  constructor(width, height) {
    [this.width, this.height] = [width, height];
    this.depth = new Float32Array(width * height);
    this.colour = new Uint8ClampedArray(3 * width * height);
  }

  clear() {
    this.depth.fill(-Infinity);
  }

  // placed: x, y, depth of each vertex; shade: 0..1 of each vertex; depth grows towards the eye.
  triangles(faces, placed, shade, [red, green, blue]) {
    const { width, height, depth, colour } = this;
    for (let n = 0; n < faces.length; n += 3) {
      const [a, b, c] = [3 * faces[n], 3 * faces[n + 1], 3 * faces[n + 2]];
      const [x0, y0, x1, y1, x2, y2] = [placed[a], placed[a + 1], placed[b], placed[b + 1], placed[c], placed[c + 1]];
      const area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
      if (area === 0) continue;
      const firstX = Math.max(0, Math.floor(Math.min(x0, x1, x2)));
      const lastX = Math.min(width - 1, Math.ceil(Math.max(x0, x1, x2)));
      const firstY = Math.max(0, Math.floor(Math.min(y0, y1, y2)));
      const lastY = Math.min(height - 1, Math.ceil(Math.max(y0, y1, y2)));
      const [z0, z1, z2] = [placed[a + 2], placed[b + 2], placed[c + 2]];
      const [s0, s1, s2] = [shade[a / 3], shade[b / 3], shade[c / 3]];
      for (let y = firstY; y <= lastY; y += 1) {
        for (let x = firstX; x <= lastX; x += 1) {
          const w1 = ((x - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) / area;
          const w2 = ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) / area;
          const w0 = 1 - w1 - w2;
          if (w0 < -1e-6 || w1 < -1e-6 || w2 < -1e-6) continue;
          const z = w0 * z0 + w1 * z1 + w2 * z2;
          const at = y * width + x;
          if (z <= depth[at]) continue;
          depth[at] = z;
          const light = w0 * s0 + w1 * s1 + w2 * s2;
          colour[3 * at] = red * light;
          colour[3 * at + 1] = green * light;
          colour[3 * at + 2] = blue * light;
        }
      }
    }
  }

  // A disc towards the eye, lit like a ball.
  dot(x, y, z, radius, [red, green, blue]) {
    const { width, height, depth, colour } = this;
    for (let row = Math.max(0, Math.ceil(y - radius)); row <= Math.min(height - 1, y + radius); row += 1) {
      for (let column = Math.max(0, Math.ceil(x - radius)); column <= Math.min(width - 1, x + radius); column += 1) {
        const off = ((column - x) ** 2 + (row - y) ** 2) / (radius * radius);
        if (off > 1) continue;
        const at = row * width + column;
        if (z <= depth[at]) continue;
        depth[at] = z;
        const light = 0.55 + 0.45 * Math.sqrt(1 - off);
        colour[3 * at] = red * light;
        colour[3 * at + 1] = green * light;
        colour[3 * at + 2] = blue * light;
      }
    }
  }

  line(a, b, radius, paint) {
    const steps = Math.max(1, Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / Math.max(0.5, radius * 0.5)));
    for (let n = 0; n <= steps; n += 1) {
      const s = n / steps;
      this.dot(a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1]), a[2] + s * (b[2] - a[2]), radius, paint);
    }
  }
}
