// Enough of CUDA to run a kernel on a CPU, thread by thread, with the texture unit's documented arithmetic: a linear filter
// whose fractions have 8 bits, and texels of zero beyond the border. KERNEL is the path of the .cu file.

#include <cmath>
#include <cstddef>
#include <cstdint>

#define __global__
#define __device__
using namespace std;
using cudaTextureObject_t = unsigned long long;

struct float2 { float x, y; };
struct { unsigned x, y; } threadIdx, blockIdx, blockDim;

struct Texture {
    const uint16_t *texels;  // (depth, height, width, BASES)
    int size[3];             // width, height, depth
    double fraction_steps;   // 256 on a card; 0 for fractions as they are
    double rounding;         // 0.5 to the nearest step, 0 downwards

    float filtered(const float (&at)[3], int basis) const
    {
        int low[3];
        double fraction[3], sum = 0;
        for (int axis = 0; axis < 3; ++axis) {
            const double centred = at[axis] - 0.5;
            low[axis] = int(floor(centred));
            fraction[axis] = centred - low[axis];
            if (fraction_steps > 0) fraction[axis] = floor(fraction[axis] * fraction_steps + rounding) / fraction_steps;
        }
        for (int corner = 0; corner < 8; ++corner) {
            size_t texel = 0;
            double share = 1;
            for (int axis = 2; axis >= 0; --axis) {
                const int up = corner >> axis & 1, n = low[axis] + up;
                share *= n < 0 || n >= size[axis] ? 0 : up ? fraction[axis] : 1 - fraction[axis];
                texel = texel * size[axis] + n;
            }
            if (share > 0) sum += share * texels[texel * BASES + basis] / 65535;
        }
        return float(sum);
    }
};

template <class Sample> Sample tex3D(cudaTextureObject_t handle, float x, float y, float z)
{
    const Texture &texture = *reinterpret_cast<const Texture *>(handle);
    const float at[3] = {x, y, z};
    Sample sample;
    for (int n = 0; n < BASES; ++n) reinterpret_cast<float *>(&sample)[n] = texture.filtered(at, n);
    return sample;
}

#include KERNEL

extern "C" void launch(
    int grid_x, int grid_y, int block_x, int block_y, const uint16_t *texels, double fraction_steps, double rounding,
    const double *view, int n_i, int n_j, int n_k, int rows, int columns, const float *largest, float *out)
{
    const Texture texture = {texels, {n_k, n_j, n_i}, fraction_steps, rounding};
    blockDim = {unsigned(block_x), unsigned(block_y)};
    for (int block = 0; block < grid_x * grid_y; ++block) {
        for (int thread = 0; thread < block_x * block_y; ++thread) {
            blockIdx = {unsigned(block % grid_x), unsigned(block / grid_x)};
            threadIdx = {unsigned(thread % block_x), unsigned(thread / block_x)};
            line_integral(reinterpret_cast<cudaTextureObject_t>(&texture), view, n_i, n_j, n_k, rows, columns, largest, out);
        }
    }
}
