/* What the harness needs from the compiler and Swift does not offer: a vector square root (Swift's is a
 * call to libm per lane), and the questions to the CPU that choose OpenBLAS's core. */
#ifndef ACTZOO_CTRAINING_H
#define ACTZOO_CTRAINING_H

typedef float training_f32x16 __attribute__((ext_vector_type(16)));

/* Correctly rounded, lane by lane; one instruction per 4, 8 or 16 lanes. */
static inline __attribute__((always_inline)) training_f32x16 training_sqrt(training_f32x16 v) {
  return __builtin_elementwise_sqrt(v);
}

#if defined(__x86_64__)
#include <cpuid.h>
/* 1 if the CPU and the system offer the AVX-512 subsets that OpenBLAS's SkylakeX kernels use. */
static inline int training_has_avx512(void) {
  unsigned       a, b, c, d, low, high;
  const unsigned needed = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31; /* F DQ CD BW VL */
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1)) return 0;              /* OSXSAVE */
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 0xE6) != 0xE6) return 0; /* the system saves xmm, ymm, zmm and mask registers */
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & needed) == needed;
}
#else
static inline int training_has_avx512(void) { return 0; }
#endif

#endif
