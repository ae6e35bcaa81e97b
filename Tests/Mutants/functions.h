/* The mathematics of one point, and the faults of values and slopes.
 *
 * Everything is in double, which is exact enough to keep the claims of the text: products of two floats
 * are exact, and the factored forms do not cancel. */
#ifndef MUTANTS_FUNCTIONS_H
#define MUTANTS_FUNCTIONS_H
#include <math.h>
#include "zoo.h"

typedef struct point {
  double  x, g, u;
  double  w[MOST_COEFFICIENTS]; /* the coefficients, parameter after parameter */
  int64_t count;                /* how many                                    */
} point;

typedef struct result {
  double y, dx, dg;
  double dw[MOST_COEFFICIENTS];
} result;

INLINE double parabola_inner(double a, double x, actzoo_dtype type) {
  return type == ACTZOO_F64 ? fma(a, x, 1) : 1 + a * x; /* a product of two floats is exact */
}

INLINE result parabola(const point *p, actzoo_dtype type) {
  double x = p->x, a = p->w[0];
  result r = {.y = x * parabola_inner(a, x, type)};
  r.dx = parabola_inner(2 * a, x, type);
  r.dw[0] = x * x;
  if (MUTANT == ULP_FORWARD) r.y *= 1 + 0x1p-20;
  if (MUTANT == FLOAT_ARITHMETIC) r.y = (float)x + (float)a * (float)x * (float)x;
  if (MUTANT == ULP_BACKWARD) r.dx *= 1 - 0x1p-20;
  if (MUTANT == ULP_PARAMS) r.dw[0] *= 1 + 0x1p-20;
  if (MUTANT == GRADCHECK) r.dx = 1 + a * x;
  if (MUTANT == GRADCHECK_PARAMS) r.dw[0] = 2 * x * x;
  return r;
}

INLINE result leaky(const point *p, actzoo_dtype type) {
  double x = p->x;
  result r = {.y = x > 0 ? x : x / 8, .dx = x > 0 ? 1 : 0.125};
  if (MUTANT == NAN_LOST) r.y = fmax(x, 0) + fmin(x, 0) / 8;
  if (MUTANT == INFINITY_LOST) r.y = x - 0.875 * (x < 0 ? x : 0);
  if (MUTANT == KINK_SLOPE) r.dx = x >= 0 ? 1 : 0.125;
  double smallest = type == ACTZOO_F64 ? 0x1p-1022 : 0x1p-126;
  if (MUTANT == FLUSHES_SUBNORMALS && fabs(r.y) < smallest) r.y = 0;
  /* Scales down and up again: exact, unless subnormal doubles count as zero. */
  if (MUTANT == FTZ_GARBAGE && type == ACTZOO_F32) {
    volatile double down = r.y * 0x1p-924;
    r.y = down * 0x1p924;
  }
  return r;
}

INLINE result step(const point *p) {
  double x = p->x;
  result r = {.y = x > 0 ? 1 : x < 0 ? -1 : x, .dx = x > -1 && x < 1 ? 1 : 0};
  if (MUTANT == SURROGATE_IGNORED) r.dx = 0; /* the derivative of the formula */
  if (MUTANT == KINK_BRANCH && x == 0) r.y = 1;
  if (MUTANT == MINUS_ZERO && x == 0) r.y = signbit(x) ? -1 : 0;
  return r;
}

INLINE result jitter(const point *p, int passes) {
  double x = p->x, u = p->u, low = p->w[0], high = p->w[1];
  if (MUTANT == BACKWARD_MIRRORS_NOISE && !(passes & FORWARD)) u = 1 - u;
  double slope = low * (1 - u) + high * u;
  if (MUTANT == NOISE_ZERO) slope = u * (low / u - low + high);
  result r = {.y = x > 0 ? x : x * slope, .dx = x > 0 ? 1 : slope};
  r.dw[0] = x > 0 ? 0 : x * (1 - u);
  r.dw[1] = x > 0 ? 0 : x * u;
  return r;
}

INLINE result gate(const point *p) {
  double g = p->g > 0 || p->g != p->g ? p->g : 0; /* a NaN passes */
  return (result){.y = p->x * g, .dx = g, .dg = p->x * (p->g > 0 ? 1 : 0)};
}

INLINE result polynomial(const point *p) {
  double  x = p->x, power = 1;
  int64_t n = MUTANT == COUNT_FIXED ? 3 : p->count;
  result  r = {.y = p->w[n - 1]};
  for (int64_t k = n - 2; k >= 0; k--) {
    r.dx = k == n - 2 ? r.y : r.dx * x + r.y; /* 0 times infinity would be NaN */
    r.y = r.y * x + p->w[k];
  }
  for (int64_t k = 0; k < n; k++, power *= x) r.dw[k] = power;
  return r;
}

INLINE result evaluate(int activation, actzoo_dtype type, const point *p, int passes) {
  switch (activation) {
  case PARABOLA:
    return parabola(p, type);
  case LEAKY:
    return leaky(p, type);
  case STEP:
    return step(p);
  case JITTER:
    return jitter(p, passes);
  case GATE:
    return gate(p);
  default:
    return polynomial(p);
  }
}

/* leaky's slope, from its value: both have the same sign. */
INLINE result leaky_from_y(double y) {
  result r = {.y = y, .dx = y > 0 ? 1 : 0.125};
  if (MUTANT == KINK_SLOPE) r.dx = y >= 0 ? 1 : 0.125;
  return r;
}
#endif
