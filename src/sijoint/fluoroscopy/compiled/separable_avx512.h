// The inner loops of the separable projector with AVX-512 and VNNI: sixteen neighbouring samples of a voxel row lie within one
// load of 32 voxels; a permutation brings each its two voxels, a multiply-add of 16-bit pairs blends them.

#pragma once

#include "separable.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

namespace {

struct Avx512 {
    template <int BLOCKS>
    AVX512 static void resample_rows(const SijView& view, const Slice& slice, int64_t column, int32_t* pairs) {
        __m512i index[BLOCKS], weight[BLOCKS];
        const int16_t* start[BLOCKS];
        const __m512i order = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        const double step = slice.g * view.du;
        const int16_t* base = view.voxels + slice.m * view.stride_m + slice.first_line * view.stride_b;
        for (int k = 0; k < BLOCKS; ++k) {
            const double from = view.source_a + slice.g * view.u0 + step * double(column + 16 * k);
            const double low = within_row(view, std::min(from, from + 15 * step));
            const __m512 a = _mm512_fmadd_ps(_mm512_cvtepi32_ps(order), _mm512_set1_ps(float(step)),
                                             _mm512_set1_ps(float(from - low)));
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
        for (int64_t line = 0; line <= slice.lines; ++line) {
            const int64_t at = line * view.stride_b, later = at + GROUP * view.stride_m;
            prefetch(start[0] + later, start[BLOCKS - 1] + later);
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

    template <int BLOCKS>
    AVX512 static void blend_lines(float (*total)[TILE], int64_t first, int64_t last, int slices,
                                   const int32_t* const* pairs, const Lines* const* lines) {
        for (int64_t r = first; r < last; ++r) {
            __m512i sum[BLOCKS];
            for (int k = 0; k < BLOCKS; ++k) sum[k] = _mm512_setzero_si512();
            for (int s = 0; s < slices; ++s) {
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

    AVX512 static __m512 coordinate(double first, double step, __m512d low, __m512d high) {
        const __m256 a = _mm512_cvtpd_ps(_mm512_fmadd_pd(low, _mm512_set1_pd(step), _mm512_set1_pd(first)));
        const __m256 b = _mm512_cvtpd_ps(_mm512_fmadd_pd(high, _mm512_set1_pd(step), _mm512_set1_pd(first)));
        return _mm512_insertf32x8(_mm512_castps256_ps512(a), b, 1);
    }

    AVX512 static void warp_row(const SijView& view, int64_t row) {
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
            _mm512_store_si512(at, _mm512_add_epi32(_mm512_mullo_epi32(_mm512_sub_epi32(iv, one),
                                                                       _mm512_set1_epi32(int32_t(view.n_u))),
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
                _mm512_insertf32x4(_mm512_insertf32x4(_mm512_castps128_ps512(four[0]), four[1], 1), four[2], 2),
                four[3], 3);
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
};

}  // namespace
