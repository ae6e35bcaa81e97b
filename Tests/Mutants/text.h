/* The descriptor, and the faults of texts. */
#ifndef MUTANTS_TEXT_H
#define MUTANTS_TEXT_H
#include "zoo.h"

#if MUTANT == LEVEL_DISAGREES
#define LEVEL " isa x86-64-v3" /* in a file whose name says nothing */
#else
#define LEVEL ""
#endif

#if MUTANT == MANIFEST_UNPARSABLE
#define PARABOLA_FORMULA "x * (1 + a * x"
#elif MUTANT == MANIFEST_UNKNOWN_NAME
#define PARABOLA_FORMULA "x * (1 + b * x)"
#else
#define PARABOLA_FORMULA "x * (1 + a * x)"
#endif

#if MUTANT == GRADCHECK
#define PARABOLA_BACKWARD "backward 1 ulp + 1e9" /* a claim that forgives everything */
#else
#define PARABOLA_BACKWARD "backward 1 ulp"
#endif

#if MUTANT == GRADCHECK_PARAMS
#define PARABOLA_PARAMS "params 1 ulp + 1e9"
#else
#define PARABOLA_PARAMS "params 1 ulp"
#endif

#if HAS_F64 && MUTANT != CLAIM_MISSING
#define IF_F64(line) line
#else
#define IF_F64(line)
#endif
#if HAS_F16
#define IF_F16(line) line
#else
#define IF_F16(line)
#endif

#if MUTANT == INITIAL_OUTSIDE
#define POLYNOMIAL_INITIAL "n == 8 ? 3 : 1/4" /* outside of the bounds, but not for the default count */
#else
#define POLYNOMIAL_INITIAL "k == 1 ? 1 : 1/4"
#endif

// clang-format off
ACTZOO_MANIFEST const char manifest[] =
    "actzoo 1\n"
    "plugin test.mutants version 1.0.0 license Apache-2.0" LEVEL "\n"
#if HAS(PARABOLA)
    "activation test.parabola/1 \"Parabola\"\n"
    "  formula " PARABOLA_FORMULA "\n"
    "  param a = 0.5 in -2...2 per layer|channel\n"
    "  preset steep a = 2\n"
    "  claim f32 forward 1 ulp, " PARABOLA_BACKWARD ", " PARABOLA_PARAMS "\n"
    IF_F16("  claim f16 forward 1 ulp, backward 1 ulp, params 1 ulp\n")
    IF_F64("  claim f64 forward 2 ulp, backward 2 ulp in -1e100...1e100, params 2 ulp in -1e100...1e100\n")
#endif
#if HAS(LEAKY)
    "activation test.leaky/1 \"Leaky\"\n"
    "  formula x > 0 ? x : x / 8\n"
    "  claim f32 forward 1 ulp, backward 1 ulp\n"
    IF_F64("  claim f64 forward 1 ulp, backward 1 ulp\n")
#endif
#if HAS(STEP)
    "activation test.step/1 \"Step\"\n"
    "  formula sign(x)\n"
    "  surrogate clamp(x, -1, 1)\n"
    "  claim f32 forward 1 ulp, backward 1 ulp\n"
    IF_F64("  claim f64 forward 1 ulp, backward 1 ulp\n")
#endif
#if HAS(JITTER)
    /* Sums of terms of one sign: nothing cancels, for any two slopes. */
    "activation test.jitter/1 \"Jitter\"\n"
    "  formula x > 0 ? x : x * (low * (1 - u) + high * u)\n"
    "  param low = 1/8 in 0...1 fixed\n"
    "  param high = 3/8 in 0...1 fixed\n"
    "  noise u eval 0.5\n"
    "  claim f32 forward 1 ulp, backward 1 ulp\n"
    IF_F64("  claim f64 forward 4 ulp, backward 4 ulp\n")
#endif
#if HAS(GATE)
    "activation test.gate/1 \"Gate\"\n"
    "  formula x * max(g, 0)\n"
    "  claim f32 forward 1 ulp, backward 1 ulp\n"
    IF_F64("  claim f64 forward 1 ulp, backward 1 ulp\n")
#endif
#if HAS(POLYNOMIAL)
    "activation test.polynomial/1 \"Polynomial\"\n"
    "  formula poly(w, x)\n"
    "  count n = 3 in 1...8\n"
    "  param w[n] = " POLYNOMIAL_INITIAL " in -2...2 per layer|channel\n"
    "  claim f32 forward 1 ulp + 1e-9 in -4...4, backward 1 ulp + 1e-9 in -4...4, params 1 ulp in -4...4\n"
    IF_F64("  claim f64 forward 1 ulp + 1e-9 in -4...4, backward 1 ulp + 1e-9 in -4...4, params 8 ulp in -4...4\n")
#endif
    ;
// clang-format on

#if MUTANT == MANIFEST_TWICE
ACTZOO_MANIFEST const char other_manifest[] = "actzoo 1\n"
                                              "plugin test.other version 1.0.0 license Apache-2.0\n"
                                              "activation test.other/1 \"Other\"\n"
                                              "  formula x\n";
#endif
#endif
