extension Checks {
  static let value: [Check] = [
    Check(
      "ulp-forward", .value, rule: "P10",
      summary: """
        Values against the formula in as many bits as it takes, on numbers of every size, with initial, \
        preset, bounding and perturbed parameters and other counts: |error| <= ulp * ulp(exact) + abs. \
        Tier standard takes every input of 16-bit types, exhaustive every input of f32 too.
        """,
      why: """
        A tolerance of 1e-6 passes SiLU as x/(1+exp(-x)) on every float, although at -89 it returns 0 \
        instead of a normal number: 17 million units in the last place.
        """,
      mend: """
        Look at the input that is named: where terms cancel or an intermediate result overflows, \
        rewrite the kernel; where the message blames the formula, rewrite that; or claim less.
        """,
      mutants: [
        "ulp-forward", "float-arithmetic", "count-fixed", "ignored-parameter", "cancelling-tail",
        "rounded-square",
      ], run: ulpForward),
    Check(
      "ulp-backward", .value, rule: "P10",
      summary: """
        dx and dg against the symbolic derivative (of the surrogate, where there is one), with dy absent \
        and with dy at random: |error| <= (ulp * ulp(exact) + abs) * |dy|, and one more rounding.
        """,
      why: "A wrong gradient trains, only worse; nobody notices.",
      mend:
        "Compare with `actzoo info NAME`, which prints the derivative; mind the tails as in ulp-forward.",
      mutants: ["ulp-backward", "wrong-slope"], run: ulpBackward),
    Check(
      "ulp-params", .value, rule: "P10",
      summary: """
        Gradients of parameters, one element at a time, against the symbolic derivative by each \
        coefficient; the claim `params`, or else that of backward.
        """,
      why: "Errors of single terms vanish in a sum over a batch, until the terms cancel.",
      mend: "Check the derivative by the coefficient that is named, and that dy multiplies it.",
      mutants: ["ulp-params"], run: ulpParameters),
    Check(
      "special-values", .value, rule: "P10",
      summary: """
        ±0, ±infinity, NaN of both signs and with a payload, the largest, the least and the first \
        normal numbers. NaN gives NaN unless a branch of the formula says otherwise; infinity gives \
        the formula's limit.
        """,
      why: """
        max(x, 0) by a vector instruction returns 0 for NaN, and a network that has diverged goes on \
        as if nothing had happened.
        """,
      mend: """
        Test for NaN by x != x and hand it on; mind which operand min and max instructions return; \
        take care of infinity times 0.
        """,
      mutants: ["nan-lost", "infinity-lost", "minus-zero"], run: specialValues),
    Check(
      "kinks", .value, rule: "P10",
      summary: """
        Every x where a comparison, min, max, abs or sign of the formula changes sides, and two numbers \
        on both sides of it: values and derivatives are of the side that the formula says.
        """,
      why: "At x = 0, where relu's derivative is 0, lie all dead units and all padding.",
      mend: """
        Use the formula's own comparison (< or <=) in forward and in backward; docs/formula.md says \
        which side max, min and abs take.
        """,
      mutants: ["kink-branch", "kink-slope"], run: kinks),
    Check(
      "subnormals", .value, rule: "P10",
      summary: """
        Subnormal inputs, inputs whose value or slope is subnormal, and subnormal dy: no result is \
        flushed to zero beyond what the claim allows.
        """,
      why:
        "-ffast-math flushes to zero, and other results of the same formula then differ by all bits.",
      mend:
        "Compile without -ffast-math; give the claim an absolute part if small results do not matter.",
      mutants: ["flushes-subnormals"], run: subnormals),
  ]
}
