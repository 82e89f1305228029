// The compiled separable projector: int16 voxels, 32-bit sums. Geometry and method: shear_warp.py; the plain version of both
// steps: separable.py. Here are bands, slices and threads; the inner loops are in a header for each set of instructions. Every
// function there says for itself what it needs, so the library loads on any x86-64 and asks the processor at run time.
//
// Each voxel row is resampled once for all image rows of a band; two resampled rows are kept side by side as 16-bit pairs, so
// that the blend between rows is one load and one multiply-add, in 32-bit sums over GROUP slices.

#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)  // gcc and clang
#include <memory>
#include <new>
#include <thread>

#include "separable.h"
#include "separable_avx2.h"
#include "separable_avx512.h"

extern "C" {

// Bytes of SijView, so that a library of another version is not called with numbers that it would misread.
int64_t sij_view_size() { return sizeof(SijView); }

// The best instructions that this processor has: 0 none of ours, 1 AVX2 with FMA, 2 AVX-512 with VNNI.
int sij_runs_here() {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vnni");
    return wide ? 2 : 1;
}

// What threads that work on one view share: the rows that are free, and how many bands are summed.
struct SijProgress {
    int64_t next_slope, bands_done, next_row;
};

}  // extern "C"

namespace {

struct Scratch {
    std::unique_ptr<Lines[]> rows;
    std::unique_ptr<Slice[]> slices;
    int32_t* pairs = nullptr;
    int64_t pair_lines = 0;
    ~Scratch() { ::operator delete[](pairs, std::align_val_t(64)); }
};

// Slices that rows of this band meet, and for each row its lines; returns how many.
INLINED int64_t find_slices(const SijView& view, int64_t row, int64_t n_rows, Scratch& scratch) {
    int64_t n_slices = 0;
    for (int64_t m = view.first_m; m <= view.last_m; ++m) {
        const double g = double(m) - view.source_m;
        const double from = view.source_b + g * (view.v0 + view.dv * double(row)), step = g * view.dv;
        const double to = from + step * double(n_rows - 1);
        const double low = std::max(std::floor(std::min(from, to)), -1.0);
        const double high = std::min(std::floor(std::max(from, to)), double(view.n_b - 1));
        if (high < low) continue;
        scratch.slices[n_slices] = {m, g, int64_t(low), int64_t(high - low) + 1};
        Lines& lines = scratch.rows[n_slices++];
        const double count = high - low + 1;
        for (int64_t r = 0; r < n_rows; ++r) {
            const double b = from + step * double(r) - low;
            const int32_t line = int32_t(std::min(std::max(b, 0.0), count - 1));
            const int32_t next = int32_t((b - line) * (1 << LINE_BITS) + 0.5);
            lines.offset[r] = line * TILE;
            lines.weight[r] = b >= 0 && b < count ? ((1 << LINE_BITS) - next) | (next << 16) : 0;
        }
    }
    return n_slices;
}

// Sums of rows first .. last - 1 of a band in a tile of so many blocks of sixteen columns.
template <class Instructions, int BLOCKS>
INLINED void sum_tile(const SijView& view, int64_t column, int64_t first, int64_t last, int64_t n_slices,
                      Scratch& scratch, float (*total)[TILE]) {
    std::memset(total[first], 0, size_t(last - first) * sizeof total[0]);
    int32_t* pairs[GROUP];
    const Lines* lines[GROUP];
    int used = 0;
    for (int64_t n = 0; n < n_slices; ++n) {
        Slice slice = scratch.slices[n];
        const double from = view.source_a + slice.g * (view.u0 + view.du * double(column));
        const double to = from + slice.g * view.du * (16 * BLOCKS - 1);
        if (std::max(from, to) > -1 && std::min(from, to) < double(view.n_a)) {
            lines[used] = &scratch.rows[n];
            const auto [low, high] = std::minmax(lines[used]->offset[first], lines[used]->offset[last - 1]);
            slice.first_line += low / TILE;  // of the band's lines those that these rows take
            slice.lines = (high - low) / TILE + 1;
            pairs[used] = scratch.pairs + used * scratch.pair_lines * TILE;
            Instructions::template resample_rows<BLOCKS>(view, slice, column, pairs[used] + low);
            ++used;
        }
        if (used == GROUP || (used && n == n_slices - 1)) {
            Instructions::template blend_lines<BLOCKS>(total, first, last, used, pairs, lines);
            used = 0;
        }
    }
}

template <class Instructions>
INLINED void sum_band(const SijView& view, int64_t row, Scratch& scratch) {
    const int64_t n_rows = std::min<int64_t>(view.band, view.n_v - row);
    const int64_t n_slices = find_slices(view, row, n_rows, scratch);
    const auto needs = [&view, row](int64_t r, int64_t from, int64_t to) {  // anything of these columns in this row
        const int64_t* needed = view.needed + (row + r) / EIGHT * 2;
        return std::max(needed[0], from) < std::min(needed[1], to);
    };
    int64_t left = view.n_u, right = 0;
    for (int64_t r = row / EIGHT; r <= (row + n_rows - 1) / EIGHT; ++r) {
        if (view.needed[2 * r] == view.needed[2 * r + 1]) continue;
        left = std::min(left, view.needed[2 * r]);
        right = std::max(right, view.needed[2 * r + 1]);
    }
    if (left >= right) return;
    const int64_t tiles = (right - left + TILE - 1) / TILE;
    const int64_t blocks = std::max<int64_t>((right - left + 16 * tiles - 1) / (16 * tiles), 4);
    alignas(64) float total[BAND][TILE];
    for (int64_t column = left; column < right; column += 16 * blocks) {
        const int64_t end = std::min(column + 16 * blocks, right);
        int64_t first = 0, last = n_rows;  // the detector is convex: rows that need this tile lie side by side
        while (first < last && !needs(first, column, end)) ++first;
        while (first < last && !needs(last - 1, column, end)) --last;
        if (first == last) continue;
        switch (blocks) {
            case 4:
                sum_tile<Instructions, 4>(view, column, first, last, n_slices, scratch, total);
                break;
            case 5:
                sum_tile<Instructions, 5>(view, column, first, last, n_slices, scratch, total);
                break;
            case 6:
                sum_tile<Instructions, 6>(view, column, first, last, n_slices, scratch, total);
                break;
            case 7:
                sum_tile<Instructions, 7>(view, column, first, last, n_slices, scratch, total);
                break;
            default:
                sum_tile<Instructions, 8>(view, column, first, last, n_slices, scratch, total);
        }
        for (int64_t r = first; r < last; ++r) {
            float* to = view.sums + (row + r) * view.n_u + column;
            for (int64_t c = 0; c < end - column; ++c) to[c] = total[r][c] * float(1.0 / (1 << LINE_BITS));
        }
    }
}

template <class Instructions>
INLINED int project(const SijView& view, SijProgress& progress) {
    Scratch scratch;
    const int64_t n_slices = std::max<int64_t>(view.last_m - view.first_m + 1, 0);
    const double farthest =
        std::max(std::abs(double(view.first_m) - view.source_m), std::abs(double(view.last_m) - view.source_m));
    scratch.pair_lines = int64_t(farthest * view.dv * double(view.band)) + 4;
    try {
        scratch.rows = std::make_unique<Lines[]>(size_t(n_slices));
        scratch.slices = std::make_unique<Slice[]>(size_t(n_slices));
        scratch.pairs = static_cast<int32_t*>(
            ::operator new[](size_t(GROUP * scratch.pair_lines * TILE) * 4, std::align_val_t(64)));
    } catch (const std::bad_alloc&) {
        return 1;
    }
    for (;;) {
        const int64_t row = __atomic_fetch_add(&progress.next_slope, view.band, __ATOMIC_RELAXED);
        if (row >= view.n_v) break;
        sum_band<Instructions>(view, row, scratch);
        __atomic_fetch_add(&progress.bands_done, 1, __ATOMIC_RELEASE);
    }
    // others may still be at their last band; none that has not begun is waited for
    const int64_t bands = (view.n_v + view.band - 1) / view.band;
    while (__atomic_load_n(&progress.bands_done, __ATOMIC_ACQUIRE) < bands) std::this_thread::yield();
    for (;;) {
        const int64_t first = __atomic_fetch_add(&progress.next_row, 16, __ATOMIC_RELAXED);
        if (first >= view.rows) return 0;
        for (int64_t row = first; row < std::min(first + 16, view.rows); ++row) Instructions::warp_row(view, row);
    }
}

AVX2 int project_avx2(const SijView& view, SijProgress& progress) { return project<Avx2>(view, progress); }
AVX512 int project_avx512(const SijView& view, SijProgress& progress) { return project<Avx512>(view, progress); }

}  // namespace

extern "C" {

// The view's image: first the sums of all slices, band by band, then the warp, sixteen rows at a time. Any number of
// threads may call this with one progress; each takes what is free. Returns 0, or 1 when there was no memory.
int sij_project(const SijView* view, SijProgress* progress) {
    return view->instructions == 1 ? project_avx2(*view, *progress) : project_avx512(*view, *progress);
}

}  // extern "C"

#else  // another processor or compiler: the library says that it does not run here

extern "C" {
int64_t sij_view_size() { return 0; }
int sij_runs_here() { return 0; }
}

#endif
