// One thread, one pixel: the integral of BASES values per voxel along the ray from the source to that pixel.
//
// Joseph's method along the ray's own major axis: one sample at each slice's centre, times the ray's length per slice. Of
// the three fractions of a sample one is then exactly zero, so the hardware filter, whose fractions have 8 bits, rounds in
// two directions only; and there is one fetch per slice, as many as the separable kernel takes. A slice that the source
// or the detector cuts counts for the part between them, sampled in that part's middle.
//
// Outside the grid the texture is zero, so values fall linearly to zero within one voxel of the outermost centres, as in
// by_rays.py. Where a ray enters and leaves is found in double, its samples are float. Compiled at first use on a card; the
// tests compile the same file as C++.
//
// volume: 3-D texture, linear filter, border zero, 16-bit shares of the largest value; x, y, z = k, j, i.
// view: source, to_origin, column_step, row_step (i, j, k each, in voxels), world_from_pixel (3, 3) by rows, in mm.
// largest: (BASES,) the value that a full texel stands for. out: (BASES, rows, columns) value x mm.

#if BASES == 2
typedef float2 Sample;
__device__ inline float basis(Sample sample, int n) { return n ? sample.y : sample.x; }
#else
typedef float Sample;
__device__ inline float basis(Sample sample, int) { return sample; }
#endif

extern "C" __global__ void line_integral(
    cudaTextureObject_t volume, const double *view, int n_i, int n_j, int n_k, int rows, int columns,
    const float *largest, float *out)
{
    const int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y * blockDim.y + threadIdx.y;
    if (column >= columns || row >= rows) return;

    const double *source = view, *to_origin = view + 3, *column_step = view + 6, *row_step = view + 9;
    const double *world = view + 12;
    const double size[3] = {double(n_i), double(n_j), double(n_k)};
    double to_pixel[3], steepest = 0, source_slice = 0, mm2 = 0;
    for (int axis = 0; axis < 3; ++axis) {
        to_pixel[axis] = to_origin[axis] + column * column_step[axis] + row * row_step[axis];
        if (fabs(to_pixel[axis]) > fabs(steepest)) {
            steepest = to_pixel[axis];
            source_slice = source[axis];
        }
        const double mm = world[3 * axis] * column + world[3 * axis + 1] * row + world[3 * axis + 2];
        mm2 += mm * mm;
    }

    // The ray as a function of the slice number s along its major axis: at_zero + s * slope; (0, 1) for that axis itself.
    const double begin = fmin(source_slice, source_slice + steepest), end = fmax(source_slice, source_slice + steepest);
    double at_zero[3], slope[3], near = begin, far = end;
    for (int axis = 0; axis < 3; ++axis) {
        slope[axis] = to_pixel[axis] / steepest;
        at_zero[axis] = source[axis] - source_slice * slope[axis];
        if (fabs(slope[axis]) > 1e-9) {
            const double a = (-1 - at_zero[axis]) / slope[axis], b = (size[axis] - at_zero[axis]) / slope[axis];
            near = fmax(near, fmin(a, b));
            far = fmin(far, fmax(a, b));
        }  // a ray along the grid's faces has nothing to be clipped by: beside them the texture is zero
    }

    float sum[BASES] = {};
    if (far > near) {
        const int first = int(floor(near + 0.5)), last = int(ceil(far - 0.5));
        // Texel centres lie at one half.
        const float x0 = float(at_zero[2] + first * slope[2] + 0.5), dx = float(slope[2]);
        const float y0 = float(at_zero[1] + first * slope[1] + 0.5), dy = float(slope[1]);
        const float z0 = float(at_zero[0] + first * slope[0] + 0.5), dz = float(slope[0]);
        for (int cut = 0; cut < (last > first ? 2 : 1); ++cut) {
            const int slice = cut ? last : first;
            const double low = fmax(slice - 0.5, begin), high = fmin(slice + 0.5, end);
            const float s = float((low + high) / 2 - first);
            const Sample sample = tex3D<Sample>(volume, fmaf(s, dx, x0), fmaf(s, dy, y0), fmaf(s, dz, z0));
            for (int n = 0; n < BASES; ++n) sum[n] += float(high - low) * basis(sample, n);
        }
        #pragma unroll 4
        for (int slice = 1; slice < last - first; ++slice) {
            const float s = float(slice);
            const Sample sample = tex3D<Sample>(volume, fmaf(s, dx, x0), fmaf(s, dy, y0), fmaf(s, dz, z0));
            for (int n = 0; n < BASES; ++n) sum[n] += basis(sample, n);
        }
    }
    const float mm_per_slice = float(sqrt(mm2) / fabs(steepest));
    for (int n = 0; n < BASES; ++n) {
        out[(size_t(n) * rows + row) * columns + column] = sum[n] * mm_per_slice * largest[n];
    }
}
