#ifndef ACTZOO_HALVES_H
#define ACTZOO_HALVES_H
/* Rows of halves (IEEE binary16) and of bfloat16, to and from float, with the instructions that the CPU has.
 *
 * Exact upwards; to nearest, ties to even, downwards. NaN becomes a quiet NaN with its sign. Each function
 * converts as many elements from the start of the row as it has fast code for, which may be none, and
 * returns how many those were: the caller does the rest. The bits are the same on every CPU. */
#include "machine.h"
#include <stdint.h>

#if defined(__x86_64__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-function"
#include <immintrin.h>
#define CSYSTEM_LEVEL4 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,evex512")))
#define CSYSTEM_LEVEL3 __attribute__((target("avx2,f16c")))

/* CPUID costs microseconds in a virtual machine, so it is asked once. */
static inline int csystem_known_cpu_level(void) {
  static int known;
  int        level = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (!level) __atomic_store_n(&known, level = csystem_cpu_level(), __ATOMIC_RELAXED);
  return level;
}

CSYSTEM_LEVEL4 static inline long csystem_half_to_float_v4(const uint16_t *from, float *to, long n) {
  long i = 0;
  for (; i + 16 <= n; i += 16)
    _mm512_storeu_ps(to + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(from + i))));
  return i;
}
CSYSTEM_LEVEL3 static inline long csystem_half_to_float_v3(const uint16_t *from, float *to, long n) {
  long i = 0;
  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(from + i))));
  return i;
}

/* The instruction keeps a NaN's payload; here every NaN is the same but for its sign. */
CSYSTEM_LEVEL4 static inline long csystem_float_to_half_v4(const float *from, uint16_t *to, long n) {
  const __m256i nan = _mm256_set1_epi16(0x7e00), sign = _mm256_set1_epi16((short)0x8000);
  long          i = 0;
  for (; i + 16 <= n; i += 16) {
    __m512    v = _mm512_loadu_ps(from + i);
    __m256i   h = _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __mmask16 isNaN = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    h = _mm256_mask_mov_epi16(h, isNaN, _mm256_or_si256(_mm256_and_si256(h, sign), nan));
    _mm256_storeu_si256((__m256i *)(to + i), h);
  }
  return i;
}
CSYSTEM_LEVEL3 static inline long csystem_float_to_half_v3(const float *from, uint16_t *to, long n) {
  const __m128i nan = _mm_set1_epi16(0x7e00), sign = _mm_set1_epi16((short)0x8000);
  long          i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256  v = _mm256_loadu_ps(from + i);
    __m128i h = _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT);
    __m256i is = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    __m128i isNaN = _mm_packs_epi32(_mm256_castsi256_si128(is), _mm256_extracti128_si256(is, 1));
    h = _mm_blendv_epi8(h, _mm_or_si128(_mm_and_si128(h, sign), nan), isNaN);
    _mm_storeu_si128((__m128i *)(to + i), h);
  }
  return i;
}

CSYSTEM_LEVEL4 static inline long csystem_brain_to_float_v4(const uint16_t *from, float *to, long n) {
  long i = 0;
  for (; i + 16 <= n; i += 16) {
    __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(from + i)));
    _mm512_storeu_si512(to + i, _mm512_slli_epi32(wide, 16));
  }
  return i;
}
CSYSTEM_LEVEL3 static inline long csystem_brain_to_float_v3(const uint16_t *from, float *to, long n) {
  long i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(from + i)));
    _mm256_storeu_si256((__m256i *)(to + i), _mm256_slli_epi32(wide, 16));
  }
  return i;
}

/* Half of the last kept bit is added, one less if that bit is even. */
CSYSTEM_LEVEL4 static inline long csystem_float_to_brain_v4(const float *from, uint16_t *to, long n) {
  const __m512i half = _mm512_set1_epi32(0x7fff), one = _mm512_set1_epi32(1),
                quiet = _mm512_set1_epi32(0x40);
  long i = 0;
  for (; i + 16 <= n; i += 16) {
    __m512i   bits = _mm512_loadu_si512(from + i), top = _mm512_srli_epi32(bits, 16);
    __mmask16 isNaN =
        _mm512_cmp_ps_mask(_mm512_castsi512_ps(bits), _mm512_castsi512_ps(bits), _CMP_UNORD_Q);
    __m512i up = _mm512_add_epi32(_mm512_add_epi32(bits, half), _mm512_and_si512(top, one));
    up = _mm512_mask_or_epi32(_mm512_srli_epi32(up, 16), isNaN, top, quiet);
    _mm256_storeu_si256((__m256i *)(to + i), _mm512_cvtepi32_epi16(up));
  }
  return i;
}
CSYSTEM_LEVEL3 static inline long csystem_float_to_brain_v3(const float *from, uint16_t *to, long n) {
  const __m256i half = _mm256_set1_epi32(0x7fff), one = _mm256_set1_epi32(1),
                quiet = _mm256_set1_epi32(0x40);
  long i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256i bits = _mm256_loadu_si256((const __m256i *)(from + i)), top = _mm256_srli_epi32(bits, 16);
    __m256  v = _mm256_castsi256_ps(bits);
    __m256i isNaN = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    __m256i up = _mm256_add_epi32(_mm256_add_epi32(bits, half), _mm256_and_si256(top, one));
    up = _mm256_blendv_epi8(_mm256_srli_epi32(up, 16), _mm256_or_si256(top, quiet), isNaN);
    __m128i low = _mm256_castsi256_si128(up), high = _mm256_extracti128_si256(up, 1);
    _mm_storeu_si128((__m128i *)(to + i), _mm_packus_epi32(low, high));
  }
  return i;
}

#define CSYSTEM_ROWS(name, From, To)                                                                   \
  static inline long csystem_##name(const From *from, To *to, long n) {                                \
    int level = csystem_known_cpu_level();                                                             \
    if (level >= 4) return csystem_##name##_v4(from, to, n);                                           \
    return level >= 3 ? csystem_##name##_v3(from, to, n) : 0;                                          \
  }
#pragma clang diagnostic pop
#else
#define CSYSTEM_ROWS(name, From, To)                                                                   \
  static inline long csystem_##name(const From *from, To *to, long n) {                                \
    (void)from, (void)to, (void)n;                                                                     \
    return 0;                                                                                          \
  }
#endif

CSYSTEM_ROWS(half_to_float, uint16_t, float)
CSYSTEM_ROWS(float_to_half, float, uint16_t)
CSYSTEM_ROWS(brain_to_float, uint16_t, float)
CSYSTEM_ROWS(float_to_brain, float, uint16_t)
#endif
