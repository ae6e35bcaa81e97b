/* Lane operations that Swift's SIMD types turn into calls or scalar loops: one line each, over clang's
 * vector builtins, so that they become the instructions of whatever level is compiled for.
 *
 * Everything is always_inline: no function here exists in a library, and nothing is said about how
 * vectors are passed. A mask is an integer vector, all bits of a lane set or none.                  */
#ifndef ACTZOO_LANES_H
#define ACTZOO_LANES_H

#include "normal_table.h"
#include "tanh_table.h"

/* Vectors wider than the level's registers are passed between inlined functions only. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define LANES_INLINE static inline __attribute__((always_inline))

/* Floats in a vector; doubles are half as many. One register of AVX-512, two of AVX2 or SSE2: four of SSE2
 * are no faster and twice the code, one of AVX2 is 1.3 times slower. */
#if defined(__AVX2__)
#define LANES_F32 16
#else
#define LANES_F32 8
#endif
#define LANES_F64 (LANES_F32 / 2)

typedef float         f32xN __attribute__((ext_vector_type(LANES_F32)));
typedef double        f64xN __attribute__((ext_vector_type(LANES_F64)));
typedef double        f64xW __attribute__((ext_vector_type(LANES_F32))); /* f32xN in double */
typedef int           i32xN __attribute__((ext_vector_type(LANES_F32)));
typedef long          i64xN __attribute__((ext_vector_type(LANES_F64)));
typedef unsigned      u32xN __attribute__((ext_vector_type(LANES_F32)));
typedef unsigned long u64xN __attribute__((ext_vector_type(LANES_F64)));
/* The same vectors where memory promises the alignment of one element only. */
typedef float  f32xNu __attribute__((ext_vector_type(LANES_F32), aligned(4)));
typedef float  f32xHu __attribute__((ext_vector_type(LANES_F64), aligned(4)));
typedef double f64xNu __attribute__((ext_vector_type(LANES_F64), aligned(8)));
typedef double f64xWu __attribute__((ext_vector_type(LANES_F32), aligned(8)));

/* True where lanes_*_fma rounds once. */
LANES_INLINE int lanes_fuse(void) {
#if defined(__FMA__) || defined(__aarch64__)
  return 1;
#else
  return 0;
#endif
}

/* ---- f32 ---- */

LANES_INLINE f32xN lanes_f32_load(const float *p) { return *(const f32xNu *)p; }
LANES_INLINE void  lanes_f32_store(float *p, f32xN v) { *(f32xNu *)p = v; }

/* The first n lanes, fewer than all; the others are zero. Memory beyond them is not touched. */
LANES_INLINE f32xN lanes_f32_load_first(const float *p, long n) {
  const f32xN zero = 0;
#if defined(__AVX512F__)
  return __builtin_ia32_loadups512_mask(p, zero, (unsigned short)((1u << n) - 1));
#else
  f32xN v = zero;
  for (long i = 0; i < n; i++) ((float *)&v)[i] = p[i];
  return v;
#endif
}
LANES_INLINE void lanes_f32_store_first(float *p, f32xN v, long n) {
#if defined(__AVX512F__)
  __builtin_ia32_storeups512_mask(p, v, (unsigned short)((1u << n) - 1));
#else
  for (long i = 0; i < n; i++) p[i] = ((float *)&v)[i];
#endif
}
/* The mask of the first n lanes. */
LANES_INLINE i32xN lanes_f32_first(long n) {
  i32xN index;
  for (int i = 0; i < LANES_F32; i++) index[i] = i;
  return index < (int)n;
}

/* a * b + c, rounded once where the level has FMA and twice where not: libm's software fma is 70 times
 * slower. */
LANES_INLINE f32xN lanes_f32_fma(f32xN a, f32xN b, f32xN c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
/* What p = a * b lost in rounding, a * b - p. Exact with FMA; without, by splitting each factor into
 * halves whose products are exact (Dekker), to within 2^-36 of a * b. */
LANES_INLINE f32xN lanes_f32_product_error(f32xN a, f32xN b, f32xN p) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, -p);
#else
  f32xN ah = (f32xN)((u32xN)a & 0xFFFFF000), bh = (f32xN)((u32xN)b & 0xFFFFF000);
  f32xN al = a - ah, bl = b - bh;
  return (((ah * bh - p) + ah * bl) + al * bh) + al * bl;
#endif
}
/* a * b - c with the product unrounded. */
LANES_INLINE f32xN lanes_f32_product_minus(f32xN a, f32xN b, f32xN c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, -c);
#else
  f32xN p = a * b;
  return (p - c) + lanes_f32_product_error(a, b, p);
#endif
}
/* a * b + c rounded once, for c no larger than a few ulp of a * b. */
LANES_INLINE f32xN lanes_f32_product_plus(f32xN a, f32xN b, f32xN c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  f32xN p = a * b;
  return p + (lanes_f32_product_error(a, b, p) + c);
#endif
}
/* x kept within -limit...limit, limit > 0. NaN may come back as limit. */
LANES_INLINE f32xN lanes_f32_within(f32xN x, f32xN limit) {
#if defined(__AVX512DQ__)
  return __builtin_ia32_rangeps512_mask(x, limit, 2, x, (unsigned short)-1,
                                        4); /* the smaller magnitude, with the sign of x */
#else
  x = x < limit ? x : limit;
  return x > -limit ? x : -limit;
#endif
}
/* 1 / a to half the precision or better, the start of a division that goes on with the remainder: with AVX-512
 * that is faster than the division instruction, and no less exact. a and 1 / a normal. */
LANES_INLINE f32xN lanes_f32_inverse_estimate(f32xN a) {
#if defined(__AVX512F__)
  return __builtin_ia32_rcp14ps512_mask(a, a, (unsigned short)-1); /* within 2^-14 */
#else
  return 1 / a;
#endif
}
/* 1 / a within 1 ULP. a and 1 / a normal. */
LANES_INLINE f32xN lanes_f32_inverse(f32xN a) {
  f32xN r = lanes_f32_inverse_estimate(a);
#if defined(__AVX512F__)
  r = __builtin_elementwise_fma(r, __builtin_elementwise_fma(-a, r, (f32xN)1), r);
#endif
  return r;
}
/* c * 2^k for integral k, rounded once; k at most 250, and below -250 as -250 at the levels without AVX-512. */
LANES_INLINE f32xN lanes_f32_scale(f32xN c, f32xN k) {
#if defined(__AVX512F__)
  return __builtin_ia32_scalefps512_mask(c, k, c, (unsigned short)-1, 4);
#else
  /* Two factors, so that each is a normal number; adding the magic number leaves k + 127 in the low bits. */
  const f32xN magic = 0x1.8p23f, biased = 0x1.8p23f + 127;
  k = k > -250 ? k : -250;
  f32xN k1 = (k * 0.5f + magic) - magic;
  f32xN k2 = k - k1;
  return c * (f32xN)((u32xN)(k1 + biased) << 23) * (f32xN)((u32xN)(k2 + biased) << 23);
#endif
}
/* x = m * 2^k with m in [sqrt(1/2), sqrt(2)): returns m, and k by `exponent`. x normal and positive. */
LANES_INLINE f32xN lanes_f32_exponent(f32xN x) {
  u32xN e = ((u32xN)x - 0x3F3504F3 + (((u32xN)127) << 23)) >> 23;
  return (f32xN)(e | 0x4B000000) - (0x1p23f + 127);
}
LANES_INLINE f32xN lanes_f32_significand(f32xN x) {
  u32xN e = ((u32xN)x - 0x3F3504F3 + (((u32xN)127) << 23)) >> 23;
  return (f32xN)((u32xN)x - ((e - 127) << 23));
}

/* The largest integer not above a. */
LANES_INLINE f32xN lanes_f32_floor(f32xN a) {
#if defined(__SSE4_1__) || defined(__aarch64__)
  return __builtin_elementwise_floor(a);
#else
  /* Below 0x1p23f adding and subtracting 0x1p23f rounds to an integer; above, there is nothing to round. */
  f32xN n = __builtin_elementwise_abs(a), r = (n + 0x1p23f) - 0x1p23f;
  r = (f32xN)((u32xN)r | ((u32xN)a & 0x80000000));
  r = r > a ? r - 1 : r;
  return n < 0x1p23f ? r : a;
#endif
}
/* Of a table of `count` entries, p[index[j] * step + j * along] for the first n lanes; the others are some
 * number. Indices are integral and within the table. */
LANES_INLINE f32xN lanes_f32_look_up(const float *p, f32xN index, long step, long along, long count,
                                     long n) {
#if defined(__AVX512F__)
  if (step == 1 && along == 0 && count <= 32) { /* a table that fits into two registers */
    f32xN low = __builtin_ia32_loadups512_mask(
        p, (f32xN)0, (unsigned short)(count < 16 ? (1u << count) - 1 : 0xFFFF));
    f32xN high = __builtin_ia32_loadups512_mask(
        p + 16, (f32xN)0, (unsigned short)(count < 16 ? 0 : (1u << (count - 16)) - 1));
    return __builtin_ia32_vpermi2varps512(low, __builtin_convertvector(index, i32xN), high);
  }
#endif
  f32xN r = 0;
  i32xN k = __builtin_convertvector(index, i32xN);
#pragma clang loop unroll(disable) /* as fast, and a plugin looks up in many places */
  for (long j = 0; j < n; j++) ((float *)&r)[j] = p[((int *)&k)[j] * step + j * along];
  return r;
}
/* p[index[j] * step + j * along] += v[j] for the first n lanes, in order. */
LANES_INLINE void lanes_f32_scatter_add(double *p, f32xN index, f32xN v, long step, long along,
                                        long n) {
  i32xN k = __builtin_convertvector(index, i32xN);
  f64xW wide = __builtin_convertvector(v, f64xW);
#pragma clang loop unroll(disable)
  for (long j = 0; j < n; j++) p[((int *)&k)[j] * step + j * along] += ((double *)&wide)[j];
}

LANES_INLINE f32xN lanes_f32_sqrt(f32xN a) { return __builtin_elementwise_sqrt(a); }
LANES_INLINE f32xN lanes_f32_abs(f32xN a) { return __builtin_elementwise_abs(a); }
/* The magnitude of a with the sign of b. */
LANES_INLINE f32xN lanes_f32_copysign(f32xN a, f32xN b) {
  return (f32xN)(((u32xN)a & ~(u32xN)0x80000000) | ((u32xN)b & 0x80000000));
}
/* True where a table of 32 floats is looked up in one instruction. */
LANES_INLINE int lanes_has_tables(void) {
#if defined(__AVX512F__)
  return 1;
#else
  return 0;
#endif
}
/* tanh by tables, where lanes_has_tables(); else x. */
LANES_INLINE f32xN lanes_f32_tanh(f32xN x) {
#if defined(__AVX512F__)
  /* From 9.02 on as at 9.02, within an ULP of 1. NaN stays: min gives its second operand then. */
  f32xN a = __builtin_ia32_minps512((f32xN)9.02f, __builtin_elementwise_abs(x), 4);
  /* Exponent and two bits of the significand number the intervals from 1/16 on. */
  i32xN index = __builtin_elementwise_max((i32xN)((u32xN)a >> 21) - (((127 - 4) << 2) - 1), (i32xN)0);
#define LANES_ROW(k)                                                                                   \
  (f32xN) __builtin_ia32_vpermi2varps512(*(const f32xN *)lanes_tanh_table[k], index,                   \
                                         *(const f32xN *)(lanes_tanh_table[k] + 16))
  f32xN t = a - LANES_ROW(0);
  f32xN p = __builtin_elementwise_fma(t, LANES_ROW(7), LANES_ROW(6));
  p = __builtin_elementwise_fma(t, p, LANES_ROW(5));
  p = __builtin_elementwise_fma(t, p, LANES_ROW(4));
  p = __builtin_elementwise_fma(t, p, LANES_ROW(3));
  p = __builtin_elementwise_fma(t, p, LANES_ROW(2));
  return lanes_f32_copysign(__builtin_elementwise_fma(t, p, LANES_ROW(1)), x);
#undef LANES_ROW
#else
  return x;
#endif
}
/* A row of lanes_normal_table for a in 0...29, where lanes_has_tables(). */
LANES_INLINE f32xN lanes_f32_normal_row(f32xN a, int row) {
#if defined(__AVX512F__)
  /* Two bits of the exponent and three of the significand of a + 2; the instruction takes five. */
  i32xN        index = (i32xN)((u32xN)(a + 2.0f) >> 20);
  const f32xN *table = (const f32xN *)lanes_normal_table[row];
  return (f32xN)__builtin_ia32_vpermi2varps512(table[0], index, table[1]);
#else
  return a;
#endif
}
/* n / (d + lo), d > 0: rounded once with FMA, twice without. */
LANES_INLINE f32xN lanes_f32_quotient(f32xN n, f32xN d, f32xN lo) {
#if defined(__FMA__) || defined(__aarch64__)
  f32xN r = lanes_f32_inverse_estimate(d), q = n * r;
  f32xN excess = __builtin_elementwise_fma(q, lo, __builtin_elementwise_fma(q, d, -n));
  return __builtin_elementwise_fma(-excess, r, q);
#else
  f32xN q = n / d;
  return lanes_f32_copysign(q - q * (lo / d), n); /* the difference of two zeros has lost the sign */
#endif
}
LANES_INLINE f32xN lanes_f32_negate(f32xN a) { return -a; } /* Swift's is 0 - a: wrong for 0 */
LANES_INLINE i32xN lanes_f32_less(f32xN a, f32xN b) { return a < b; }
LANES_INLINE i32xN lanes_f32_less_equal(f32xN a, f32xN b) { return a <= b; }
LANES_INLINE i32xN lanes_f32_equal(f32xN a, f32xN b) { return a == b; }
LANES_INLINE i32xN lanes_f32_and(i32xN a, i32xN b) { return a & b; }
LANES_INLINE i32xN lanes_f32_or(i32xN a, i32xN b) { return a | b; }
LANES_INLINE i32xN lanes_f32_not(i32xN a) { return ~a; }
LANES_INLINE f32xN lanes_f32_select(i32xN m, f32xN a, f32xN b) { return m ? a : b; }
/* The larger; a if either is NaN or both are equal (x86's max with its operands in this order). */
LANES_INLINE f32xN lanes_f32_max(f32xN a, f32xN b) { return b > a ? b : a; }
LANES_INLINE f32xN lanes_f32_min(f32xN a, f32xN b) { return b < a ? b : a; }

/* True if any lane's mask is set. */
LANES_INLINE int lanes_f32_any(i32xN m) { return __builtin_reduce_or(m) != 0; }
/* The mask of the lanes whose bit `bit` is set; a is an integer plus 1.5 * 2^23. */
LANES_INLINE i32xN lanes_f32_bit(f32xN a, int bit) { return ((i32xN)((u32xN)a << (31 - bit))) >> 31; }
/* Sine (or cosine) by libm in double where the mask is set, else r: for arguments so large that reducing them
 * takes hundreds of digits of pi. Out of line, because hardly anything calls it. */
static __attribute__((noinline, cold, unused)) void lanes_f32_far_sine(const float *x, float *r,
                                                                       const int *m, int is_cosine) {
  for (int i = 0; i < LANES_F32; i++)
    if (m[i]) r[i] = (float)(is_cosine ? __builtin_cos(x[i]) : __builtin_sin(x[i]));
}
LANES_INLINE f32xN lanes_f32_far(f32xN x, f32xN r, i32xN m, int is_cosine) {
  lanes_f32_far_sine((const float *)&x, (float *)&r, (const int *)&m, is_cosine);
  return r;
}
/* a^b, lane by lane, by libm in double. */
static __attribute__((noinline, cold, unused)) void lanes_f32_power_each(const float *a, const float *b,
                                                                         float *r) {
  for (int i = 0; i < LANES_F32; i++) r[i] = (float)__builtin_pow(a[i], b[i]);
}
LANES_INLINE f32xN lanes_f32_power(f32xN a, f32xN b) {
  f32xN r;
  lanes_f32_power_each((const float *)&a, (const float *)&b, (float *)&r);
  return r;
}

/* ---- f64 ---- */

LANES_INLINE f64xN lanes_f64_load(const double *p) { return *(const f64xNu *)p; }
LANES_INLINE void  lanes_f64_store(double *p, f64xN v) { *(f64xNu *)p = v; }

/* The first n lanes, fewer than all; the others are zero. Memory beyond them is not touched. */
LANES_INLINE f64xN lanes_f64_load_first(const double *p, long n) {
  const f64xN zero = 0;
#if defined(__AVX512F__)
  return __builtin_ia32_loadupd512_mask(p, zero, (unsigned char)((1u << n) - 1));
#else
  f64xN v = zero;
  for (long i = 0; i < n; i++) ((double *)&v)[i] = p[i];
  return v;
#endif
}
LANES_INLINE void lanes_f64_store_first(double *p, f64xN v, long n) {
#if defined(__AVX512F__)
  __builtin_ia32_storeupd512_mask(p, v, (unsigned char)((1u << n) - 1));
#else
  for (long i = 0; i < n; i++) p[i] = ((double *)&v)[i];
#endif
}
/* The mask of the first n lanes. */
LANES_INLINE i64xN lanes_f64_first(long n) {
  i64xN index;
  for (int i = 0; i < LANES_F64; i++) index[i] = i;
  return index < (long)n;
}

/* a * b + c, rounded once where the level has FMA and twice where not: libm's software fma is 70 times
 * slower. */
LANES_INLINE f64xN lanes_f64_fma(f64xN a, f64xN b, f64xN c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
/* What p = a * b lost in rounding, a * b - p. Exact with FMA; without, by splitting each factor into
 * halves whose products are exact (Dekker), to within 2^-80 of a * b. */
LANES_INLINE f64xN lanes_f64_product_error(f64xN a, f64xN b, f64xN p) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, -p);
#else
  f64xN ah = (f64xN)((u64xN)a & 0xFFFFFFFFF8000000), bh = (f64xN)((u64xN)b & 0xFFFFFFFFF8000000);
  f64xN al = a - ah, bl = b - bh;
  return (((ah * bh - p) + ah * bl) + al * bh) + al * bl;
#endif
}
/* a * b - c with the product unrounded. */
LANES_INLINE f64xN lanes_f64_product_minus(f64xN a, f64xN b, f64xN c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, -c);
#else
  f64xN p = a * b;
  return (p - c) + lanes_f64_product_error(a, b, p);
#endif
}
/* a * b + c rounded once, for c no larger than a few ulp of a * b. */
LANES_INLINE f64xN lanes_f64_product_plus(f64xN a, f64xN b, f64xN c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  f64xN p = a * b;
  return p + (lanes_f64_product_error(a, b, p) + c);
#endif
}
/* x kept within -limit...limit, limit > 0. NaN may come back as limit. */
LANES_INLINE f64xN lanes_f64_within(f64xN x, f64xN limit) {
#if defined(__AVX512DQ__)
  return __builtin_ia32_rangepd512_mask(x, limit, 2, x, (unsigned char)-1,
                                        4); /* the smaller magnitude, with the sign of x */
#else
  x = x < limit ? x : limit;
  return x > -limit ? x : -limit;
#endif
}
/* 1 / a to half the precision or better, the start of a division that goes on with the remainder: with AVX-512
 * that is faster than the division instruction, and no less exact. a and 1 / a normal. */
LANES_INLINE f64xN lanes_f64_inverse_estimate(f64xN a) {
#if defined(__AVX512F__)
  f64xN r = __builtin_ia32_rcp14pd512_mask(a, a, (unsigned char)-1); /* within 2^-14 */
  return __builtin_elementwise_fma(r, __builtin_elementwise_fma(-a, r, (f64xN)1), r);
#else
  return 1 / a;
#endif
}
/* 1 / a within 1 ULP. a and 1 / a normal. */
LANES_INLINE f64xN lanes_f64_inverse(f64xN a) {
  f64xN r = lanes_f64_inverse_estimate(a);
#if defined(__AVX512F__)
  r = __builtin_elementwise_fma(r, __builtin_elementwise_fma(-a, r, (f64xN)1), r);
#endif
  return r;
}
/* c * 2^k for integral k, rounded once; k at most 2040, and below -2040 as -2040 at the levels without AVX-512. */
LANES_INLINE f64xN lanes_f64_scale(f64xN c, f64xN k) {
#if defined(__AVX512F__)
  return __builtin_ia32_scalefpd512_mask(c, k, c, (unsigned char)-1, 4);
#else
  /* Two factors, so that each is a normal number; adding the magic number leaves k + 1023 in the low bits. */
  const f64xN magic = 0x1.8p52, biased = 0x1.8p52 + 1023;
  k = k > -2040 ? k : -2040;
  f64xN k1 = (k * 0.5 + magic) - magic;
  f64xN k2 = k - k1;
  return c * (f64xN)((u64xN)(k1 + biased) << 52) * (f64xN)((u64xN)(k2 + biased) << 52);
#endif
}
/* x = m * 2^k with m in [sqrt(1/2), sqrt(2)): returns m, and k by `exponent`. x normal and positive. */
LANES_INLINE f64xN lanes_f64_exponent(f64xN x) {
  u64xN e = ((u64xN)x - 0x3FE6A09E667F3BCD + (((u64xN)1023) << 52)) >> 52;
  return (f64xN)(e | 0x4330000000000000) - (0x1p52 + 1023);
}
LANES_INLINE f64xN lanes_f64_significand(f64xN x) {
  u64xN e = ((u64xN)x - 0x3FE6A09E667F3BCD + (((u64xN)1023) << 52)) >> 52;
  return (f64xN)((u64xN)x - ((e - 1023) << 52));
}

/* The largest integer not above a. */
LANES_INLINE f64xN lanes_f64_floor(f64xN a) {
#if defined(__SSE4_1__) || defined(__aarch64__)
  return __builtin_elementwise_floor(a);
#else
  /* Below 0x1p52 adding and subtracting 0x1p52 rounds to an integer; above, there is nothing to round. */
  f64xN n = __builtin_elementwise_abs(a), r = (n + 0x1p52) - 0x1p52;
  r = (f64xN)((u64xN)r | ((u64xN)a & 0x8000000000000000));
  r = r > a ? r - 1 : r;
  return n < 0x1p52 ? r : a;
#endif
}
/* Of a table of `count` entries, p[index[j] * step + j * along] for the first n lanes; the others are some
 * number. Indices are integral and within the table. */
LANES_INLINE f64xN lanes_f64_look_up(const double *p, f64xN index, long step, long along, long count,
                                     long n) {
#if defined(__AVX512F__)
  if (step == 1 && along == 0 && count <= 16) { /* a table that fits into two registers */
    f64xN low = __builtin_ia32_loadupd512_mask(p, (f64xN)0,
                                               (unsigned char)(count < 8 ? (1u << count) - 1 : 0xFF));
    f64xN high = __builtin_ia32_loadupd512_mask(
        p + 8, (f64xN)0, (unsigned char)(count < 8 ? 0 : (1u << (count - 8)) - 1));
    return __builtin_ia32_vpermi2varpd512(low, __builtin_convertvector(index, i64xN), high);
  }
#endif
  f64xN r = 0;
  i64xN k = __builtin_convertvector(index, i64xN);
#pragma clang loop unroll(disable) /* as fast, and a plugin looks up in many places */
  for (long j = 0; j < n; j++) ((double *)&r)[j] = p[((long *)&k)[j] * step + j * along];
  return r;
}
/* p[index[j] * step + j * along] += v[j] for the first n lanes, in order. */
LANES_INLINE void lanes_f64_scatter_add(double *p, f64xN index, f64xN v, long step, long along,
                                        long n) {
  i64xN k = __builtin_convertvector(index, i64xN);
#pragma clang loop unroll(disable)
  for (long j = 0; j < n; j++) p[((long *)&k)[j] * step + j * along] += ((double *)&v)[j];
}

LANES_INLINE f64xN lanes_f64_sqrt(f64xN a) { return __builtin_elementwise_sqrt(a); }
LANES_INLINE f64xN lanes_f64_abs(f64xN a) { return __builtin_elementwise_abs(a); }
/* The magnitude of a with the sign of b. */
LANES_INLINE f64xN lanes_f64_copysign(f64xN a, f64xN b) {
  return (f64xN)(((u64xN)a & ~(u64xN)0x8000000000000000) | ((u64xN)b & 0x8000000000000000));
}
/* n / (d + lo), d > 0: rounded once with FMA, twice without. */
LANES_INLINE f64xN lanes_f64_quotient(f64xN n, f64xN d, f64xN lo) {
#if defined(__FMA__) || defined(__aarch64__)
  f64xN r = lanes_f64_inverse_estimate(d), q = n * r;
  f64xN excess = __builtin_elementwise_fma(q, lo, __builtin_elementwise_fma(q, d, -n));
  return __builtin_elementwise_fma(-excess, r, q);
#else
  f64xN q = n / d;
  return lanes_f64_copysign(q - q * (lo / d), n); /* the difference of two zeros has lost the sign */
#endif
}
LANES_INLINE f64xN lanes_f64_negate(f64xN a) { return -a; } /* Swift's is 0 - a: wrong for 0 */
LANES_INLINE i64xN lanes_f64_less(f64xN a, f64xN b) { return a < b; }
LANES_INLINE i64xN lanes_f64_less_equal(f64xN a, f64xN b) { return a <= b; }
LANES_INLINE i64xN lanes_f64_equal(f64xN a, f64xN b) { return a == b; }
LANES_INLINE i64xN lanes_f64_and(i64xN a, i64xN b) { return a & b; }
LANES_INLINE i64xN lanes_f64_or(i64xN a, i64xN b) { return a | b; }
LANES_INLINE i64xN lanes_f64_not(i64xN a) { return ~a; }
LANES_INLINE f64xN lanes_f64_select(i64xN m, f64xN a, f64xN b) { return m ? a : b; }
/* The larger; a if either is NaN or both are equal (x86's max with its operands in this order). */
LANES_INLINE f64xN lanes_f64_max(f64xN a, f64xN b) { return b > a ? b : a; }
LANES_INLINE f64xN lanes_f64_min(f64xN a, f64xN b) { return b < a ? b : a; }

/* True if any lane's mask is set. */
LANES_INLINE int lanes_f64_any(i64xN m) { return __builtin_reduce_or(m) != 0; }
/* The mask of the lanes whose bit `bit` is set; a is an integer plus 1.5 * 2^52. */
LANES_INLINE i64xN lanes_f64_bit(f64xN a, int bit) { return ((i64xN)((u64xN)a << (63 - bit))) >> 63; }
/* Sine (or cosine) by libm in double where the mask is set, else r: for arguments so large that reducing them
 * takes hundreds of digits of pi. Out of line, because hardly anything calls it. */
static __attribute__((noinline, cold, unused)) void lanes_f64_far_sine(const double *x, double *r,
                                                                       const long *m, int is_cosine) {
  for (int i = 0; i < LANES_F64; i++)
    if (m[i]) r[i] = (is_cosine ? __builtin_cos(x[i]) : __builtin_sin(x[i]));
}
LANES_INLINE f64xN lanes_f64_far(f64xN x, f64xN r, i64xN m, int is_cosine) {
  lanes_f64_far_sine((const double *)&x, (double *)&r, (const long *)&m, is_cosine);
  return r;
}
/* a^b, lane by lane, by libm in double. */
static __attribute__((noinline, cold, unused)) void lanes_f64_power_each(const double *a,
                                                                         const double *b, double *r) {
  for (int i = 0; i < LANES_F64; i++) r[i] = (double)__builtin_pow(a[i], b[i]);
}
LANES_INLINE f64xN lanes_f64_power(f64xN a, f64xN b) {
  f64xN r;
  lanes_f64_power_each((const double *)&a, (const double *)&b, (double *)&r);
  return r;
}

/* ---- sums, in double ---- */

LANES_INLINE f64xW lanes_widen(f32xN v) { return __builtin_convertvector(v, f64xW); }
/* Floats as doubles; the first n of them, fewer than all, the others zero. */
LANES_INLINE f64xN lanes_f64_load_noise(const float *p) {
  return __builtin_convertvector(*(const f32xHu *)p, f64xN);
}
LANES_INLINE f64xN lanes_f64_load_noise_first(const float *p, long n) {
  return lanes_widen(lanes_f32_load_first(p, n)).lo;
}
LANES_INLINE f32xN lanes_narrow(f64xW v) { return __builtin_convertvector(v, f32xN); }
/* p[i] += v[i] */
LANES_INLINE void lanes_f64xW_add(double *p, f64xW v) { *(f64xWu *)p += v; }
LANES_INLINE void lanes_f64xN_add(double *p, f64xN v) { *(f64xNu *)p += v; }
/* The same for the first n lanes only. */
LANES_INLINE void lanes_f64xN_add_first(double *p, f64xN v, long n) {
  lanes_f64_store_first(p, lanes_f64_load_first(p, n) + v, n);
}
LANES_INLINE void lanes_f64xW_add_first(double *p, f64xW v, long n) {
  if (n < LANES_F64) {
    lanes_f64xN_add_first(p, v.lo, n);
  } else {
    lanes_f64xN_add(p, v.lo);
    lanes_f64xN_add_first(p + LANES_F64, v.hi, n - LANES_F64);
  }
}
/* Halves added to halves, which is the order at every level. */
LANES_INLINE double lanes_f64xN_sum(f64xN v) {
#if LANES_F64 == 8
  __attribute__((ext_vector_type(4))) double q = v.lo + v.hi;
  __attribute__((ext_vector_type(2))) double d = q.lo + q.hi;
  return d.x + d.y;
#elif LANES_F64 == 4
  __attribute__((ext_vector_type(2))) double d = v.lo + v.hi;
  return d.x + d.y;
#else
  return v.x + v.y;
#endif
}
LANES_INLINE double lanes_f64xW_sum(f64xW v) { return lanes_f64xN_sum(v.lo + v.hi); }

#pragma clang diagnostic pop
#endif
