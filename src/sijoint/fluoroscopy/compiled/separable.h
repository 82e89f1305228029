// What the separable projector's frame (separable.cpp) and its inner loops for each set of instructions share.

#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

// One view of one field; the same numbers as ShearWarp, in voxels.
struct SijView {
    const int16_t* voxels;  // at voxel (0, 0, 0)
    int64_t stride_m, stride_b;
    int64_t n_b, n_a;
    double source_m, source_b, source_a;
    int64_t first_m, last_m;
    double v0, dv, u0, du;
    int64_t n_v, n_u;       // slopes
    int64_t band;           // rows of slopes that a thread takes at once, at most BAND
    const int64_t* needed;  // first and one past the last column of each EIGHT rows that the detector needs
    float* sums;            // (n_v, n_u)
    double plane[9];        // rows m, b, a of the vector to a pixel = columns times (column, row, 1)
    double world[9];
    double scale;
    int64_t rows, columns;
    float* out;            // (rows, columns)
    int64_t instructions;  // with which of sij_runs_here
};

// Compiled into its caller, and so with the caller's instructions.
#define INLINED inline __attribute__((always_inline))

namespace {

constexpr int BAND = 128;  // at most so many image rows at once: their resampled voxel rows stay in cache
constexpr int TILE = 128;  // at most so many columns at once, in blocks of sixteen
constexpr int EIGHT = 8;   // rows of slopes that one entry of SijView::needed is about
constexpr int GROUP = 4;   // slices in one 32-bit sum: 4 * 32767 * 2^14 < 2^31
constexpr int ROW_BITS = 14, LINE_BITS = 14;  // of the weights along a and along b

// Which pair of voxel rows, and how much of each, a row of the image takes from one slice.
struct Lines {
    int32_t offset[BAND];  // in samples, into the slice's resampled pairs
    int32_t weight[BAND];
};

struct Slice {
    int64_t m;
    double g;
    int64_t first_line, lines;  // voxel rows first_line .. first_line + lines
};

// A row's voxels from one place to 32 beyond another, on their way to the cache while others are worked on.
INLINED void prefetch(const int16_t* from, const int16_t* to) {
    for (const int16_t* voxel = std::min(from, to); voxel < std::max(from, to) + 32; voxel += 32)
        _mm_prefetch(reinterpret_cast<const char*>(voxel), _MM_HINT_T0);
}

// The voxel before ``place`` of a row; beside the row, one from which a load finds the empty voxels around it.
INLINED double within_row(const SijView& view, double place) {
    return std::min(std::max(std::floor(place), -32.0), double(view.n_a));
}

// Catmull-Rom weights of four neighbours as polynomials of the place t between the middle two.
constexpr float CUBIC[4][4] = {{0, -0.5f, 1, -0.5f}, {1, 0, -2.5f, 1.5f}, {0, 0.5f, 2, -1.5f}, {0, 0, -0.5f, 0.5f}};

}  // namespace
