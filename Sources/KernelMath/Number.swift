// What a formula is written with. One generic formula over `Number` runs on SIMD lanes (values) and on
// dual numbers over lanes (values and derivatives); the compiler specialises it for both.

/// A value that a formula can be evaluated on: SIMD lanes, or dual numbers over them.
///
/// Conventions of the formula language hold for every conforming type: comparisons with NaN are false,
/// `max` and `min` propagate NaN, and at a tie their derivative is the second argument's.
protocol Number: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The result of a comparison, lane by lane.
  associatedtype Mask

  /// The same constant in every lane, rounded to the lanes' precision.
  init(_ constant: Double)
  /// What `init(_:)` lost of the constant.
  init(lostBy constant: Double)

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  prefix static func - (a: Self) -> Self

  static func < (a: Self, b: Self) -> Mask
  static func <= (a: Self, b: Self) -> Mask
  static func == (a: Self, b: Self) -> Mask
  /// Logical or, and, not of comparisons.
  static func or(_ a: Mask, _ b: Mask) -> Mask
  static func and(_ a: Mask, _ b: Mask) -> Mask
  static func not(_ a: Mask) -> Mask
  /// `a` where the mask is true, else `b`.
  static func select(_ mask: Mask, _ a: Self, _ b: Self) -> Self

  /// `a * b + c`, rounded once where the CPU level has FMA.
  static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self
  /// What `product`, which is `a * b` rounded, lost: `a * b - product`.
  static func productError(_ a: Self, _ b: Self, _ product: Self) -> Self
  /// `a * b - c` with the product unrounded, rounded once where the CPU level has FMA.
  static func product(_ a: Self, _ b: Self, minus c: Self) -> Self
  /// `factor * exp(hi + lo)`; see `exp(_:times:)`.
  static func exp(_ hi: Self, _ lo: Self, times factor: Self) -> Self
  /// `factor / (1 + exp(-(hi + lo)))`; see `sigmoid(_:times:)`.
  static func sigmoid(_ hi: Self, _ lo: Self, times factor: Self) -> Self

  /// e^x = 2^k (hi + lo); see `exponential(_:)`.
  static func exponential(_ x: Self) -> (k: Self, significand: Pair<Self>)
  /// e^x = 2^k (hi + lo) to about twice the precision; see `exponentialPair(_:)`.
  static func exponentialPair(_ x: Self) -> (k: Self, significand: Pair<Self>)
  /// `self * 2^k`, rounded once, for the `k` of an exponential.
  func scaled(byPowerOfTwo k: Self) -> Self
  /// `1 / d` within 1 ULP, for `d` and `1 / d` normal.
  static func inverse(_ d: Self) -> Self
  /// `factor * tanh(hi + lo)`; see `tanh(_:times:)`.
  static func tanh(_ hi: Self, _ lo: Self, times factor: Self) -> Self
  /// `sin(hi + lo)` as a pair; see `sin(_:)`.
  static func sin(_ hi: Self, _ lo: Self) -> Pair<Self>
  /// `factor * silu(x)`, rounded once.
  static func silu(_ x: Self, times factor: Self) -> Self
  /// `factor sigmoid(u)` as a pair.
  static func sigmoidPair(_ u: Pair<Self>, times factor: Pair<Self>) -> Pair<Self>
  /// `gelu(x)` as a pair, for a finite x.
  static func geluPair(_ x: Self) -> Pair<Self>
  /// `factor * gelu(x)`, rounded once.
  static func gelu(_ x: Self, times factor: Self) -> Self

  /// `x` kept where e^(-x^2 / 2) is not nothing, for `gaussian`; NaN may become a number.
  static func withinGaussian(_ x: Self) -> Self
  /// `factor * e^(-x^2 / 2)` for an `x` that came through `withinGaussian`.
  static func gaussian(_ x: Self, times factor: Self) -> Self
  /// The same for a factor that is a product itself.
  static func gaussian(_ x: Self, times factor: Pair<Self>) -> Self

  static func exp(_ x: Self) -> Self
  static func expm1(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func log1p(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  static func sigmoid(_ x: Self) -> Self
  static func softplus(_ x: Self) -> Self
  static func erf(_ x: Self) -> Self
  static func erfc(_ x: Self) -> Self
  static func erfcx(_ x: Self) -> Self
  static func silu(_ x: Self) -> Self
  static func gelu(_ x: Self) -> Self
  static func mish(_ x: Self) -> Self
  static func sqrt(_ x: Self) -> Self
  static func abs(_ x: Self) -> Self
  static func sign(_ x: Self) -> Self
  static func floor(_ x: Self) -> Self
  static func max(_ a: Self, _ b: Self) -> Self
  static func min(_ a: Self, _ b: Self) -> Self
  static func sin(_ x: Self) -> Self
  static func cos(_ x: Self) -> Self
  static func sinh(_ x: Self) -> Self
  static func cosh(_ x: Self) -> Self
  static func atan(_ x: Self) -> Self
  static func asinh(_ x: Self) -> Self
}

extension Number {
  /// A literal is a constant.
  @inline(__always) init(floatLiteral value: Double) { self.init(value) }
  /// A literal is a constant.
  @inline(__always) init(integerLiteral value: Int) { self.init(Double(value)) }

  /// `b < a`, lane by lane.
  @inline(__always) static func > (a: Self, b: Self) -> Mask { b < a }
  /// `b <= a`, lane by lane.
  @inline(__always) static func >= (a: Self, b: Self) -> Mask { b <= a }
  /// Not equal; true where either is NaN.
  @inline(__always) static func != (a: Self, b: Self) -> Mask { not(a == b) }
}
