/* What every file of the plugin shares: which mutant it is, and which activations it carries.
 *
 * Compiled with -DMUTANT=NAME for one name of mutants.txt (mutants.h numbers them), or NONE for the
 * plugin without a fault. A mutant carries only the activation that it breaks (-DONLY=GATE), so that
 * checking it takes no longer than it must. */
#ifndef MUTANTS_ZOO_H
#define MUTANTS_ZOO_H
#include "actzoo/plugin.h"
#include "mutants.h"

#define ALL 0
#define PARABOLA 1   /* x * (1 + a * x): a scalar parameter, three types */
#define LEAKY 2      /* x > 0 ? x : x / 8: backward reads y alone        */
#define STEP 3       /* sign(x), with a surrogate                        */
#define JITTER 4     /* a leaky ReLU whose slope is noise                */
#define GATE 5       /* x * max(g, 0): two inputs                        */
#define POLYNOMIAL 6 /* a vector parameter whose length is a count       */

#ifndef ONLY
#define ONLY ALL
#endif
#define HAS(A) (ONLY == ALL || ONLY == (A))

/* Mutants have rows for f32 alone, where that is enough, for the same reason. */
#define HAS_F16 (MUTANT == NONE)
#define HAS_F64                                                                                        \
  (MUTANT == NONE || MUTANT == CLAIM_MISSING || MUTANT == DTYPE_UNKNOWN || MUTANT == FORWARD_MISSING)

#define MOST_COEFFICIENTS 8 /* of one activation: the polynomial's count ends here */
#define INLINE static inline __attribute__((always_inline))

enum { FORWARD = 1, BACKWARD = 2 };
#endif
