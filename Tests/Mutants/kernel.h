/* One pass over a box, for every activation, type and choice of outputs: the loop, and the faults of
 * strides, parameters, sums and optional operands. */
#ifndef MUTANTS_KERNEL_H
#define MUTANTS_KERNEL_H
#include "functions.h"
#include "memory.h"
#include "oddity.h"
#include "refusal.h"

/* Parameters are floats, but beside doubles, doubles. */
INLINE actzoo_dtype parameter_type(actzoo_dtype type) {
  return type == ACTZOO_F64 ? ACTZOO_F64 : ACTZOO_F32;
}

INLINE void gather(point *p, const actzoo_call *call, int activation, actzoo_dtype type,
                   const int64_t place[3], int64_t i) {
  p->count = 0;
  for (int k = 0; k < parameters(activation); k++) {
    const actzoo_view *v = &call->param[k];
    int64_t            index = at(v, place, MUTANT == PARAMETER_OF_ROW ? 0 : i);
    if (MUTANT == FIRST_PARAMETER) index = 0;
    for (int64_t j = 0; j < v->count; j++)
      p->w[p->count++] =
          load(v, parameter_type(type), index + j * (MUTANT == COEFFICIENT_STEP ? 1 : v->step));
  }
}

/* Adds, in double, to the sums that are wanted. */
INLINE void scatter(const result *r, double seed, const actzoo_call *call, int activation,
                    const int64_t place[3], int64_t i) {
  if (MUTANT != ASSUMES_SUMS && !call->dparam) return;
  int64_t next = 0;
  for (int k = 0; k < parameters(activation); k++) {
    const actzoo_view *v = &call->dparam[k];
    int64_t            count = call->param[k].count;
    for (int64_t j = 0; j < count && (MUTANT == ASSUMES_SUMS || v->data); j++) {
      double *sum = (double *)v->data + at(v, place, i) + j * (MUTANT == SUM_STEP ? 1 : v->step);
      double  term = seed * r->dw[next + j];
      if (MUTANT == OVERWRITES_SUMS)
        *sum = term;
      else if (MUTANT == FLOAT_SUMS)
        *sum = (float)*sum + (float)term;
      else
        *sum += term;
    }
    next += count;
  }
}

INLINE double noise(const actzoo_call *call, const int64_t place[3], int64_t i) {
  if (MUTANT == OWN_NOISE) {
    static uint32_t seed = 1;
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) * 0x1p-24;
  }
  return ((const float *)call->noise.data)[at(&call->noise, place, i)];
}

/* Everything of an element is read before anything is written, so outputs may lie on inputs. */
INLINE void element(const actzoo_call *call, int activation, actzoo_dtype type, int passes,
                    const int64_t place[3], int64_t i, int odd) {
  point   p = {0};
  result  r;
  int64_t from[3] = {place[0], place[1], place[2]};
  if (MUTANT == IGNORES_STRIDES) from[2] = 0;
  int64_t x = at(&call->x[0], from, i) + (MUTANT == IGNORES_STRIDES ? place[2] * call->extent[3] : 0);
  int64_t y = at(MUTANT == SHARES_STRIDES ? &call->x[0] : &call->y, place, i);
  if (activation == LEAKY && !(passes & FORWARD)) {
    r = leaky_from_y(load(&call->y, type, y));
  } else {
    p.x = load(&call->x[0], type, x);
    if (activation == GATE) p.g = load(&call->x[1], type, at(&call->x[1], place, i));
    if (activation == JITTER) p.u = noise(call, place, i);
    gather(&p, call, activation, type, place, i);
    r = evaluate(activation, type, &p, passes);
  }
  if (MUTANT == READS_Y && !(passes & FORWARD)) r.dx = 2 * load(&call->y, type, y) / p.x - 1;
  if (MUTANT == DENORMAL_SLOW && p.x != 0 && fabs(p.x) < 0x1p-126)
    for (volatile int k = 0; k < 10000; k++) {
    }
  if (MUTANT == SLOW)
    for (volatile int k = 0; k < 500; k++) {
    }
  if (odd || odd_element(call, place, i)) r.y = cut(r.y, type), r.dx = cut(r.dx, type);
  if (MUTANT == SCRATCH_IN_X) store(&call->x[0], type, x, r.y);
  if (MUTANT == REWRITES_X) /* volatile, or the compiler sees that nothing changes */
    ((volatile float *)call->x[0].data)[x] = (float)p.x;

  const actzoo_view *dx = call->dx, *dy = &call->dy;
  double             seed = 1;
  if (MUTANT == DY_ABSENT_IS_ZERO && !dy->data) seed = 0;
  if ((passes & BACKWARD) && (dy->data || MUTANT == ASSUMES_DY))
    seed = load(dy, type, at(dy, place, i));
  if (MUTANT == ODD_BOX && call->extent[1] == 3 && dy->data && !dy->stride[0]) seed *= 2;

  if (passes & FORWARD) store(&call->y, type, y, r.y);
  if (!(passes & BACKWARD) || (MUTANT == SKIPS_ZERO_DY && seed == 0)) return;
  if (MUTANT == SCRATCH_IN_DY && dy->data) store(dy, type, at(dy, place, i), seed * r.dx);
  int both = dx[0].data && dx[1].data;
  if ((dx[0].data || MUTANT == ASSUMES_DX) && !(MUTANT == GATE_NEEDS_BOTH && !both))
    store(&dx[0], type, at(&dx[0], place, i), seed * r.dx);
  if (MUTANT == REREADS_DY && dy->data) seed = load(dy, type, at(dy, place, i));
  if (activation == GATE && dx[1].data) store(&dx[1], type, at(&dx[1], place, i), seed * r.dg);
  if (MUTANT == SUMS_NEED_DX && !dx[0].data) return;
  if (MUTANT == FUSED_FORGETS_SUMS && (passes & FORWARD)) return;
  scatter(&r, seed, call, activation, place, i);
}

/* Rows through a buffer that all calls, or all calls of a thread, share. */
INLINE void row_through_scratch(const actzoo_call *call, actzoo_dtype type, const int64_t place[3]) {
  static double               shared[256];
  static _Thread_local double own[256];
  double                     *scratch = MUTANT == STATIC_SCRATCH ? shared : own;
  for (int64_t from = 0; from < call->extent[3]; from += 256) {
    int64_t m = call->extent[3] - from < 256 ? call->extent[3] - from : 256;
    point   p = {0};
    for (int64_t i = 0; i < m; i++) {
      p.x = load(&call->x[0], type, at(&call->x[0], place, from + i));
      gather(&p, call, PARABOLA, type, place, from + i);
      scratch[i] = parabola(&p, type).y;
      __asm__ volatile("" ::: "memory"); /* as a call of exp would: the buffer is really filled */
    }
    for (int64_t i = 0; i < m; i++) store(&call->y, type, at(&call->y, place, from + i), scratch[i]);
  }
}

INLINE actzoo_status evaluate_box(const actzoo_call *call, int activation, actzoo_dtype type,
                                  int passes, int needs_x) {
  if (MUTANT == ZERO_EXTENT_READ) (void)*(const volatile char *)call->x[0].data;
  if (is_empty(call)) return MUTANT == ZERO_EXTENT_REFUSED ? ACTZOO_INVALID : ACTZOO_OK;
  actzoo_status status = admit(call, activation, type, passes, needs_x);
  if (status) return status;
  disturb_call(call);
  int     odd = odd_call(call, passes);
  int64_t n = call->extent[3], place[3];
  for (place[0] = 0; place[0] < call->extent[0]; place[0]++)
    for (place[1] = 0; place[1] < call->extent[1]; place[1]++)
      for (place[2] = 0; place[2] < call->extent[2]; place[2]++) {
        clear_outputs(call, type, passes, place);
        if ((MUTANT == STATIC_SCRATCH || MUTANT == THREAD_LOCAL_SCRATCH) && passes == FORWARD)
          row_through_scratch(call, type, place);
        else
          for (int64_t i = 0; i < n; i++) {
            if (MUTANT == LEAVES_LAST && n % 2 && i == n - 1) break;
            if (MUTANT == REFUSES_LATE && i == 256) return ACTZOO_UNSUPPORTED;
            element(call, activation, type, passes, place, i, odd);
          }
        trespass(call, type, passes, place);
      }
  edit_call(call, type);
  disturb_return();
  return ACTZOO_OK;
}
#endif
