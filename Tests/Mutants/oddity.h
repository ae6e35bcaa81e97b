/* Faults that change a result only where nobody looks: the value is cut instead of rounded, so it stays
 * within every claim, and only a comparison of bits between two calls can see it. */
#ifndef MUTANTS_ODDITY_H
#define MUTANTS_ODDITY_H
#include <math.h>
#include "process.h"

/* The float next to `value` that is no further from zero. */
INLINE double cut(double value, actzoo_dtype type) {
  float near = (float)value;
  if (type != ACTZOO_F32 || !isfinite(near)) return value;
  return fabs(near) > fabs(value) ? nextafterf(near, 0) : near;
}

/* Whether this whole call is to give other bits. */
INLINE int odd_call(const actzoo_call *call, int passes) {
  if (MUTANT == EVERY_SECOND_CALL) {
    static int calls;
    return __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % 2;
  }
  if (MUTANT == THREAD_DIFFERS || MUTANT == FORK_DIFFERS) {
    static int first;
    int        self = MUTANT == FORK_DIFFERS ? getpid() : gettid(), nobody = 0;
    __atomic_compare_exchange_n(&first, &nobody, self, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return self != __atomic_load_n(&first, __ATOMIC_RELAXED);
  }
  if (MUTANT == ADDRESS_DIFFERS) return ((uintptr_t)call->x[0].data & 31) != 0;
  if (MUTANT == LONG_ROW_DIFFERS) return call->extent[3] >= 64;
  if (MUTANT == FUSED_DIFFERS) return passes == (FORWARD | BACKWARD);
  if (MUTANT == SUMS_CHANGE_DX) return (passes & BACKWARD) && call->dparam && call->dparam[0].data;
  return 0;
}

/* Whether element `i` of the row at `place` is. */
INLINE int odd_element(const actzoo_call *call, const int64_t place[3], int64_t i) {
  if (MUTANT == TAIL_DIFFERS) return i >= call->extent[3] - call->extent[3] % 8;
  if (MUTANT == LAST_ROW_DIFFERS) return call->extent[2] > 1 && place[2] == call->extent[2] - 1;
  return 0;
}
#endif
