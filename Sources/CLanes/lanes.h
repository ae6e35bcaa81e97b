/* Lane operations that Swift's SIMD types turn into calls or scalar loops: one line each, over clang's
 * vector builtins, so that they become the instructions of whatever level is compiled for.
 *
 * Everything is always_inline: no function here exists in a library, and nothing is said about how
 * vectors are passed. f32 lanes come in 16, f64 lanes in 8; on narrower levels the compiler splits them.
 * A mask is an integer vector, all bits of a lane set or none.                                        */
#ifndef ACTZOO_LANES_H
#define ACTZOO_LANES_H

/* Vectors wider than the level's registers are passed between inlined functions only. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define LANES_INLINE static inline __attribute__((always_inline))

typedef float  f32x16 __attribute__((ext_vector_type(16)));
typedef double f64x8 __attribute__((ext_vector_type(8)));
typedef double f64x16 __attribute__((ext_vector_type(16)));
typedef int    i32x16 __attribute__((ext_vector_type(16)));
typedef long   i64x8 __attribute__((ext_vector_type(8)));
/* The same vectors where memory promises the alignment of one element only. */
typedef float  f32x16u __attribute__((ext_vector_type(16), aligned(4)));
typedef float  f32x8u __attribute__((ext_vector_type(8), aligned(4)));
typedef double f64x8u __attribute__((ext_vector_type(8), aligned(8)));
typedef double f64x16u __attribute__((ext_vector_type(16), aligned(8)));

/* True where lanes_*_fma rounds once. */
LANES_INLINE int lanes_fuse(void) {
#if defined(__FMA__) || defined(__aarch64__)
  return 1;
#else
  return 0;
#endif
}

/* ---- f32: 16 lanes ---- */

typedef unsigned u32x16 __attribute__((ext_vector_type(16)));

LANES_INLINE f32x16 lanes_f32_load(const float *p) { return *(const f32x16u *)p; }
LANES_INLINE void   lanes_f32_store(float *p, f32x16 v) { *(f32x16u *)p = v; }

/* The first n < 16 lanes; the others are zero. Memory beyond them is not touched. */
LANES_INLINE f32x16 lanes_f32_load_first(const float *p, long n) {
  const f32x16 zero = 0;
#if defined(__AVX512F__)
  return __builtin_ia32_loadups512_mask(p, zero, (unsigned short)((1u << n) - 1));
#else
  f32x16 v = zero;
  for (long i = 0; i < n; i++) ((float *)&v)[i] = p[i];
  return v;
#endif
}
LANES_INLINE void lanes_f32_store_first(float *p, f32x16 v, long n) {
#if defined(__AVX512F__)
  __builtin_ia32_storeups512_mask(p, v, (unsigned short)((1u << n) - 1));
#else
  for (long i = 0; i < n; i++) p[i] = ((float *)&v)[i];
#endif
}
/* The mask of the first n lanes. */
LANES_INLINE i32x16 lanes_f32_first(long n) {
  const i32x16 index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return index < (int)n;
}

/* a * b + c, rounded once where the level has FMA and twice where not: libm's software fma is 70 times
 * slower. */
LANES_INLINE f32x16 lanes_f32_fma(f32x16 a, f32x16 b, f32x16 c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
/* What p = a * b lost in rounding, a * b - p. Exact with FMA; without, by splitting each factor into
 * halves whose products are exact (Dekker), to within 2^-36 of a * b. */
LANES_INLINE f32x16 lanes_f32_product_error(f32x16 a, f32x16 b, f32x16 p) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, -p);
#else
  f32x16 ah = (f32x16)((u32x16)a & 0xFFFFF000), bh = (f32x16)((u32x16)b & 0xFFFFF000);
  f32x16 al = a - ah, bl = b - bh;
  return (((ah * bh - p) + ah * bl) + al * bh) + al * bl;
#endif
}
/* a * b - c with the product unrounded. */
LANES_INLINE f32x16 lanes_f32_product_minus(f32x16 a, f32x16 b, f32x16 c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, -c);
#else
  f32x16 p = a * b;
  return (p - c) + lanes_f32_product_error(a, b, p);
#endif
}
/* a * b + c rounded once, for c no larger than a few ulp of a * b. */
LANES_INLINE f32x16 lanes_f32_product_plus(f32x16 a, f32x16 b, f32x16 c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  f32x16 p = a * b;
  return p + (lanes_f32_product_error(a, b, p) + c);
#endif
}
/* x kept within -limit...limit, limit > 0. NaN may come back as limit. */
LANES_INLINE f32x16 lanes_f32_within(f32x16 x, f32x16 limit) {
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
LANES_INLINE f32x16 lanes_f32_inverse_estimate(f32x16 a) {
#if defined(__AVX512F__)
  return __builtin_ia32_rcp14ps512_mask(a, a, (unsigned short)-1); /* within 2^-14 */
#else
  return 1 / a;
#endif
}
/* 1 / a within 1 ULP. a and 1 / a normal. */
LANES_INLINE f32x16 lanes_f32_inverse(f32x16 a) {
  f32x16 r = lanes_f32_inverse_estimate(a);
#if defined(__AVX512F__)
  r = __builtin_elementwise_fma(r, __builtin_elementwise_fma(-a, r, (f32x16)1), r);
#endif
  return r;
}
/* c * 2^k for integral k, rounded once; k at most 250, and below -250 as -250 at the levels without AVX-512. */
LANES_INLINE f32x16 lanes_f32_scale(f32x16 c, f32x16 k) {
#if defined(__AVX512F__)
  return __builtin_ia32_scalefps512_mask(c, k, c, (unsigned short)-1, 4);
#else
  /* Two factors, so that each is a normal number; adding the magic number leaves k + 127 in the low bits. */
  const f32x16 magic = 0x1.8p23f, biased = 0x1.8p23f + 127;
  k = k > -250 ? k : -250;
  f32x16 k1 = (k * 0.5f + magic) - magic;
  f32x16 k2 = k - k1;
  return c * (f32x16)((u32x16)(k1 + biased) << 23) * (f32x16)((u32x16)(k2 + biased) << 23);
#endif
}
/* x = m * 2^k with m in [sqrt(1/2), sqrt(2)): returns m, and k by `exponent`. x normal and positive. */
LANES_INLINE f32x16 lanes_f32_exponent(f32x16 x) {
  u32x16 e = ((u32x16)x - 0x3F3504F3 + (((u32x16)127) << 23)) >> 23;
  return (f32x16)(e | 0x4B000000) - (0x1p23f + 127);
}
LANES_INLINE f32x16 lanes_f32_significand(f32x16 x) {
  u32x16 e = ((u32x16)x - 0x3F3504F3 + (((u32x16)127) << 23)) >> 23;
  return (f32x16)((u32x16)x - ((e - 127) << 23));
}

/* The largest integer not above a. */
LANES_INLINE f32x16 lanes_f32_floor(f32x16 a) {
#if defined(__SSE4_1__) || defined(__aarch64__)
  return __builtin_elementwise_floor(a);
#else
  /* Below 0x1p23f adding and subtracting 0x1p23f rounds to an integer; above, there is nothing to round. */
  f32x16 n = __builtin_elementwise_abs(a), r = (n + 0x1p23f) - 0x1p23f;
  r = (f32x16)((u32x16)r | ((u32x16)a & 0x80000000));
  r = r > a ? r - 1 : r;
  return n < 0x1p23f ? r : a;
#endif
}
/* p[index[j] * step + j * along] for the first n lanes; the others are zero. Indices are integral. */
LANES_INLINE f32x16 lanes_f32_gather(const float *p, f32x16 index, long step, long along, long n) {
  f32x16 r = 0;
#pragma clang loop unroll(disable) /* as fast, and a plugin looks up in many places */
  for (long j = 0; j < n; j++) ((float *)&r)[j] = p[(long)((float *)&index)[j] * step + j * along];
  return r;
}
/* p[index[j] * step + j * along] += v[j] for the first n lanes, in order. */
LANES_INLINE void  lanes_f32_scatter_add(double *p, f32x16 index, f32x16 v, long step, long along,
                                         long n) {
#pragma clang loop unroll(disable)
  for (long j = 0; j < n; j++) p[(long)((float *)&index)[j] * step + j * along] += ((float *)&v)[j];
}

LANES_INLINE f32x16 lanes_f32_sqrt(f32x16 a) { return __builtin_elementwise_sqrt(a); }
LANES_INLINE f32x16 lanes_f32_abs(f32x16 a) { return __builtin_elementwise_abs(a); }
/* The magnitude of a with the sign of b. */
LANES_INLINE f32x16 lanes_f32_copysign(f32x16 a, f32x16 b) {
  return (f32x16)(((u32x16)a & ~(u32x16)0x80000000) | ((u32x16)b & 0x80000000));
}
/* n / (d + lo), d > 0: rounded once with FMA, twice without. */
LANES_INLINE f32x16 lanes_f32_quotient(f32x16 n, f32x16 d, f32x16 lo) {
#if defined(__FMA__) || defined(__aarch64__)
  f32x16 r = lanes_f32_inverse_estimate(d), q = n * r;
  f32x16 excess = __builtin_elementwise_fma(q, lo, __builtin_elementwise_fma(q, d, -n));
  return __builtin_elementwise_fma(-excess, r, q);
#else
  f32x16 q = n / d;
  return lanes_f32_copysign(q - q * (lo / d), n); /* the difference of two zeros has lost the sign */
#endif
}
LANES_INLINE f32x16 lanes_f32_negate(f32x16 a) { return -a; } /* Swift's is 0 - a: wrong for 0 */
LANES_INLINE i32x16 lanes_f32_less(f32x16 a, f32x16 b) { return a < b; }
LANES_INLINE i32x16 lanes_f32_less_equal(f32x16 a, f32x16 b) { return a <= b; }
LANES_INLINE i32x16 lanes_f32_equal(f32x16 a, f32x16 b) { return a == b; }
LANES_INLINE i32x16 lanes_f32_and(i32x16 a, i32x16 b) { return a & b; }
LANES_INLINE i32x16 lanes_f32_or(i32x16 a, i32x16 b) { return a | b; }
LANES_INLINE i32x16 lanes_f32_not(i32x16 a) { return ~a; }
LANES_INLINE f32x16 lanes_f32_select(i32x16 m, f32x16 a, f32x16 b) { return m ? a : b; }
/* The larger; a if either is NaN or both are equal (x86's max with its operands in this order). */
LANES_INLINE f32x16 lanes_f32_max(f32x16 a, f32x16 b) { return b > a ? b : a; }
LANES_INLINE f32x16 lanes_f32_min(f32x16 a, f32x16 b) { return b < a ? b : a; }

/* True if any lane's mask is set. */
LANES_INLINE int lanes_f32_any(i32x16 m) { return __builtin_reduce_or(m) != 0; }
/* The mask of the lanes whose bit `bit` is set; a is an integer plus 1.5 * 2^23. */
LANES_INLINE i32x16 lanes_f32_bit(f32x16 a, int bit) {
  return ((i32x16)((u32x16)a << (31 - bit))) >> 31;
}
/* Sine (or cosine) by libm in double where the mask is set, else r: for arguments so large that reducing them
 * takes hundreds of digits of pi. Out of line, because hardly anything calls it. */
static __attribute__((noinline, cold, unused)) void lanes_f32_far_sine(const float *x, float *r,
                                                                       const int *m, int is_cosine) {
  for (int i = 0; i < 16; i++)
    if (m[i]) r[i] = (float)(is_cosine ? __builtin_cos(x[i]) : __builtin_sin(x[i]));
}
LANES_INLINE f32x16 lanes_f32_far(f32x16 x, f32x16 r, i32x16 m, int is_cosine) {
  lanes_f32_far_sine((const float *)&x, (float *)&r, (const int *)&m, is_cosine);
  return r;
}

/* ---- f64: 8 lanes ---- */

typedef unsigned long u64x8 __attribute__((ext_vector_type(8)));

LANES_INLINE f64x8 lanes_f64_load(const double *p) { return *(const f64x8u *)p; }
LANES_INLINE void  lanes_f64_store(double *p, f64x8 v) { *(f64x8u *)p = v; }

/* The first n < 8 lanes; the others are zero. Memory beyond them is not touched. */
LANES_INLINE f64x8 lanes_f64_load_first(const double *p, long n) {
  const f64x8 zero = 0;
#if defined(__AVX512F__)
  return __builtin_ia32_loadupd512_mask(p, zero, (unsigned char)((1u << n) - 1));
#else
  f64x8 v = zero;
  for (long i = 0; i < n; i++) ((double *)&v)[i] = p[i];
  return v;
#endif
}
LANES_INLINE void lanes_f64_store_first(double *p, f64x8 v, long n) {
#if defined(__AVX512F__)
  __builtin_ia32_storeupd512_mask(p, v, (unsigned char)((1u << n) - 1));
#else
  for (long i = 0; i < n; i++) p[i] = ((double *)&v)[i];
#endif
}
/* The mask of the first n lanes. */
LANES_INLINE i64x8 lanes_f64_first(long n) {
  const i64x8 index = {0, 1, 2, 3, 4, 5, 6, 7};
  return index < (long)n;
}

/* a * b + c, rounded once where the level has FMA and twice where not: libm's software fma is 70 times
 * slower. */
LANES_INLINE f64x8 lanes_f64_fma(f64x8 a, f64x8 b, f64x8 c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
/* What p = a * b lost in rounding, a * b - p. Exact with FMA; without, by splitting each factor into
 * halves whose products are exact (Dekker), to within 2^-80 of a * b. */
LANES_INLINE f64x8 lanes_f64_product_error(f64x8 a, f64x8 b, f64x8 p) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, -p);
#else
  f64x8 ah = (f64x8)((u64x8)a & 0xFFFFFFFFF8000000), bh = (f64x8)((u64x8)b & 0xFFFFFFFFF8000000);
  f64x8 al = a - ah, bl = b - bh;
  return (((ah * bh - p) + ah * bl) + al * bh) + al * bl;
#endif
}
/* a * b - c with the product unrounded. */
LANES_INLINE f64x8 lanes_f64_product_minus(f64x8 a, f64x8 b, f64x8 c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, -c);
#else
  f64x8 p = a * b;
  return (p - c) + lanes_f64_product_error(a, b, p);
#endif
}
/* a * b + c rounded once, for c no larger than a few ulp of a * b. */
LANES_INLINE f64x8 lanes_f64_product_plus(f64x8 a, f64x8 b, f64x8 c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  f64x8 p = a * b;
  return p + (lanes_f64_product_error(a, b, p) + c);
#endif
}
/* x kept within -limit...limit, limit > 0. NaN may come back as limit. */
LANES_INLINE f64x8 lanes_f64_within(f64x8 x, f64x8 limit) {
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
LANES_INLINE f64x8 lanes_f64_inverse_estimate(f64x8 a) {
#if defined(__AVX512F__)
  f64x8 r = __builtin_ia32_rcp14pd512_mask(a, a, (unsigned char)-1); /* within 2^-14 */
  return __builtin_elementwise_fma(r, __builtin_elementwise_fma(-a, r, (f64x8)1), r);
#else
  return 1 / a;
#endif
}
/* 1 / a within 1 ULP. a and 1 / a normal. */
LANES_INLINE f64x8 lanes_f64_inverse(f64x8 a) {
  f64x8 r = lanes_f64_inverse_estimate(a);
#if defined(__AVX512F__)
  r = __builtin_elementwise_fma(r, __builtin_elementwise_fma(-a, r, (f64x8)1), r);
#endif
  return r;
}
/* c * 2^k for integral k, rounded once; k at most 2040, and below -2040 as -2040 at the levels without AVX-512. */
LANES_INLINE f64x8 lanes_f64_scale(f64x8 c, f64x8 k) {
#if defined(__AVX512F__)
  return __builtin_ia32_scalefpd512_mask(c, k, c, (unsigned char)-1, 4);
#else
  /* Two factors, so that each is a normal number; adding the magic number leaves k + 1023 in the low bits. */
  const f64x8 magic = 0x1.8p52, biased = 0x1.8p52 + 1023;
  k = k > -2040 ? k : -2040;
  f64x8 k1 = (k * 0.5 + magic) - magic;
  f64x8 k2 = k - k1;
  return c * (f64x8)((u64x8)(k1 + biased) << 52) * (f64x8)((u64x8)(k2 + biased) << 52);
#endif
}
/* x = m * 2^k with m in [sqrt(1/2), sqrt(2)): returns m, and k by `exponent`. x normal and positive. */
LANES_INLINE f64x8 lanes_f64_exponent(f64x8 x) {
  u64x8 e = ((u64x8)x - 0x3FE6A09E667F3BCD + (((u64x8)1023) << 52)) >> 52;
  return (f64x8)(e | 0x4330000000000000) - (0x1p52 + 1023);
}
LANES_INLINE f64x8 lanes_f64_significand(f64x8 x) {
  u64x8 e = ((u64x8)x - 0x3FE6A09E667F3BCD + (((u64x8)1023) << 52)) >> 52;
  return (f64x8)((u64x8)x - ((e - 1023) << 52));
}

/* The largest integer not above a. */
LANES_INLINE f64x8 lanes_f64_floor(f64x8 a) {
#if defined(__SSE4_1__) || defined(__aarch64__)
  return __builtin_elementwise_floor(a);
#else
  /* Below 0x1p52 adding and subtracting 0x1p52 rounds to an integer; above, there is nothing to round. */
  f64x8 n = __builtin_elementwise_abs(a), r = (n + 0x1p52) - 0x1p52;
  r = (f64x8)((u64x8)r | ((u64x8)a & 0x8000000000000000));
  r = r > a ? r - 1 : r;
  return n < 0x1p52 ? r : a;
#endif
}
/* p[index[j] * step + j * along] for the first n lanes; the others are zero. Indices are integral. */
LANES_INLINE f64x8 lanes_f64_gather(const double *p, f64x8 index, long step, long along, long n) {
  f64x8 r = 0;
#pragma clang loop unroll(disable) /* as fast, and a plugin looks up in many places */
  for (long j = 0; j < n; j++) ((double *)&r)[j] = p[(long)((double *)&index)[j] * step + j * along];
  return r;
}
/* p[index[j] * step + j * along] += v[j] for the first n lanes, in order. */
LANES_INLINE void  lanes_f64_scatter_add(double *p, f64x8 index, f64x8 v, long step, long along,
                                         long n) {
#pragma clang loop unroll(disable)
  for (long j = 0; j < n; j++) p[(long)((double *)&index)[j] * step + j * along] += ((double *)&v)[j];
}

LANES_INLINE f64x8 lanes_f64_sqrt(f64x8 a) { return __builtin_elementwise_sqrt(a); }
LANES_INLINE f64x8 lanes_f64_abs(f64x8 a) { return __builtin_elementwise_abs(a); }
/* The magnitude of a with the sign of b. */
LANES_INLINE f64x8 lanes_f64_copysign(f64x8 a, f64x8 b) {
  return (f64x8)(((u64x8)a & ~(u64x8)0x8000000000000000) | ((u64x8)b & 0x8000000000000000));
}
/* n / (d + lo), d > 0: rounded once with FMA, twice without. */
LANES_INLINE f64x8 lanes_f64_quotient(f64x8 n, f64x8 d, f64x8 lo) {
#if defined(__FMA__) || defined(__aarch64__)
  f64x8 r = lanes_f64_inverse_estimate(d), q = n * r;
  f64x8 excess = __builtin_elementwise_fma(q, lo, __builtin_elementwise_fma(q, d, -n));
  return __builtin_elementwise_fma(-excess, r, q);
#else
  f64x8 q = n / d;
  return lanes_f64_copysign(q - q * (lo / d), n); /* the difference of two zeros has lost the sign */
#endif
}
LANES_INLINE f64x8 lanes_f64_negate(f64x8 a) { return -a; } /* Swift's is 0 - a: wrong for 0 */
LANES_INLINE i64x8 lanes_f64_less(f64x8 a, f64x8 b) { return a < b; }
LANES_INLINE i64x8 lanes_f64_less_equal(f64x8 a, f64x8 b) { return a <= b; }
LANES_INLINE i64x8 lanes_f64_equal(f64x8 a, f64x8 b) { return a == b; }
LANES_INLINE i64x8 lanes_f64_and(i64x8 a, i64x8 b) { return a & b; }
LANES_INLINE i64x8 lanes_f64_or(i64x8 a, i64x8 b) { return a | b; }
LANES_INLINE i64x8 lanes_f64_not(i64x8 a) { return ~a; }
LANES_INLINE f64x8 lanes_f64_select(i64x8 m, f64x8 a, f64x8 b) { return m ? a : b; }
/* The larger; a if either is NaN or both are equal (x86's max with its operands in this order). */
LANES_INLINE f64x8 lanes_f64_max(f64x8 a, f64x8 b) { return b > a ? b : a; }
LANES_INLINE f64x8 lanes_f64_min(f64x8 a, f64x8 b) { return b < a ? b : a; }

/* True if any lane's mask is set. */
LANES_INLINE int lanes_f64_any(i64x8 m) { return __builtin_reduce_or(m) != 0; }
/* The mask of the lanes whose bit `bit` is set; a is an integer plus 1.5 * 2^52. */
LANES_INLINE i64x8 lanes_f64_bit(f64x8 a, int bit) { return ((i64x8)((u64x8)a << (63 - bit))) >> 63; }
/* Sine (or cosine) by libm in double where the mask is set, else r: for arguments so large that reducing them
 * takes hundreds of digits of pi. Out of line, because hardly anything calls it. */
static __attribute__((noinline, cold, unused)) void lanes_f64_far_sine(const double *x, double *r,
                                                                       const long *m, int is_cosine) {
  for (int i = 0; i < 8; i++)
    if (m[i]) r[i] = (is_cosine ? __builtin_cos(x[i]) : __builtin_sin(x[i]));
}
LANES_INLINE f64x8 lanes_f64_far(f64x8 x, f64x8 r, i64x8 m, int is_cosine) {
  lanes_f64_far_sine((const double *)&x, (double *)&r, (const long *)&m, is_cosine);
  return r;
}

/* ---- sums, in double ---- */

LANES_INLINE f64x16 lanes_widen(f32x16 v) { return __builtin_convertvector(v, f64x16); }
/* Eight floats as doubles; the first n < 8 of them, the others zero. */
LANES_INLINE f64x8 lanes_f64_load_noise(const float *p) {
  return __builtin_convertvector(*(const f32x8u *)p, f64x8);
}
LANES_INLINE f64x8 lanes_f64_load_noise_first(const float *p, long n) {
  return lanes_widen(lanes_f32_load_first(p, n)).lo;
}
LANES_INLINE f32x16 lanes_narrow(f64x16 v) { return __builtin_convertvector(v, f32x16); }
/* p[i] += v[i] */
LANES_INLINE void lanes_f64x16_add(double *p, f64x16 v) { *(f64x16u *)p += v; }
LANES_INLINE void lanes_f64x8_add(double *p, f64x8 v) { *(f64x8u *)p += v; }
/* The same for the first n lanes only. */
LANES_INLINE void lanes_f64x8_add_first(double *p, f64x8 v, long n) {
  lanes_f64_store_first(p, lanes_f64_load_first(p, n) + v, n);
}
LANES_INLINE void lanes_f64x16_add_first(double *p, f64x16 v, long n) {
  if (n < 8) {
    lanes_f64x8_add_first(p, v.lo, n);
  } else {
    lanes_f64x8_add(p, v.lo);
    lanes_f64x8_add_first(p + 8, v.hi, n - 8);
  }
}
LANES_INLINE double lanes_f64x8_sum(f64x8 v) {
  __attribute__((ext_vector_type(4))) double q = v.lo + v.hi;
  __attribute__((ext_vector_type(2))) double d = q.lo + q.hi;
  return d.x + d.y;
}
LANES_INLINE double lanes_f64x16_sum(f64x16 v) { return lanes_f64x8_sum(v.lo + v.hi); }

#pragma clang diagnostic pop
#endif
