// The separable projector for processors with AVX-512 and VNNI. Geometry and method: shear_warp.py; the plain version of
// both steps: separable.py. Every function that needs those instructions says so for itself, so the library loads on any
// x86-64 and asks the processor at run time (sij_runs_here).
//
// Voxels are int16. Sixteen neighbouring samples of one voxel row lie within one load of 32 voxels: a permutation brings
// each sample its two voxels, a multiply-add of 16-bit pairs blends them. Two resampled rows are kept side by side as
// 16-bit pairs, so that the blend between rows is one load and one multiply-add, in 32-bit sums over GROUP slices.

#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)  // gcc and clang
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <thread>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

namespace {

constexpr int BAND = 128;  // at most so many image rows at once: their resampled voxel rows stay in cache
constexpr int BLOCKS = 8;  // of sixteen columns in a tile
constexpr int TILE = 16 * BLOCKS;
constexpr int GROUP = 4;                      // slices in one 32-bit sum: 4 * 32767 * 2^14 < 2^31
constexpr int ROW_BITS = 14, LINE_BITS = 14;  // of the weights along a and along b

}  // namespace

extern "C" {

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
    const int64_t* needed;  // first and one past the last column of each band that the detector needs
    float* sums;            // (n_v, n_u)
    double plane[9];        // rows m, b, a of the vector to a pixel = columns times (column, row, 1)
    double world[9];
    double scale;
    int64_t rows, columns;
    float* out;  // (rows, columns)
};

// Bytes of SijView, so that a library of another version is not called with numbers that it would misread.
int64_t sij_view_size() { return sizeof(SijView); }

int sij_runs_here() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni");
}

}  // extern "C"

namespace {

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

struct Scratch {
    std::unique_ptr<Lines[]> rows;
    std::unique_ptr<Slice[]> slices;
    int32_t* pairs = nullptr;
    int64_t pair_lines = 0;
    ~Scratch() { ::operator delete[](pairs, std::align_val_t(64)); }
};

AVX512 void resample_rows(const SijView& view, const Slice& slice, int64_t column, int32_t* pairs) {
    __m512i index[BLOCKS], weight[BLOCKS];
    const int16_t* start[BLOCKS];
    const __m512i order = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const double step = slice.g * view.du;
    const int16_t* base = view.voxels + slice.m * view.stride_m + slice.first_line * view.stride_b;
    for (int k = 0; k < BLOCKS; ++k) {
        const double from = view.source_a + slice.g * view.u0 + step * double(column + 16 * k);
        const double low = std::floor(std::min(from, from + 15 * step));
        if (low >= double(view.n_a) || low + 31 <= -1) {  // beside the field: empty voxels before its first row's start
            start[k] = base - 32;
            index[k] = _mm512_setzero_si512();
            weight[k] = _mm512_setzero_si512();
            continue;
        }
        const __m512 a =
            _mm512_fmadd_ps(_mm512_cvtepi32_ps(order), _mm512_set1_ps(float(step)), _mm512_set1_ps(float(from - low)));
        const __m512i left = _mm512_cvttps_epi32(a);
        const __m512 part = _mm512_sub_ps(a, _mm512_cvtepi32_ps(left));
        const __m512i right_weight = _mm512_cvtps_epi32(_mm512_mul_ps(part, _mm512_set1_ps(float(1 << ROW_BITS))));
        const __m512i left_weight = _mm512_sub_epi32(_mm512_set1_epi32(1 << ROW_BITS), right_weight);
        weight[k] = _mm512_or_si512(left_weight, _mm512_slli_epi32(right_weight, 16));
        index[k] = _mm512_or_si512(left, _mm512_slli_epi32(_mm512_add_epi32(left, _mm512_set1_epi32(1)), 16));
        start[k] = base + int64_t(low);
    }
    const __m512i half = _mm512_set1_epi32(1 << (ROW_BITS - 1));
    __m512i before[BLOCKS];
    // the same voxels of the slice that comes a group later, on their way to the cache while these are worked on
    const int16_t* lowest = *std::min_element(start, start + BLOCKS) + GROUP * view.stride_m;
    const int64_t span = *std::max_element(start, start + BLOCKS) + GROUP * view.stride_m + 31 - lowest;
    for (int64_t line = 0; line <= slice.lines; ++line) {
        const int64_t at = line * view.stride_b;
        const int16_t* coming = lowest + at;
        for (int64_t voxel = 0; voxel < 96; voxel += 32)
            _mm_prefetch(reinterpret_cast<const char*>(coming + voxel), _MM_HINT_T0);
        for (int64_t voxel = 96; voxel <= span; voxel += 32)
            _mm_prefetch(reinterpret_cast<const char*>(coming + voxel), _MM_HINT_T0);
#pragma GCC unroll 8
        for (int k = 0; k < BLOCKS; ++k) {
            const __m512i voxels = _mm512_loadu_si512(start[k] + at);
            const __m512i two = _mm512_permutexvar_epi16(index[k], voxels);
            const __m512i sample = _mm512_srli_epi32(_mm512_dpwssd_epi32(half, two, weight[k]), ROW_BITS);
            if (line)
                _mm512_store_si512(pairs + (line - 1) * TILE + 16 * k,
                                   _mm512_or_si512(before[k], _mm512_slli_epi32(sample, 16)));
            before[k] = sample;
        }
    }
}

AVX512 void sum_band(const SijView& view, int64_t row, Scratch& scratch) {
    const int64_t n_rows = std::min<int64_t>(view.band, view.n_v - row);
    int64_t n_slices = 0;
    for (int64_t m = view.first_m; m <= view.last_m; ++m) {
        const double g = double(m) - view.source_m;
        const double from = view.source_b + g * (view.v0 + view.dv * double(row)), step = g * view.dv;
        const double to = from + step * double(n_rows - 1);
        const double low = std::max(std::floor(std::min(from, to)), -1.0);
        const double high = std::min(std::floor(std::max(from, to)), double(view.n_b - 1));
        if (high < low) continue;
        Slice& slice = scratch.slices[n_slices];
        slice = {m, g, int64_t(low), int64_t(high - low) + 1};
        Lines& lines = scratch.rows[n_slices++];
        for (int64_t r = 0; r < n_rows; ++r) {
            const double b = from + step * double(r) - low;
            const bool seen = b >= 0 && b < double(slice.lines);
            const int32_t line = seen ? int32_t(b) : 0;
            const int32_t next = seen ? int32_t((b - line) * (1 << LINE_BITS) + 0.5) : 0;
            lines.offset[r] = line * TILE;
            lines.weight[r] = seen ? ((1 << LINE_BITS) - next) | (next << 16) : 0;
        }
    }
    alignas(64) float total[BAND][TILE];
    const int64_t* needed = view.needed + 2 * (row / view.band);
    for (int64_t column = needed[0]; column < needed[1]; column += TILE) {
        std::memset(total, 0, sizeof total);
        for (int64_t first = 0; first < n_slices; first += GROUP) {
            const int in_group = int(std::min<int64_t>(GROUP, n_slices - first));
            int32_t* pairs[GROUP];
            int used = 0;
            const Lines* lines[GROUP];
            for (int s = 0; s < in_group; ++s) {
                const Slice& slice = scratch.slices[first + s];
                const double from = view.source_a + slice.g * (view.u0 + view.du * double(column));
                const double to = from + slice.g * view.du * (TILE - 1);
                if (std::max(from, to) <= -1 || std::min(from, to) >= double(view.n_a)) continue;
                pairs[used] = scratch.pairs + used * scratch.pair_lines * TILE;
                lines[used] = &scratch.rows[first + s];
                resample_rows(view, slice, column, pairs[used]);
                ++used;
            }
            if (!used) continue;
            for (int64_t r = 0; r < n_rows; ++r) {
                __m512i sum[BLOCKS];
                for (int k = 0; k < BLOCKS; ++k) sum[k] = _mm512_setzero_si512();
                for (int s = 0; s < used; ++s) {
                    const int32_t* pair = pairs[s] + lines[s]->offset[r];
                    const __m512i weight = _mm512_set1_epi32(lines[s]->weight[r]);
#pragma GCC unroll 8
                    for (int k = 0; k < BLOCKS; ++k)
                        sum[k] = _mm512_dpwssd_epi32(sum[k], _mm512_load_si512(pair + 16 * k), weight);
                }
                for (int k = 0; k < BLOCKS; ++k)
                    _mm512_store_ps(&total[r][16 * k],
                                    _mm512_add_ps(_mm512_load_ps(&total[r][16 * k]), _mm512_cvtepi32_ps(sum[k])));
            }
        }
        const int64_t width = std::min<int64_t>(TILE, needed[1] - column);
        for (int64_t r = 0; r < n_rows; ++r) {
            float* to = view.sums + (row + r) * view.n_u + column;
            for (int64_t c = 0; c < width; ++c) to[c] = total[r][c] * float(1.0 / (1 << LINE_BITS));
        }
    }
}

// Catmull-Rom weights of four neighbours as polynomials of the place t between the middle two.
constexpr float CUBIC[4][4] = {{0, -0.5f, 1, -0.5f}, {1, 0, -2.5f, 1.5f}, {0, 0.5f, 2, -1.5f}, {0, 0, -0.5f, 0.5f}};

AVX512 __m512 coordinate(double first, double step, __m512d low, __m512d high) {
    const __m256 a = _mm512_cvtpd_ps(_mm512_fmadd_pd(low, _mm512_set1_pd(step), _mm512_set1_pd(first)));
    const __m256 b = _mm512_cvtpd_ps(_mm512_fmadd_pd(high, _mm512_set1_pd(step), _mm512_set1_pd(first)));
    return _mm512_insertf32x8(_mm512_castps256_ps512(a), b, 1);
}

AVX512 void warp_row(const SijView& view, int64_t row) {
    const double* p = view.plane;
    const double* w = view.world;
    float* out = view.out + row * view.columns;
    const double m0 = p[1] * row + p[2], b0 = p[4] * row + p[5], a0 = p[7] * row + p[8];
    const double x0 = w[1] * row + w[2], y0 = w[4] * row + w[5], z0 = w[7] * row + w[8];
    // (b - v0 m) / dv / m: the place among the slopes, without the difference of two great numbers
    const double v_first = (b0 - view.v0 * m0) / view.dv, v_step = (p[3] - view.v0 * p[0]) / view.dv;
    const double u_first = (a0 - view.u0 * m0) / view.du, u_step = (p[6] - view.u0 * p[0]) / view.du;
    __m512 cubic[4];
    for (int n = 0; n < 4; ++n)
        cubic[n] = _mm512_broadcast_f32x4(_mm_set_ps(CUBIC[3][n], CUBIC[2][n], CUBIC[1][n], CUBIC[0][n]));
    const __m512d low0 = _mm512_set_pd(7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i spread[4] = {_mm512_set_epi32(3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0),
                               _mm512_set_epi32(7, 7, 7, 7, 6, 6, 6, 6, 5, 5, 5, 5, 4, 4, 4, 4),
                               _mm512_set_epi32(11, 11, 11, 11, 10, 10, 10, 10, 9, 9, 9, 9, 8, 8, 8, 8),
                               _mm512_set_epi32(15, 15, 15, 15, 14, 14, 14, 14, 13, 13, 13, 13, 12, 12, 12, 12)};
    for (int64_t column = 0; column < view.columns; column += 16) {
        const __m512d low = _mm512_add_pd(low0, _mm512_set1_pd(double(column))),
                      high = _mm512_add_pd(low, _mm512_set1_pd(8));
        const __m512 per_m = _mm512_div_ps(_mm512_set1_ps(1), coordinate(m0, p[0], low, high));
        // the last block may reach beyond the row: its places are kept within the sums
        const __m512 v = _mm512_min_ps(
            _mm512_max_ps(_mm512_mul_ps(coordinate(v_first, v_step, low, high), per_m), _mm512_set1_ps(1)),
            _mm512_set1_ps(float(view.n_v - 3)));
        const __m512 u = _mm512_min_ps(
            _mm512_max_ps(_mm512_mul_ps(coordinate(u_first, u_step, low, high), per_m), _mm512_set1_ps(1)),
            _mm512_set1_ps(float(view.n_u - 3)));
        const __m512i iv = _mm512_cvttps_epi32(v), iu = _mm512_cvttps_epi32(u);
        const __m512 fv = _mm512_sub_ps(v, _mm512_cvtepi32_ps(iv)), fu = _mm512_sub_ps(u, _mm512_cvtepi32_ps(iu));
        alignas(64) int32_t at[16];
        const __m512i one = _mm512_set1_epi32(1);
        _mm512_store_si512(
            at, _mm512_add_epi32(_mm512_mullo_epi32(_mm512_sub_epi32(iv, one), _mm512_set1_epi32(int32_t(view.n_u))),
                                 _mm512_sub_epi32(iu, one)));
        __m512 q[4];
        for (int n = 0; n < 4; ++n) {
            q[n] = _mm512_fmadd_ps(fv, _mm512_set1_ps(CUBIC[n][3]), _mm512_set1_ps(CUBIC[n][2]));
            q[n] = _mm512_fmadd_ps(fv, q[n], _mm512_set1_ps(CUBIC[n][1]));
            q[n] = _mm512_fmadd_ps(fv, q[n], _mm512_set1_ps(CUBIC[n][0]));
        }
        __m128 four[4];
        for (int part = 0; part < 4; ++part) {  // four pixels at once, four neighbours along u each
            const int32_t* from = at + 4 * part;
            __m512 value = _mm512_setzero_ps();
            for (int n = 0; n < 4; ++n) {
                const float* line = view.sums + n * view.n_u;
                __m512 near = _mm512_castps128_ps512(_mm_loadu_ps(line + from[0]));
                near = _mm512_insertf32x4(near, _mm_loadu_ps(line + from[1]), 1);
                near = _mm512_insertf32x4(near, _mm_loadu_ps(line + from[2]), 2);
                near = _mm512_insertf32x4(near, _mm_loadu_ps(line + from[3]), 3);
                value = _mm512_fmadd_ps(near, _mm512_permutexvar_ps(spread[part], q[n]), value);
            }
            const __m512 t = _mm512_permutexvar_ps(spread[part], fu);
            const __m512 weight =
                _mm512_fmadd_ps(t, _mm512_fmadd_ps(t, _mm512_fmadd_ps(t, cubic[3], cubic[2]), cubic[1]), cubic[0]);
            value = _mm512_mul_ps(value, weight);
            value = _mm512_add_ps(value, _mm512_permute_ps(value, 0xB1));
            value = _mm512_add_ps(value, _mm512_permute_ps(value, 0x4E));
            const __m512i first_of_each = _mm512_set_epi32(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 8, 4, 0);
            four[part] = _mm512_castps512_ps128(_mm512_permutexvar_ps(first_of_each, value));
        }
        const __m512 value = _mm512_insertf32x4(
            _mm512_insertf32x4(_mm512_insertf32x4(_mm512_castps128_ps512(four[0]), four[1], 1), four[2], 2), four[3],
            3);
        const __m512 x = coordinate(x0, w[0], low, high), y = coordinate(y0, w[3], low, high),
                     z = coordinate(z0, w[6], low, high);
        const __m512 length = _mm512_sqrt_ps(_mm512_fmadd_ps(x, x, _mm512_fmadd_ps(y, y, _mm512_mul_ps(z, z))));
        const __m512 scale =
            _mm512_mul_ps(_mm512_mul_ps(length, _mm512_abs_ps(per_m)), _mm512_set1_ps(float(view.scale)));
        const __m512 result = _mm512_max_ps(_mm512_mul_ps(value, scale), _mm512_setzero_ps());
        const int64_t left = view.columns - column;
        _mm512_mask_storeu_ps(out + column, left >= 16 ? __mmask16(0xFFFF) : __mmask16((1u << left) - 1), result);
    }
}

}  // namespace

extern "C" {

// What threads that work on one view share: the rows that are free, and how many bands are summed.
struct SijProgress {
    int64_t next_slope, bands_done, next_row;
};

// The view's image: first the sums of all slices, band by band, then the warp, sixteen rows at a time. Any number of
// threads may call this with one progress; each takes what is free. Returns 0, or 1 when there was no memory.
AVX512 int sij_project(const SijView* view, SijProgress* progress) {
    Scratch scratch;
    const int64_t n_slices = std::max<int64_t>(view->last_m - view->first_m + 1, 0);
    const double farthest =
        std::max(std::abs(double(view->first_m) - view->source_m), std::abs(double(view->last_m) - view->source_m));
    scratch.pair_lines = int64_t(farthest * view->dv * double(view->band)) + 4;
    try {
        scratch.rows = std::make_unique<Lines[]>(size_t(n_slices));
        scratch.slices = std::make_unique<Slice[]>(size_t(n_slices));
        scratch.pairs = static_cast<int32_t*>(
            ::operator new[](size_t(GROUP * scratch.pair_lines * TILE) * 4, std::align_val_t(64)));
    } catch (const std::bad_alloc&) {
        return 1;
    }
    for (;;) {
        const int64_t row = __atomic_fetch_add(&progress->next_slope, view->band, __ATOMIC_RELAXED);
        if (row >= view->n_v) break;
        sum_band(*view, row, scratch);
        __atomic_fetch_add(&progress->bands_done, 1, __ATOMIC_RELEASE);
    }
    // others may still be at their last band; none that has not begun is waited for
    const int64_t bands = (view->n_v + view->band - 1) / view->band;
    while (__atomic_load_n(&progress->bands_done, __ATOMIC_ACQUIRE) < bands) std::this_thread::yield();
    for (;;) {
        const int64_t first = __atomic_fetch_add(&progress->next_row, 16, __ATOMIC_RELAXED);
        if (first >= view->rows) return 0;
        for (int64_t row = first; row < std::min(first + 16, view->rows); ++row) warp_row(*view, row);
    }
}

}  // extern "C"

#else  // another processor or compiler: the library says that it does not run here

extern "C" {
int64_t sij_view_size() { return 0; }
int sij_runs_here() { return 0; }
}

#endif
