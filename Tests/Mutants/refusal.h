/* What a kernel refuses before it touches anything, and the faults of refusing. */
#ifndef MUTANTS_REFUSAL_H
#define MUTANTS_REFUSAL_H
#include <stdio.h>
#include "views.h"

INLINE int parameters(int activation) {
  return activation == JITTER ? 2 : activation == PARABOLA || activation == POLYNOMIAL ? 1 : 0;
}

__attribute__((unused)) static actzoo_status refuse(const actzoo_call *call, actzoo_status status,
                                                    const char *why) {
  if (ACTZOO_HAS(actzoo_call, call, message_size) && call->message && call->message_size)
    snprintf(call->message, call->message_size, "%s", why);
  return status;
}

/* Rows of data are contiguous; an axis of one element may say 0. */
INLINE int is_row(const actzoo_view *v, int64_t n) { return !v->data || v->stride[3] == 1 || n == 1; }
/* Rows of parameters and of their sums may also share one value. */
INLINE int is_row_or_shared(const actzoo_view *v, int64_t n) {
  return !v->data || v->stride[3] == 0 || v->stride[3] == 1 || n == 1;
}

INLINE int is_empty(const actzoo_call *call) {
  return !call->extent[0] || !call->extent[1] || !call->extent[2] || !call->extent[3];
}

/* From sizes, strides, counts and NULLs alone. */
INLINE actzoo_status admit(const actzoo_call *call, int activation, actzoo_dtype type, int passes,
                           int needs_x) {
  int64_t n = call->extent[3];
  if (call->dtype != type) return refuse(call, ACTZOO_UNSUPPORTED, "another type than the row's");
  if ((needs_x && !call->x[0].data) || (activation == GATE && !call->x[1].data) ||
      (activation == JITTER && !call->noise.data) || ((passes & FORWARD) && !call->y.data))
    return refuse(call, ACTZOO_INVALID, "an operand is missing");
  int rows = is_row(&call->x[0], n) && is_row(&call->x[1], n) && is_row(&call->y, n) &&
             is_row(&call->dy, n) && is_row(&call->dx[0], n) && is_row(&call->dx[1], n) &&
             is_row(&call->noise, n);
  if (MUTANT == REFUSES_ADDRESS && (uintptr_t)call->x[0].data % 16) rows = 0;
  if (MUTANT == REFUSES_DATA && needs_x) {
    double x = load(&call->x[0], type, 0);
    if (x != x) rows = 0;
  }
  for (int p = 0; p < parameters(activation); p++) {
    const actzoo_view *w = &call->param[p];
    if (!w->data || w->count < 1 || w->count > (activation == POLYNOMIAL ? MOST_COEFFICIENTS : 1))
      return refuse(call, ACTZOO_INVALID, "a parameter is missing, or has another length");
    rows &= is_row_or_shared(w, n);
    if ((passes & BACKWARD) && call->dparam) rows &= is_row_or_shared(&call->dparam[p], n);
  }
  return rows
             ? ACTZOO_OK
             : refuse(call, ACTZOO_UNSUPPORTED, "rows of neighbouring elements are all that is served");
}
#endif
