// The functions of the formula language, in the notation of formulas: `exp(x)`, not `N.exp(x)`.
// Contracts (range, error, special values) are at the lane implementations.

/// `e^x`.
@inline(__always) func exp<N: Number>(_ x: N) -> N { N.exp(x) }
/// `x` kept where e^(-x^2 / 2) is not nothing, for `gaussian`.
///
/// NaN may become a number.
@inline(__always) func withinGaussian<N: Number>(_ x: N) -> N { N.withinGaussian(x) }
/// `factor * e^(-x^2 / 2)`, for an `x` that came through `withinGaussian`.
@inline(__always) func gaussian<N: Number>(_ x: N, times factor: N) -> N {
  N.gaussian(x, times: factor)
}
/// `(factor.hi + factor.lo) * e^(-x^2 / 2)`, for an `x` that came through `withinGaussian`.
@inline(__always) func gaussian<N: Number>(_ x: N, times factor: Pair<N>) -> N {
  N.gaussian(x, times: factor)
}
/// `e^x - 1`, without cancellation near 0.
@inline(__always) func expm1<N: Number>(_ x: N) -> N { N.expm1(x) }
/// The natural logarithm.
@inline(__always) func log<N: Number>(_ x: N) -> N { N.log(x) }
/// `log(1 + x)`, without cancellation near 0.
@inline(__always) func log1p<N: Number>(_ x: N) -> N { N.log1p(x) }
/// The hyperbolic tangent.
@inline(__always) func tanh<N: Number>(_ x: N) -> N { N.tanh(x) }
/// `1 / (1 + e^-x)`.
@inline(__always) func sigmoid<N: Number>(_ x: N) -> N { N.sigmoid(x) }
/// `log(1 + e^x)`.
@inline(__always) func softplus<N: Number>(_ x: N) -> N { N.softplus(x) }
/// The error function.
@inline(__always) func erf<N: Number>(_ x: N) -> N { N.erf(x) }
/// `1 - erf(x)`, accurate in the tail.
@inline(__always) func erfc<N: Number>(_ x: N) -> N { N.erfc(x) }
/// `e^(x^2) erfc(x)` for x >= 0: erfc without its decay, for tails that are scaled last.
@inline(__always) func erfcx<N: Number>(_ x: N) -> N { N.erfcx(x) }
/// `x sigmoid(x)`, accurate in the tail.
@inline(__always) func silu<N: Number>(_ x: N) -> N { N.silu(x) }
/// `x erfc(-x / sqrt(2)) / 2`, accurate in the tail.
@inline(__always) func gelu<N: Number>(_ x: N) -> N { N.gelu(x) }
/// `factor x sigmoid(x)`: no less accurate than `silu`, also where that alone is subnormal.
@inline(__always) func silu<N: Number>(_ x: N, times factor: N) -> N { N.silu(x, times: factor) }
/// `gelu(x)` as a pair, for a finite x.
@inline(__always) func geluPair<N: Number>(_ x: N) -> Pair<N> { N.geluPair(x) }
/// `factor gelu(x)`: no less accurate than `gelu`, also where that alone is subnormal.
@inline(__always) func gelu<N: Number>(_ x: N, times factor: N) -> N { N.gelu(x, times: factor) }
/// `x tanh(softplus(x))`, accurate in the tail.
@inline(__always) func mish<N: Number>(_ x: N) -> N { N.mish(x) }
/// `1 / sqrt(x)`, within 1.5 ULP.
///
/// rsqrt(±0) = ±inf, rsqrt(inf) = 0, rsqrt(x < 0) = NaN.
@inline(__always) func rsqrt<N: Number>(_ x: N) -> N { 1 / N.sqrt(x) }
/// The square root.
@inline(__always) func sqrt<N: Number>(_ x: N) -> N { N.sqrt(x) }
/// The magnitude; its derivative at 0 is 0.
@inline(__always) func abs<N: Number>(_ x: N) -> N { N.abs(x) }
/// -1, 0 or 1; its derivative is 0.
@inline(__always) func sign<N: Number>(_ x: N) -> N { N.sign(x) }
/// The largest integer not above x; its derivative is 0.
@inline(__always) func floor<N: Number>(_ x: N) -> N { N.floor(x) }
/// The sine of x radians.
@inline(__always) func sin<N: Number>(_ x: N) -> N { N.sin(x) }
/// The cosine of x radians.
@inline(__always) func cos<N: Number>(_ x: N) -> N { N.cos(x) }
/// The hyperbolic sine.
@inline(__always) func sinh<N: Number>(_ x: N) -> N { N.sinh(x) }
/// The hyperbolic cosine.
@inline(__always) func cosh<N: Number>(_ x: N) -> N { N.cosh(x) }
/// The arctangent, in radians.
@inline(__always) func atan<N: Number>(_ x: N) -> N { N.atan(x) }
/// The inverse hyperbolic sine.
@inline(__always) func asinh<N: Number>(_ x: N) -> N { N.asinh(x) }
/// `max(x, 0)`.
@inline(__always) func relu<N: Number>(_ x: N) -> N { N.max(x, 0) }
/// The larger; NaN if either is NaN.
@inline(__always) func max<N: Number>(_ a: N, _ b: N) -> N { N.max(a, b) }
/// The smaller; NaN if either is NaN.
@inline(__always) func min<N: Number>(_ a: N, _ b: N) -> N { N.min(a, b) }
/// `x` kept within `low...high`; NaN stays NaN.
@inline(__always) func clamp<N: Number>(_ x: N, _ low: N, _ high: N) -> N {
  N.min(N.max(x, low), high)
}
/// `a` where the mask is true, else `b`: the formula's `mask ? a : b`.
@inline(__always) func select<N: Number>(_ mask: N.Mask, _ a: N, _ b: N) -> N {
  N.select(mask, a, b)
}
/// `a * b + c`, rounded once where the CPU level has FMA.
@inline(__always) func fma<N: Number>(_ a: N, _ b: N, _ c: N) -> N { N.fma(a, b, c) }
