/* Lane operations that Swift's SIMD types turn into calls or scalar loops: one line each, over clang's
 * vector builtins, so that they become the instructions of whatever level is compiled for. */
#ifndef ACTZOO_LANES_H
#define ACTZOO_LANES_H

#define LANES_INLINE static inline __attribute__((always_inline))

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef double f64x8 __attribute__((ext_vector_type(8)));
typedef double f64x16 __attribute__((ext_vector_type(16)));

LANES_INLINE f32x16 lanes_fma(f32x16 a, f32x16 b, f32x16 c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c; /* libm's software fma is 70 times slower */
#endif
}

#endif
