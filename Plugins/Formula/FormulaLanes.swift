import CLanes

/// Lanes that also have what only formulas need.
protocol FormulaLanes: Lanes {
  /// a^b as C's pow has it, one call a lane: right and slow.
  static func power(_ a: Self, _ b: Self) -> Self
}

extension F32: FormulaLanes {
  /// a^b in double, rounded.
  @inline(__always) static func power(_ a: F32, _ b: F32) -> F32 {
    F32(lanes_f32_power(a.v, b.v))
  }
}

extension F64: FormulaLanes {
  /// a^b.
  @inline(__always) static func power(_ a: F64, _ b: F64) -> F64 {
    F64(lanes_f64_power(a.v, b.v))
  }
}

extension FormulaLanes {
  /// k and m with exp(a * (b + lost)) = 2^k (1 + m), the product unrounded.
  ///
  /// Below the floor k is the floor's and above the ceiling the ceiling's, with some m of no account.
  @inline(__always) static func exponential(
    _ a: Self, _ b: Self, _ lost: Self
  ) -> (k: Self, m: Self) {
    let c = constants
    let near = min(max(a * b, c.expFloor), c.expCeiling)
    let k = fma(near, 1.442695040888963407359924681001892137, c.roundingMagic) - c.roundingMagic
    let rest = fma(a, lost, product(a, b, minus: k * c.log2High))
    let r = fma(k, -c.log2Low, rest).within(0.4)
    return (k, fma(r * r, expTail(r), r))
  }

  /// factor 2^k (1 + m) for k and m of `exponential`; a zero with the factor's sign below the floor, whatever
  /// the factor.
  @inline(__always) static func scaled(_ factor: Self, _ k: Self, _ m: Self) -> Self {
    let y = fma(factor, m, factor).scaled(byPowerOfTwo: k)
    let finite = select(isEndless(factor, unlessNaN: k), factor, y)
    return select(k < 1.442695040888963407 * constants.expFloor + 1, nothing(factor), finite)
  }

  /// factor * exp(a * (b + lost)).
  @inline(__always) static func exp(_ a: Self, _ b: Self, _ lost: Self, times factor: Self) -> Self
  {
    let (k, m) = exponential(a, b, lost)
    return scaled(factor, k, m)
  }

  /// factor * sigmoid(a * (b + lost)); a zero with the factor's sign where the sigmoid is nothing.
  @inline(__always) static func sigmoid(
    _ a: Self, _ b: Self, _ lost: Self, times factor: Self
  ) -> Self {
    let c = constants
    let hi = a * b
    let lo = fma(a, lost, productError(a, b, hi))
    let y = sigmoid(hi, select(abs(hi) < 2000, lo, 0), times: factor)
    let isOpen = or(hi > c.sigmoidCeiling, isEndless(factor, unlessNaN: hi))
    return select(hi < c.expFloor, nothing(factor), select(isOpen, factor, y))
  }

  /// softplus(a * (b + lost)).
  @inline(__always) static func softplus(_ a: Self, _ b: Self, _ lost: Self) -> Self {
    let hi = a * b
    let lo = fma(a, lost, productError(a, b, hi))
    let y = softplus(hi)
    // What the product lost counts in the tail, where the slope is the value.
    return select(abs(hi) < 2000, fma(lo, min(y, 1), y), y)
  }

  /// 1 / cosh(x), without overflow.
  @inline(__always) static func sech(_ x: Self) -> Self {
    let e = exp(-abs(x))
    return 2 * e / fma(e, e, 1)
  }

  /// A zero with the sign of the factor; NaN stays NaN.
  @inline(__always) static func nothing(_ factor: Self) -> Self {
    select(factor == factor, Self(0).withSign(of: factor), factor)
  }

  @inline(__always) static func isEndless(_ factor: Self, unlessNaN other: Self) -> Mask {
    and(abs(factor) == Self(.infinity), other == other)
  }
}
