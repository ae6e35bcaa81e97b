// Forward-mode derivatives. A formula that runs on duals computes its value and one partial derivative; the
// kit runs it once per wanted partial and leaves it to the compiler to share what they have in common.

/// A value and its derivative along one input.
struct Dual<L: Lanes>: Number {
  /// The value.
  var value: L
  /// The derivative; meaningful only if `varies`.
  var tangent: L
  /// False for constants.
  ///
  /// Known when the formula is specialised, so that the arithmetic of constants
  /// disappears: 0 * inf must not turn a derivative into NaN, and costs nothing.
  var varies: Bool

  /// A value with its derivative.
  @inline(__always) init(_ value: L, tangent: L, varies: Bool) {
    self.value = value
    self.tangent = tangent
    self.varies = varies
  }
  /// A value that does not depend on the input.
  @inline(__always) init(fixed value: L) { self.init(value, tangent: 0, varies: false) }
  /// A constant.
  @inline(__always) init(_ constant: Double) { self.init(fixed: L(constant)) }
  /// What rounding lost of a constant.
  @inline(__always) init(lostBy constant: Double) { self.init(fixed: L(lostBy: constant)) }
  /// The input itself.
  @inline(__always) init(variable value: L) { self.init(value, tangent: 1, varies: true) }

  /// f(self) by the chain rule, given f and f' at `value`.
  @inline(__always) func chain(_ f: L, _ derivative: @autoclosure () -> L) -> Dual {
    varies ? Dual(f, tangent: tangent * derivative(), varies: true) : Dual(fixed: f)
  }
  /// The tangent as it enters a sum: zero for constants.
  @inline(__always) var part: L { varies ? tangent : 0 }

  /// The sum, lane by lane.
  @inline(__always) static func + (a: Dual, b: Dual) -> Dual {
    let sum = a.value + b.value
    if a.varies && b.varies { return Dual(sum, tangent: a.tangent + b.tangent, varies: true) }
    return Dual(sum, tangent: a.varies ? a.tangent : b.tangent, varies: a.varies || b.varies)
  }
  /// The difference, lane by lane.
  @inline(__always) static func - (a: Dual, b: Dual) -> Dual { a + -b }
  /// The negated lanes.
  @inline(__always) static prefix func - (a: Dual) -> Dual {
    Dual(-a.value, tangent: -a.tangent, varies: a.varies)
  }
  /// The product, lane by lane.
  @inline(__always) static func * (a: Dual, b: Dual) -> Dual {
    let value = a.value * b.value
    if a.varies && b.varies {
      return Dual(value, tangent: L.fma(a.tangent, b.value, a.value * b.tangent), varies: true)
    }
    let tangent = a.varies ? a.tangent * b.value : a.value * b.tangent
    return Dual(value, tangent: tangent, varies: a.varies || b.varies)
  }
  /// The quotient, lane by lane.
  @inline(__always) static func / (a: Dual, b: Dual) -> Dual {
    let value = a.value / b.value
    if !b.varies { return Dual(value, tangent: a.tangent / b.value, varies: a.varies) }
    return Dual(value, tangent: (a.part - value * b.tangent) / b.value, varies: true)
  }

  /// Less; false where either is NaN.
  @inline(__always) static func < (a: Dual, b: Dual) -> L.Mask { a.value < b.value }
  /// Less or equal; false where either is NaN.
  @inline(__always) static func <= (a: Dual, b: Dual) -> L.Mask { a.value <= b.value }
  /// Equal; false where either is NaN.
  @inline(__always) static func == (a: Dual, b: Dual) -> L.Mask { a.value == b.value }
  /// Logical or of two comparisons.
  @inline(__always) static func or(_ a: L.Mask, _ b: L.Mask) -> L.Mask { L.or(a, b) }
  /// Logical and of two comparisons.
  @inline(__always) static func and(_ a: L.Mask, _ b: L.Mask) -> L.Mask { L.and(a, b) }
  /// Logical not of a comparison.
  @inline(__always) static func not(_ a: L.Mask) -> L.Mask { L.not(a) }
  /// `a` where the mask is true, else `b`.
  @inline(__always) static func select(_ mask: L.Mask, _ a: Dual, _ b: Dual) -> Dual {
    choose(L.select(mask, a.value, b.value), mask, a, b)
  }
  /// The branch taken has the derivative.
  @inline(__always) static func choose(_ value: L, _ mask: L.Mask, _ a: Dual, _ b: Dual) -> Dual {
    if !a.varies && !b.varies { return Dual(fixed: value) }
    return Dual(value, tangent: L.select(mask, a.part, b.part), varies: true)
  }
  /// The larger, with the derivative of the second at a tie.
  @inline(__always) static func max(_ a: Dual, _ b: Dual) -> Dual {
    choose(L.max(a.value, b.value), a.value > b.value, a, b)
  }
  /// The smaller, with the derivative of the second at a tie.
  @inline(__always) static func min(_ a: Dual, _ b: Dual) -> Dual {
    choose(L.min(a.value, b.value), a.value < b.value, a, b)
  }

  /// `a * b + c`, rounded once where the CPU level has FMA.
  @inline(__always) static func fma(_ a: Dual, _ b: Dual, _ c: Dual) -> Dual {
    let product = a * b
    let value = L.fma(a.value, b.value, c.value)
    if !product.varies || !c.varies {
      let tangent = product.varies ? product.tangent : c.tangent
      return Dual(value, tangent: tangent, varies: product.varies || c.varies)
    }
    return Dual(value, tangent: product.tangent + c.tangent, varies: true)
  }
  /// What `product`, `a * b` rounded, lost.
  @inline(__always) static func productError(_ a: Dual, _ b: Dual, _ product: Dual) -> Dual {
    // A rounding error has no derivative: the whole derivative is the product's.
    Dual(fixed: L.productError(a.value, b.value, product.value))
  }
  /// `a * b - c` with the product unrounded.
  @inline(__always) static func product(_ a: Dual, _ b: Dual, minus c: Dual) -> Dual {
    let difference = fma(a, b, -c)
    return Dual(
      L.product(a.value, b.value, minus: c.value), tangent: difference.tangent,
      varies: difference.varies)
  }
  /// `factor * exp(hi + lo)` and its derivative.
  @inline(__always) static func exp(_ hi: Dual, _ lo: Dual, times factor: Dual) -> Dual {
    let value = L.exp(hi.value, lo.value, times: factor.value)
    if !hi.varies && !factor.varies { return Dual(fixed: value) }
    let inner = hi.varies ? factor.value * hi.tangent : 0
    let total = hi.varies ? (factor.varies ? factor.tangent + inner : inner) : factor.tangent
    return Dual(value, tangent: L.exp(hi.value, lo.value, times: total), varies: true)
  }
  /// `factor / (1 + exp(-(hi + lo)))` and its derivative.
  @inline(__always) static func sigmoid(_ hi: Dual, _ lo: Dual, times factor: Dual) -> Dual {
    let value = L.sigmoid(hi.value, lo.value, times: factor.value)
    if !hi.varies && !factor.varies { return Dual(fixed: value) }
    // s' = s (1 - s), and 1 - s is the sigmoid of the negated exponent.
    var total = factor.part
    if hi.varies {
      total = total + L.sigmoid(-hi.value, -lo.value, times: factor.value * hi.tangent)
    }
    return Dual(value, tangent: L.sigmoid(hi.value, lo.value, times: total), varies: true)
  }

  /// The power has no derivative: the whole derivative is the significand's.
  @inline(__always) static func exponential(_ x: Dual) -> (k: Dual, significand: Pair<Dual>) {
    let (k, e) = L.exponential(x.value)
    return (Dual(fixed: k), Pair(x.chain(e.hi, e.hi), Dual(fixed: e.lo)))
  }
  /// Likewise.
  @inline(__always) static func exponentialPair(_ x: Dual) -> (k: Dual, significand: Pair<Dual>) {
    let (k, e) = L.exponentialPair(x.value)
    return (Dual(fixed: k), Pair(x.chain(e.hi, e.hi), Dual(fixed: e.lo)))
  }
  /// `self * 2^k` for a fixed `k`.
  @inline(__always) func scaled(byPowerOfTwo k: Dual) -> Dual {
    Dual(
      value.scaled(byPowerOfTwo: k.value), tangent: part.scaled(byPowerOfTwo: k.value),
      varies: varies)
  }
  /// `1 / d` by the chain rule.
  @inline(__always) static func inverse(_ d: Dual) -> Dual {
    let y = L.inverse(d.value)
    return d.chain(y, -y * y)
  }
  /// `factor * tanh(hi + lo)` and its derivative.
  @inline(__always) static func tanh(_ hi: Dual, _ lo: Dual, times factor: Dual) -> Dual {
    let t = tanh(hi)
    let slope = factor.part * t.value + factor.value * t.part
    return Dual(
      L.tanh(hi.value, lo.value, times: factor.value), tangent: slope,
      varies: hi.varies || factor.varies)
  }
  /// `sin` by the chain rule.
  @inline(__always) static func sin(_ hi: Dual, _ lo: Dual) -> Pair<Dual> {
    let y = L.sin(hi.value, lo.value)
    return Pair(hi.chain(y.hi, L.cos(hi.value)), Dual(fixed: y.lo))
  }
  /// The product rule.
  @inline(__always) static func silu(_ x: Dual, times factor: Dual) -> Dual {
    let y = L.silu(x.value, times: factor.value)
    let slope = x.varies ? factor.value * (x.tangent * L.siluSlope(x.value)) : 0
    let part = factor.varies ? L.silu(x.value, times: factor.tangent) : 0
    return Dual(y, tangent: part + slope, varies: x.varies || factor.varies)
  }
  /// `gelu` by the chain rule.
  @inline(__always) static func geluPair(_ x: Dual) -> Pair<Dual> {
    let y = L.geluPair(x.value)
    return Pair(x.chain(y.hi, L.geluSlope(x.value)), Dual(fixed: y.lo))
  }
  /// The product rule.
  @inline(__always) static func gelu(_ x: Dual, times factor: Dual) -> Dual {
    let y = L.gelu(x.value, times: factor.value)
    let slope = x.varies ? factor.value * (x.tangent * L.geluSlope(x.value)) : 0
    let part = factor.varies ? L.gelu(x.value, times: factor.tangent) : 0
    return Dual(y, tangent: part + slope, varies: x.varies || factor.varies)
  }

  /// The bound changes nothing where the function is not nothing: the derivative passes.
  ///
  /// NaN stays NaN, because here no other term may be left to carry it.
  @inline(__always) static func withinGaussian(_ x: Dual) -> Dual {
    let reach = L.constants.gaussianReach
    return Dual(L.max(L.min(x.value, reach), -reach), tangent: x.tangent, varies: x.varies)
  }
  /// `gaussian` and its derivative, with one exponential.
  @inline(__always) static func gaussian(_ x: Dual, times factor: Dual) -> Dual {
    gaussian(x, factor, L.gaussian(x.value, times: factor.value))
  }
  /// `gaussian` and its derivative; the derivative does without the factor's low part.
  @inline(__always) static func gaussian(_ x: Dual, times factor: Pair<Dual>) -> Dual {
    gaussian(x, factor.hi, L.gaussian(x.value, times: Pair(factor.hi.value, factor.lo.value)))
  }
  /// `value`, and what factor e^(-x^2 / 2) has for a derivative.
  @inline(__always) static func gaussian(_ x: Dual, _ factor: Dual, _ value: L) -> Dual {
    if !x.varies && !factor.varies { return Dual(fixed: value) }
    var total = factor.part
    if x.varies { total = L.fma(-(factor.value * x.value), x.tangent, total) }
    return Dual(value, tangent: L.gaussian(x.value, times: total), varies: true)
  }

  /// `exp` by the chain rule.
  @inline(__always) static func exp(_ x: Dual) -> Dual {
    let y = L.exp(x.value)
    return x.chain(y, y)
  }
  /// `expm1` by the chain rule.
  @inline(__always) static func expm1(_ x: Dual) -> Dual {
    let y = L.expm1(x.value)
    return x.chain(y, L.exp(x.value))
  }
  /// `log` by the chain rule.
  @inline(__always) static func log(_ x: Dual) -> Dual {
    let y = L.log(x.value)
    return x.chain(y, 1 / x.value)
  }
  /// `log1p` by the chain rule.
  @inline(__always) static func log1p(_ x: Dual) -> Dual {
    let y = L.log1p(x.value)
    return x.chain(y, 1 / (1 + x.value))
  }
  /// `tanh` by the chain rule.
  @inline(__always) static func tanh(_ x: Dual) -> Dual {
    let y = L.tanh(x.value)
    return x.chain(y, 1 - y * y)
  }
  /// `sigmoid` by the chain rule.
  @inline(__always) static func sigmoid(_ x: Dual) -> Dual {
    let y = L.sigmoid(x.value)
    return x.chain(y, y * (1 - y))
  }
  /// `softplus` by the chain rule.
  @inline(__always) static func softplus(_ x: Dual) -> Dual {
    let y = L.softplus(x.value)
    return x.chain(y, L.sigmoid(x.value))
  }
  /// `erf` by the chain rule.
  @inline(__always) static func erf(_ x: Dual) -> Dual {
    let y = L.erf(x.value)
    return x.chain(y, gaussian(x.value, times: 1.1283791670955125739))
  }
  /// `erfc` by the chain rule.
  @inline(__always) static func erfc(_ x: Dual) -> Dual {
    let y = L.erfc(x.value)
    return x.chain(y, gaussian(x.value, times: -1.1283791670955125739))
  }
  /// `erfcx` by the chain rule.
  @inline(__always) static func erfcx(_ x: Dual) -> Dual {
    let y = L.erfcx(x.value)
    return x.chain(y, L.fma(2 * x.value, y, -1.1283791670955125739))
  }
  /// `sigmoidPair` with the derivative of its first part.
  @inline(__always) static func sigmoidPair(_ u: Pair<Dual>, times factor: Pair<Dual>) -> Pair<Dual>
  {
    let y = L.sigmoidPair(
      Pair(u.hi.value, u.lo.value), times: Pair(factor.hi.value, factor.lo.value))
    return Pair(
      Dual(
        y.hi, tangent: sigmoid(u.hi, 0, times: factor.hi).part,
        varies: u.hi.varies || factor.hi.varies),
      Dual(fixed: y.lo))
  }
  /// `silu` by the chain rule.
  @inline(__always) static func silu(_ x: Dual) -> Dual {
    let y = L.silu(x.value)
    return x.chain(y, L.siluSlope(x.value))
  }
  /// `gelu` by the chain rule.
  @inline(__always) static func gelu(_ x: Dual) -> Dual {
    let y = L.gelu(x.value)
    return x.chain(y, L.geluSlope(x.value))
  }
  /// `mish` by the chain rule.
  @inline(__always) static func mish(_ x: Dual) -> Dual {
    let y = L.mish(x.value)
    return x.chain(y, L.mishSlope(x.value))
  }
  /// `sqrt` by the chain rule.
  @inline(__always) static func sqrt(_ x: Dual) -> Dual {
    let y = L.sqrt(x.value)
    return x.chain(y, 0.5 / y)
  }
  /// `abs` by the chain rule.
  @inline(__always) static func abs(_ x: Dual) -> Dual {
    let y = L.abs(x.value)
    return x.chain(y, L.sign(x.value))
  }
  /// `sign` by the chain rule.
  @inline(__always) static func sign(_ x: Dual) -> Dual { Dual(fixed: L.sign(x.value)) }
  /// `floor` by the chain rule.
  @inline(__always) static func floor(_ x: Dual) -> Dual { Dual(fixed: L.floor(x.value)) }
  /// `sin` by the chain rule.
  @inline(__always) static func sin(_ x: Dual) -> Dual {
    let y = L.sin(x.value)
    return x.chain(y, L.cos(x.value))
  }
  /// `cos` by the chain rule.
  @inline(__always) static func cos(_ x: Dual) -> Dual {
    let y = L.cos(x.value)
    return x.chain(y, -L.sin(x.value))
  }
  /// `sinh` by the chain rule.
  @inline(__always) static func sinh(_ x: Dual) -> Dual {
    let y = L.sinh(x.value)
    return x.chain(y, L.cosh(x.value))
  }
  /// `cosh` by the chain rule.
  @inline(__always) static func cosh(_ x: Dual) -> Dual {
    let y = L.cosh(x.value)
    return x.chain(y, L.sinh(x.value))
  }
  /// `atan` by the chain rule.
  @inline(__always) static func atan(_ x: Dual) -> Dual {
    let y = L.atan(x.value)
    return x.chain(y, 1 / L.fma(x.value, x.value, 1))
  }
  /// `asinh` by the chain rule.
  @inline(__always) static func asinh(_ x: Dual) -> Dual {
    let y = L.asinh(x.value)
    return x.chain(y, 1 / L.sqrt(L.fma(x.value, x.value, 1)))
  }

  /// factor * e^(-x^2).
  @inline(__always) static func gaussian(_ x: L, times factor: L) -> L {
    let p = x * x
    return L.exp(-p, -L.productError(x, x, p), times: factor)
  }
}
