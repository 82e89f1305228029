// The inner loops of the separable projector with AVX2 and FMA: four neighbouring samples of a voxel row lie within one load of
// eight voxels; a shuffle of bytes brings each its two voxels, a multiply-add of 16-bit pairs blends them.

#pragma once

#include "separable.h"

#define AVX2 __attribute__((target("avx2,fma")))

namespace {

struct Avx2 {
    template <int BLOCKS>
    AVX2 static void resample_rows(const SijView& view, const Slice& slice, int64_t column, int32_t* pairs) {
        __m256i shuffle[2 * BLOCKS], weight[2 * BLOCKS];
        const int16_t* start[4 * BLOCKS];
        const double step = slice.g * view.du;
        const double first = view.source_a + slice.g * (view.u0 + view.du * double(column));
        const int16_t* base = view.voxels + slice.m * view.stride_m + slice.first_line * view.stride_b;
        const __m256 steps = _mm256_mul_ps(_mm256_set_ps(3, 2, 1, 0, 3, 2, 1, 0), _mm256_set1_ps(float(step)));
        for (int k = 0; k < 2 * BLOCKS; ++k) {
            float from[2];
            for (int half = 0; half < 2; ++half) {
                const double a = first + step * double(8 * k + 4 * half);
                const double low = within_row(view, std::min(a, a + 3 * step));
                start[2 * k + half] = base + int64_t(low);
                from[half] = float(a - low);
            }
            const __m256 a = _mm256_add_ps(steps, _mm256_set_m128(_mm_set1_ps(from[1]), _mm_set1_ps(from[0])));
            const __m256i left = _mm256_cvttps_epi32(a);
            const __m256 part = _mm256_sub_ps(a, _mm256_cvtepi32_ps(left));
            const __m256i right_weight = _mm256_cvtps_epi32(_mm256_mul_ps(part, _mm256_set1_ps(float(1 << ROW_BITS))));
            const __m256i left_weight = _mm256_sub_epi32(_mm256_set1_epi32(1 << ROW_BITS), right_weight);
            weight[k] = _mm256_or_si256(left_weight, _mm256_slli_epi32(right_weight, 16));
            shuffle[k] = _mm256_add_epi32(_mm256_mullo_epi32(left, _mm256_set1_epi32(0x02020202)),
                                          _mm256_set1_epi32(0x03020100));
        }
        int k = 0;  // four eights at once: what sixteen registers hold
        for (; k + 4 <= 2 * BLOCKS; k += 4)
            resample_eights<4>(view, slice, start + 2 * k, shuffle + k, weight + k, pairs + 8 * k);
        if (k < 2 * BLOCKS) resample_eights<2>(view, slice, start + 2 * k, shuffle + k, weight + k, pairs + 8 * k);
    }

    template <int EIGHTS>
    AVX2 static void resample_eights(const SijView& view, const Slice& slice, const int16_t* const* start,
                                     const __m256i* shuffle, const __m256i* weight, int32_t* pairs) {
        const __m256i half = _mm256_set1_epi32(1 << (ROW_BITS - 1));
        __m256i before[EIGHTS];
        for (int64_t line = 0; line <= slice.lines; ++line) {
            const int64_t at = line * view.stride_b, later = at + GROUP * view.stride_m;
            prefetch(start[0] + later, start[2 * EIGHTS - 1] + later);
#pragma GCC unroll 4
            for (int k = 0; k < EIGHTS; ++k) {
                const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(start[2 * k] + at));
                const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(start[2 * k + 1] + at));
                const __m256i two = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), shuffle[k]);
                const __m256i sample =
                    _mm256_srli_epi32(_mm256_add_epi32(_mm256_madd_epi16(two, weight[k]), half), ROW_BITS);
                if (line)
                    _mm256_store_si256(reinterpret_cast<__m256i*>(pairs + (line - 1) * TILE + 8 * k),
                                       _mm256_or_si256(before[k], _mm256_slli_epi32(sample, 16)));
                before[k] = sample;
            }
        }
    }

    template <int BLOCKS>
    AVX2 static void blend_lines(float (*total)[TILE], int64_t first, int64_t last, int slices,
                                 const int32_t* const* pairs, const Lines* const* lines) {
        for (int64_t r = first; r < last; ++r) {
            for (int side = 0; side < 2; ++side) {  // half of the columns at once: what sixteen registers hold
                __m256i sum[BLOCKS];
                for (int k = 0; k < BLOCKS; ++k) sum[k] = _mm256_setzero_si256();
                for (int s = 0; s < slices; ++s) {
                    const int32_t* pair = pairs[s] + lines[s]->offset[r] + 8 * BLOCKS * side;
                    const __m256i weight = _mm256_set1_epi32(lines[s]->weight[r]);
#pragma GCC unroll 8
                    for (int k = 0; k < BLOCKS; ++k)
                        sum[k] = _mm256_add_epi32(
                            sum[k], _mm256_madd_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(pair + 8 * k)),
                                                      weight));
                }
                float* to = &total[r][8 * BLOCKS * side];
                for (int k = 0; k < BLOCKS; ++k)
                    _mm256_store_ps(to + 8 * k, _mm256_add_ps(_mm256_load_ps(to + 8 * k), _mm256_cvtepi32_ps(sum[k])));
            }
        }
    }

    AVX2 static __m256 coordinate(double first, double step, __m256d low, __m256d high) {
        const __m128 a = _mm256_cvtpd_ps(_mm256_fmadd_pd(low, _mm256_set1_pd(step), _mm256_set1_pd(first)));
        const __m128 b = _mm256_cvtpd_ps(_mm256_fmadd_pd(high, _mm256_set1_pd(step), _mm256_set1_pd(first)));
        return _mm256_set_m128(b, a);
    }

    AVX2 static void warp_row(const SijView& view, int64_t row) {
        const double* p = view.plane;
        const double* w = view.world;
        float* out = view.out + row * view.columns;
        const double m0 = p[1] * row + p[2], b0 = p[4] * row + p[5], a0 = p[7] * row + p[8];
        const double x0 = w[1] * row + w[2], y0 = w[4] * row + w[5], z0 = w[7] * row + w[8];
        // (b - v0 m) / dv / m: the place among the slopes, without the difference of two great numbers
        const double v_first = (b0 - view.v0 * m0) / view.dv, v_step = (p[3] - view.v0 * p[0]) / view.dv;
        const double u_first = (a0 - view.u0 * m0) / view.du, u_step = (p[6] - view.u0 * p[0]) / view.du;
        __m256 cubic[4];
        for (int n = 0; n < 4; ++n) {
            const __m128 four = _mm_set_ps(CUBIC[3][n], CUBIC[2][n], CUBIC[1][n], CUBIC[0][n]);
            cubic[n] = _mm256_set_m128(four, four);
        }
        const __m256d low0 = _mm256_set_pd(3, 2, 1, 0);
        const __m256i spread[4] = {_mm256_set_epi32(1, 1, 1, 1, 0, 0, 0, 0), _mm256_set_epi32(3, 3, 3, 3, 2, 2, 2, 2),
                                   _mm256_set_epi32(5, 5, 5, 5, 4, 4, 4, 4), _mm256_set_epi32(7, 7, 7, 7, 6, 6, 6, 6)};
        for (int64_t column = 0; column < view.columns; column += 8) {
            const __m256d low = _mm256_add_pd(low0, _mm256_set1_pd(double(column))),
                          high = _mm256_add_pd(low, _mm256_set1_pd(4));
            const __m256 per_m = _mm256_div_ps(_mm256_set1_ps(1), coordinate(m0, p[0], low, high));
            // the last block may reach beyond the row: its places are kept within the sums
            const __m256 v = _mm256_min_ps(
                _mm256_max_ps(_mm256_mul_ps(coordinate(v_first, v_step, low, high), per_m), _mm256_set1_ps(1)),
                _mm256_set1_ps(float(view.n_v - 3)));
            const __m256 u = _mm256_min_ps(
                _mm256_max_ps(_mm256_mul_ps(coordinate(u_first, u_step, low, high), per_m), _mm256_set1_ps(1)),
                _mm256_set1_ps(float(view.n_u - 3)));
            const __m256i iv = _mm256_cvttps_epi32(v), iu = _mm256_cvttps_epi32(u), one = _mm256_set1_epi32(1);
            const __m256 fv = _mm256_sub_ps(v, _mm256_cvtepi32_ps(iv)), fu = _mm256_sub_ps(u, _mm256_cvtepi32_ps(iu));
            alignas(32) int32_t at[8];
            _mm256_store_si256(
                reinterpret_cast<__m256i*>(at),
                _mm256_add_epi32(_mm256_mullo_epi32(_mm256_sub_epi32(iv, one), _mm256_set1_epi32(int32_t(view.n_u))),
                                 _mm256_sub_epi32(iu, one)));
            __m256 q[4];
            for (int n = 0; n < 4; ++n) {
                q[n] = _mm256_fmadd_ps(fv, _mm256_set1_ps(CUBIC[n][3]), _mm256_set1_ps(CUBIC[n][2]));
                q[n] = _mm256_fmadd_ps(fv, q[n], _mm256_set1_ps(CUBIC[n][1]));
                q[n] = _mm256_fmadd_ps(fv, q[n], _mm256_set1_ps(CUBIC[n][0]));
            }
            __m256 value[4];
#pragma GCC unroll 4
            for (int part = 0; part < 4; ++part) {  // two pixels at once, four neighbours along u each
                const float* first = view.sums + at[2 * part];
                const float* second = view.sums + at[2 * part + 1];
                __m256 sum = _mm256_setzero_ps();
                for (int n = 0; n < 4; ++n, first += view.n_u, second += view.n_u)
                    sum = _mm256_fmadd_ps(_mm256_set_m128(_mm_loadu_ps(second), _mm_loadu_ps(first)),
                                          _mm256_permutevar8x32_ps(q[n], spread[part]), sum);
                const __m256 t = _mm256_permutevar8x32_ps(fu, spread[part]);
                value[part] = _mm256_mul_ps(
                    sum,
                    _mm256_fmadd_ps(t, _mm256_fmadd_ps(t, _mm256_fmadd_ps(t, cubic[3], cubic[2]), cubic[1]), cubic[0]));
            }
            const __m256 even_odd =
                _mm256_hadd_ps(_mm256_hadd_ps(value[0], value[1]), _mm256_hadd_ps(value[2], value[3]));
            const __m256 sum = _mm256_permutevar8x32_ps(even_odd, _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0));
            const __m256 x = coordinate(x0, w[0], low, high), y = coordinate(y0, w[3], low, high),
                         z = coordinate(z0, w[6], low, high);
            const __m256 length = _mm256_sqrt_ps(_mm256_fmadd_ps(x, x, _mm256_fmadd_ps(y, y, _mm256_mul_ps(z, z))));
            const __m256 away = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), per_m);
            const __m256 scale = _mm256_mul_ps(_mm256_mul_ps(length, away), _mm256_set1_ps(float(view.scale)));
            const __m256 result = _mm256_max_ps(_mm256_mul_ps(sum, scale), _mm256_setzero_ps());
            const __m256i wanted = _mm256_cmpgt_epi32(_mm256_set1_epi32(int32_t(view.columns - column)),
                                                      _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
            _mm256_maskstore_ps(out + column, wanted, result);
        }
    }
};

}  // namespace
