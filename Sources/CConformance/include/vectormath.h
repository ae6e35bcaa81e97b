/* Arithmetic on blocks of doubles, for the evaluator that kernels are judged by: one operation over n
 * points. Functions come from glibc's vector library where it is installed, which shares no code with the
 * kernels; else, and on other architectures, from libm.                                             */
#ifndef CCONFORMANCE_VECTORMATH_H
#define CCONFORMANCE_VECTORMATH_H
#include <stddef.h>
#include <stdint.h>

/* Functions of one number, as the formula language means them. */
typedef enum conformance_unary_op {
  CONFORMANCE_NEGATE,
  CONFORMANCE_ABS,
  CONFORMANCE_SIGN,
  CONFORMANCE_FLOOR,
  CONFORMANCE_SQRT,
  CONFORMANCE_EXP,
  CONFORMANCE_EXPM1,
  CONFORMANCE_LOG,
  CONFORMANCE_LOG1P,
  CONFORMANCE_TANH,
  CONFORMANCE_SINH,
  CONFORMANCE_COSH,
  CONFORMANCE_SECH,
  CONFORMANCE_ATAN,
  CONFORMANCE_ASINH,
  CONFORMANCE_ERF,
  CONFORMANCE_ERFC,
  CONFORMANCE_SIN,
  CONFORMANCE_COS,
  CONFORMANCE_SIGMOID,
  CONFORMANCE_SOFTPLUS
} conformance_unary_op;

/* Functions of two numbers; comparisons give 1 or 0. */
typedef enum conformance_binary_op {
  CONFORMANCE_ADD,
  CONFORMANCE_SUBTRACT,
  CONFORMANCE_MULTIPLY,
  CONFORMANCE_DIVIDE,
  CONFORMANCE_POWER,
  CONFORMANCE_MINIMUM,
  CONFORMANCE_MAXIMUM,
  CONFORMANCE_LESS,
  CONFORMANCE_LESS_OR_EQUAL,
  CONFORMANCE_GREATER,
  CONFORMANCE_GREATER_OR_EQUAL,
  CONFORMANCE_EQUAL,
  CONFORMANCE_NOT_EQUAL
} conformance_binary_op;

/* How many doubles an instruction takes: 8 (the machine has x86-64-v4), 4 (x86-64-v3) or 1. */
typedef int conformance_width;

/* y[i] = op(a[i]) and so on, for i < n; n is a multiple of 8. y may be an operand, but not overlap one
 * otherwise. Any thread, any number at once; width must be one that the machine has. */
void conformance_unary(conformance_width width, conformance_unary_op op, const double *a, double *y,
                       size_t n);
void conformance_binary(conformance_width width, conformance_binary_op op, const double *a,
                        const double *b, double *y, size_t n);
/* y[i] = condition[i] != 0 ? a[i] : b[i] */
void conformance_select(conformance_width width, const double *condition, const double *a,
                        const double *b, double *y, size_t n);
void conformance_fill(conformance_width width, double value, double *y, size_t n);

/* By so little more an error is no record: on a slope every result would be one, and looked at. */
static inline double conformance_noise(double error, double unit) {
  return error > 64 * unit ? 0x1p-10 * error : 0x1p-20 * unit;
}

/* What a result may be off from its value in double before it has to be looked at. */
typedef struct conformance_sieve {
  double        lower, upper;               /* inputs that the claim covers                           */
  double        ulp, absolute;              /* the claim                                              */
  double        least, greatest, ratio;     /* the spacing: bounds, and its ratio to the power of two */
  double        largest;                    /* finite number of the type                              */
  double        share, in_ulp, in_absolute; /* the largest errors so far                              */
  double        floor;                      /* added to every doubt but 0                             */
  const double *doubts;                     /* relative, by 2 * (exponent of x + 1024) + its sign     */
} conformance_sieve;

/* Sets marks[i] to 1 if a result is not clearly right, or a record, and else to 0; how many are 1. */
uint64_t conformance_sift(conformance_width width, const conformance_sieve *sieve, const double *got,
                          const double *x, const double *value, uint64_t *marks, size_t n);
#endif
