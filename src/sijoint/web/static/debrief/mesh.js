// Bones, cleft and structures at risk as the server packs them: "SIJM", a JSON list, then vertices and faces of each.

export async function readMeshes(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error("The picture of the bones could not be read: load the page again.");
  const bytes = await answer.arrayBuffer();
  const head = new DataView(bytes);
  if (head.getUint32(0, false) !== 0x53494a4d) throw new Error("The picture of the bones is damaged: load the page again.");
  const listed = head.getUint32(4, true);
  let at = 8 + listed;
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, listed))).map((part) => {
    const vertices = new Float32Array(bytes, at, 3 * part.vertices);
    at += vertices.byteLength;
    const faces = new Uint32Array(bytes, at, 3 * part.faces);
    at += faces.byteLength;
    return { ...part, vertices, faces, normals: normals(vertices, faces) };
  });
}

// Smooth: each vertex looks where its faces look on average.
function normals(vertices, faces) {
  const out = new Float32Array(vertices.length);
  for (let n = 0; n < faces.length; n += 3) {
    const [a, b, c] = [3 * faces[n], 3 * faces[n + 1], 3 * faces[n + 2]];
    const u = [vertices[b] - vertices[a], vertices[b + 1] - vertices[a + 1], vertices[b + 2] - vertices[a + 2]];
    const v = [vertices[c] - vertices[a], vertices[c + 1] - vertices[a + 1], vertices[c + 2] - vertices[a + 2]];
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const at of [a, b, c]) for (let k = 0; k < 3; k += 1) out[at + k] += normal[k];
  }
  for (let n = 0; n < out.length; n += 3) {
    const long = Math.hypot(out[n], out[n + 1], out[n + 2]) || 1;
    for (let k = 0; k < 3; k += 1) out[n + k] /= long;
  }
  return out;
}
