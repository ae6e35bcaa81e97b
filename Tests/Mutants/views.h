/* Elements of operands in memory, as doubles. */
#ifndef MUTANTS_VIEWS_H
#define MUTANTS_VIEWS_H
#include "half.h"

/* The index of element `i` of the row at `place`, outermost axis first. */
INLINE int64_t at(const actzoo_view *v, const int64_t place[3], int64_t i) {
  return place[0] * v->stride[0] + place[1] * v->stride[1] + place[2] * v->stride[2] + i * v->stride[3];
}

/* Every type fits into a double. */
INLINE double load(const actzoo_view *v, actzoo_dtype type, int64_t index) {
  if (type == ACTZOO_F16) return from_half(((const uint16_t *)v->data)[index]);
  if (type == ACTZOO_F32) return ((const float *)v->data)[index];
  return ((const double *)v->data)[index];
}

/* Rounds once, to nearest. */
INLINE void store(const actzoo_view *v, actzoo_dtype type, int64_t index, double value) {
  if (type == ACTZOO_F16) ((uint16_t *)v->data)[index] = to_half(value);
  if (type == ACTZOO_F32) ((float *)v->data)[index] = (float)value;
  if (type == ACTZOO_F64) ((double *)v->data)[index] = value;
}

INLINE int64_t bytes(actzoo_dtype type) { return type == ACTZOO_F64 ? 8 : type == ACTZOO_F32 ? 4 : 2; }
#endif
