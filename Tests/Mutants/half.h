/* Half precision by hand: the compiler's own conversions are calls, and slow for subnormals. */
#ifndef MUTANTS_HALF_H
#define MUTANTS_HALF_H
#include <math.h>
#include <string.h>
#include "zoo.h"

INLINE double from_half(uint16_t h) {
  int    exponent = h >> 10 & 31, fraction = h & 1023;
  double size = exponent ? (1024 + fraction) * 0x1p-25 : fraction * 0x1p-24;
  if (exponent == 31) size = fraction ? NAN : INFINITY;
  for (int bit = 0; bit < 5 && exponent != 31; bit++)
    if (exponent >> bit & 1) size *= (double)(UINT64_C(1) << (1 << bit));
  return h & 0x8000 ? -size : size;
}

/* Rounds once, to nearest, ties to even; overflow is infinity. */
INLINE uint16_t to_half(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint16_t sign = (uint16_t)(bits >> 48 & 0x8000);
  double   size = fabs(value);
  if (size != size) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 0x1p-14) return sign | (uint16_t)(size * 0x1p24 + 0x1p52 - 0x1p52);
  bits = (bits & INT64_MAX) + ((UINT64_C(1) << 41) - 1) + (bits >> 42 & 1);
  return sign | (uint16_t)((bits >> 42) - ((1023 - 15) << 10));
}
#endif
