/* actzoo/formula.h - extension "actzoo.formula/1": a plugin that evaluates programs which the host has
 * compiled from formulas. C99, self-contained but for plugin.h.
 *
 * The plugin org.zoo.formula answers actzoo_plugin.extension(ACTZOO_FORMULA_EXTENSION) with an
 * actzoo_formula_table: kernels whose `self` is an actzoo_formula_program. They keep every rule of
 * plugin.h; a program that does not fit into their stack is ACTZOO_UNSUPPORTED.
 *
 * A program works on slots, each a vector of the box's element type:
 *     0, 1, 2        x, g and the noise u
 *     3 ...          constants
 *     ...            the coefficients of all parameters, in order
 *     ...            registers of the pass                                                        */
#ifndef ACTZOO_FORMULA_H
#define ACTZOO_FORMULA_H
#include "plugin.h"

#define ACTZOO_FORMULA_EXTENSION "actzoo.formula/1"
#define ACTZOO_FORMULA_INPUTS 3
#define ACTZOO_FORMULA_NONE 0xFFFFu

#ifdef __cplusplus
extern "C" {
#endif

/* What a step computes of its operands a, b, c, d. FROZEN: numbers are only ever added. */
enum actzoo_formula_operation {
  ACTZOO_FORMULA_ADD = 0,
  ACTZOO_FORMULA_SUBTRACT,
  ACTZOO_FORMULA_MULTIPLY,
  ACTZOO_FORMULA_DIVIDE,
  ACTZOO_FORMULA_MINIMUM, /* IEEE 754-2019: NaN wins */
  ACTZOO_FORMULA_MAXIMUM,
  ACTZOO_FORMULA_POWER,
  ACTZOO_FORMULA_MULTIPLY_ADD,      /* a * b + c, rounded once where the level has FMA */
  ACTZOO_FORMULA_SELECT_LESS,       /* a < b ? c : d */
  ACTZOO_FORMULA_SELECT_LESS_EQUAL, /* a <= b ? c : d */
  ACTZOO_FORMULA_SELECT_EQUAL,      /* a == b ? c : d */
  ACTZOO_FORMULA_NEGATE,
  ACTZOO_FORMULA_EXP,
  ACTZOO_FORMULA_EXPM1,
  ACTZOO_FORMULA_LOG,
  ACTZOO_FORMULA_LOG1P,
  ACTZOO_FORMULA_TANH,
  ACTZOO_FORMULA_SINH,
  ACTZOO_FORMULA_COSH,
  ACTZOO_FORMULA_SECH,
  ACTZOO_FORMULA_ATAN,
  ACTZOO_FORMULA_ASINH,
  ACTZOO_FORMULA_ERF,
  ACTZOO_FORMULA_ERFC,
  ACTZOO_FORMULA_SQRT,
  ACTZOO_FORMULA_ABS,
  ACTZOO_FORMULA_SIGN,
  ACTZOO_FORMULA_FLOOR,
  ACTZOO_FORMULA_SIN,
  ACTZOO_FORMULA_COS,
  ACTZOO_FORMULA_SIGMOID,
  ACTZOO_FORMULA_SOFTPLUS,
  ACTZOO_FORMULA_SILU,
  ACTZOO_FORMULA_SILU_SLOPE,
  ACTZOO_FORMULA_SILU_BOTH, /* two results: silu(a) and its slope */
  ACTZOO_FORMULA_GELU,
  ACTZOO_FORMULA_GELU_SLOPE,
  ACTZOO_FORMULA_MISH,
  ACTZOO_FORMULA_MISH_SLOPE,
  ACTZOO_FORMULA_EXP_TIMES,       /* a * exp(b * (c + d)), d what a constant c lost */
  ACTZOO_FORMULA_EXP_REDUCED,     /* two results k, m: exp(a * (b + c)) = 2^k (1 + m) */
  ACTZOO_FORMULA_EXP_SCALED,      /* a 2^k (1 + m) with b = k, c = m */
  ACTZOO_FORMULA_SIGMOID_TIMES,   /* a * sigmoid(b * (c + d)) */
  ACTZOO_FORMULA_SOFTPLUS_PRODUCT /* softplus(a * (b + c)), c what a constant b lost */
};

/* One operation on slots. FROZEN. */
typedef struct actzoo_formula_step {
  uint16_t operation;
  uint16_t result[2];  /* registers; the second ACTZOO_FORMULA_NONE unless there are two results */
  uint16_t operand[4]; /* slots; those not used are 0                                            */
  uint16_t reserved;   /* 0                                                                      */
} actzoo_formula_step;

/* Steps in order. The first `uniform` of them depend on constants and coefficients alone, and no later step
 * writes to a register that one of these does. */
typedef struct actzoo_formula_pass {
  const actzoo_formula_step *step;
  uint32_t                   count;
  uint32_t                   uniform;
  uint32_t                   registers;
  /* 1: the last step's one result is y, and no other step uses that register. */
  uint32_t is_direct;
  /* Slots of the results; ACTZOO_FORMULA_NONE for what the pass does not compute. */
  uint32_t y, dx, dg;
  /* [coefficients] the derivative by each; ACTZOO_FORMULA_NONE: 0 everywhere. NULL in forward. */
  const uint16_t *gradient;
} actzoo_formula_pass;

/* One formula, for given numbers of coefficients. Lives as long as it is called; constant. */
typedef struct actzoo_formula_program {
  uint32_t size;
  uint8_t  is_gated;
  uint8_t  is_noisy;
  uint16_t constants;
  uint32_t parameters;
  uint32_t coefficients;
  /* [constants]: the number is constant + rest. Where `is_lost` is 1 the slot holds what the element type's
   * nearest to `constant` lacks of that sum, else that nearest. */
  const double  *constant;
  const double  *rest;
  const uint8_t *is_lost;
  /* [parameters] coefficients of each. */
  const uint32_t     *counts;
  actzoo_formula_pass pass[3]; /* forward, backward, fused */
} actzoo_formula_program;

/* Kernels over programs; [0] for f32, [1] for f64. */
typedef struct actzoo_formula_table {
  uint32_t      size;
  uint32_t      reserved;
  actzoo_kernel forward[2];
  actzoo_kernel backward[2];
  actzoo_kernel fused[2];
} actzoo_formula_table;

#ifdef __cplusplus
}
#endif
#endif
