// Inputs weighted by a piecewise linear gate. Each piece is written out: the product of input and gate is NaN
// at -inf and overflows long before the result does. NaN itself takes the branch that computes with it.

/// HardSwish: the input weighted by its hard sigmoid.
///
///     hard-swish(x) = x min(max(x + 3, 0), 6) / 6
///
/// hard-swish(NaN) = NaN, hard-swish(+inf) = inf, hard-swish(-inf) = 0; hard-swish'(-3) = 0, hard-swish'(3) = 1.
/// Source: arXiv:1905.02244, section 5.2.
enum HardSwish: Activation {
  /// A sixth of y; a division would take as long as the rest.
  @inline(__always) static func sixth<N: Number>(_ y: N) -> N {
    let sixth = Pair<N>(constant: 1.0 / 6, 0x1p-55 / 3)
    return fma(y, sixth.hi, y * sixth.lo)
  }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x <= -3, 0, select(a.x >= 3, a.x, sixth(a.x * (a.x + 3))))
  }

  /// (2x + 3) / 6 between the kinks: 2x + 3 is exact near its zero, x/6 + (x + 3)/6 is not.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: select(a.x <= -3, 0, select(a.x >= 3, 1, sixth(fma(2, a.x, 3)))))
  }
}

/// HardMish: the input weighted by a ramp from -2 to 0.
///
///     hard-mish(x) = x/2 min(2, max(0, x + 2))
///
/// hard-mish(NaN) = NaN, hard-mish(+inf) = inf, hard-mish(-inf) = 0; hard-mish'(-2) = 0, hard-mish'(0) = 1.
enum HardMish: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x <= -2, 0, select(a.x >= 0, a.x, a.x * (a.x + 2) * 0.5))
  }

  /// x + 1 between the kinks.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: select(a.x <= -2, 0, select(a.x >= 0, 1, a.x + 1)))
  }
}

/// SparsePlus: a parabola between zero and the identity.
///
///     sparse-plus(x) = x <= -1 ? 0 : x >= 1 ? x : (x + 1)^2 / 4
///
/// sparse-plus(NaN) = NaN, sparse-plus(+inf) = inf, sparse-plus(-inf) = 0.
enum SparsePlus: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let half = 0.5 * (a.x + 1)
    return select(a.x <= -1, 0, select(a.x >= 1, a.x, half * half))
  }
}
