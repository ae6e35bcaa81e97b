/* What may be touched, and when: faults of bounds, of alignment, of inputs and of refusals. */
#ifndef MUTANTS_MEMORY_H
#define MUTANTS_MEMORY_H
#include "process.h"
#include "views.h"

INLINE void peek(const char *from, const char *to) {
  for (const volatile char *p = from; p < to; p++) (void)*p;
}

/* 1 if element n of this row of y lies between two rows of y. */
INLINE int gap_follows(const actzoo_call *call, const int64_t place[3]) {
  for (int axis = 2; axis >= 0; axis--)
    if (call->extent[axis] > 1)
      return place[axis] < call->extent[axis] - 1 && call->y.stride[axis] > call->extent[3];
  return 0;
}

/* Around the loop over a row. */
INLINE void trespass(const actzoo_call *call, actzoo_dtype type, int passes, const int64_t place[3]) {
  int64_t n = call->extent[3], size = bytes(type);
  int     first = !place[0] && !place[1] && !place[2];
  int     last = place[0] == call->extent[0] - 1 && place[1] == call->extent[1] - 1 &&
             place[2] == call->extent[2] - 1;
  const char *x = (const char *)call->x[0].data + size * at(&call->x[0], place, 0);
  if (MUTANT == READS_AFTER && last) peek(x + size * (n - 1), x + size * (n - 1) + 16);
  if (MUTANT == READS_BEFORE && first) peek(x + size - 16, x + size);
  if (MUTANT == READS_AFTER_PARAMETER && last) {
    const char *a = (const char *)call->param[0].data + 4 * at(&call->param[0], place, n - 1);
    peek(a, a + 16);
  }
  if (MUTANT == ALIGNED_LOADS && n * size >= 16)
    __asm__ volatile("movaps %0, %%xmm7" ::"m"(*(const char(*)[16])x) : "xmm7");
  if (!(passes & FORWARD)) return;
  int64_t start = at(&call->y, place, 0);
  if (MUTANT == WRITES_AFTER && last) store(&call->y, type, start + n, 0);
  if (MUTANT == WRITES_BEFORE && first) store(&call->y, type, start - 1, 0);
  if (MUTANT == WRITES_GAPS && gap_follows(call, place)) store(&call->y, type, start + n, 0);
}

/* Before the loop over a row: what an aliased call takes offence at. */
INLINE void clear_outputs(const actzoo_call *call, actzoo_dtype type, int passes,
                          const int64_t place[3]) {
  for (int64_t i = 0; i < call->extent[3]; i++) {
    if (MUTANT == CLEARS_OUTPUT && passes == FORWARD) store(&call->y, type, at(&call->y, place, i), 0);
    if (MUTANT == CLEARS_SLOPE && (passes & BACKWARD) && call->dx[0].data)
      store(&call->dx[0], type, at(&call->dx[0], place, i), 0);
  }
}

/* At the end of a call: what belongs to the caller. */
INLINE void edit_call(const actzoo_call *call, actzoo_dtype type) {
  actzoo_call *mine = (actzoo_call *)call;
  if (MUTANT == EDITS_CALL) mine->x[0].data = (char *)mine->x[0].data + bytes(type) * call->extent[3];
  if (MUTANT == EDITS_VIEWS) ((actzoo_view *)call->param)[0].count = 0;
}
#endif
