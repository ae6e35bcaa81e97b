import Glibc
@testable import KernelMath
import Testing

// What the comments at the functions promise, as data.

/// One function, its truth in 80-bit floating point, and what its comment promises.
struct Contract: Sendable, CustomTestStringConvertible {
  var name: String
  var f32: @Sendable (F32) -> F32
  var f64: @Sendable (F64) -> F64
  var truth: @Sendable (Float80) -> Float80
  var bound32: Double
  var bound64: Double
  /// The values at -inf, -0, 0 and inf; empty for functions of a smaller domain.
  var limits: [Double]
  /// Inputs are kept within this.
  var domain: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
  var testDescription: String { name }
}

/// sqrt(1/2) in two parts.
private let rootOfHalf: (Float80, Float80) = (
  Float80(0.5).squareRoot(),
  // (1/2 - r^2) / (2 r), the remainder being exact by one FMA.
  Float80(0.5).addingProduct(-Float80(0.5).squareRoot(), Float80(0.5).squareRoot())
    / (2 * Float80(0.5).squareRoot())
)

/// erfc(-x / sqrt(2)) / 2; what the argument loses in rounding would cost a bit of f64 in the tail.
private func normalDistribution(_ x: Float80) -> Float80 {
  let a = -x * rootOfHalf.0
  if !a.isFinite || a.magnitude > 1000 { return x > 0 ? 1 : x < 0 ? 0 : .nan }
  let rest = (-a).addingProduct(-x, rootOfHalf.0) - x * rootOfHalf.1
  return (erfc(a) - 1.128379167095512573896 * exp(-a * a) * rest) / 2
}

let contracts: [Contract] = [
  Contract(
    name: "exp", f32: { exp($0) }, f64: { exp($0) }, truth: { exp($0) }, bound32: 1, bound64: 1,
    limits: [0, 1, 1, .infinity]),
  Contract(
    name: "expm1", f32: { expm1($0) }, f64: { expm1($0) }, truth: { expm1($0) }, bound32: 2,
    bound64: 2, limits: [-1, -0.0, 0, .infinity]),
  Contract(
    name: "log", f32: { log($0) }, f64: { log($0) }, truth: { log($0) }, bound32: 1.1, bound64: 1,
    limits: [.nan, -.infinity, -.infinity, .infinity]),
  Contract(
    name: "log1p", f32: { log1p($0) }, f64: { log1p($0) }, truth: { log1p($0) }, bound32: 1.5,
    bound64: 1.5, limits: [.nan, -0.0, 0, .infinity]),
  Contract(
    name: "tanh", f32: { tanh($0) }, f64: { tanh($0) }, truth: { tanh($0) }, bound32: 1.5,
    bound64: 1.5, limits: [-1, -0.0, 0, 1]),
  Contract(
    name: "sigmoid", f32: { sigmoid($0) }, f64: { sigmoid($0) }, truth: { 1 / (1 + exp(-$0)) },
    bound32: 1.6, bound64: 1.6, limits: [0, 0.5, 0.5, 1]),
  Contract(
    name: "softplus", f32: { softplus($0) }, f64: { softplus($0) },
    truth: { Swift.max($0, 0) + log1p(exp(-$0.magnitude)) }, bound32: 1.4, bound64: 1.4,
    limits: [0, 0.693147180559945309417, 0.693147180559945309417, .infinity]),
  Contract(
    name: "erf", f32: { erf($0) }, f64: { erf($0) }, truth: { erf($0) }, bound32: 1.3, bound64: 1.7,
    limits: [-1, -0.0, 0, 1]),
  Contract(
    name: "erfc", f32: { erfc($0) }, f64: { erfc($0) }, truth: { erfc($0) }, bound32: 1.6,
    bound64: 2.2, limits: [2, 1, 1, 0]),
  Contract(
    name: "sqrt", f32: { sqrt($0) }, f64: { sqrt($0) }, truth: { $0.squareRoot() }, bound32: 0.5,
    bound64: 0.5, limits: [.nan, -0.0, 0, .infinity]),
  Contract(
    name: "rsqrt", f32: { rsqrt($0) }, f64: { rsqrt($0) }, truth: { 1 / $0.squareRoot() },
    bound32: 1.5, bound64: 1.5, limits: [.nan, -.infinity, .infinity, 0]),
  Contract(
    name: "floor", f32: { floor($0) }, f64: { floor($0) }, truth: { $0.rounded(.down) }, bound32: 0,
    bound64: 0, limits: [-.infinity, -0.0, 0, .infinity]),
  Contract(
    name: "sin", f32: { sin($0) }, f64: { sin($0) }, truth: { sin($0) }, bound32: 1, bound64: 1,
    limits: [.nan, -0.0, 0, .nan]),
  Contract(
    name: "cos", f32: { cos($0) }, f64: { cos($0) }, truth: { cos($0) }, bound32: 1, bound64: 1,
    limits: [.nan, 1, 1, .nan]),
  Contract(
    name: "sinh", f32: { sinh($0) }, f64: { sinh($0) }, truth: { sinh($0) }, bound32: 1.8,
    bound64: 1.8, limits: [-.infinity, -0.0, 0, .infinity]),
  Contract(
    name: "cosh", f32: { cosh($0) }, f64: { cosh($0) }, truth: { cosh($0) }, bound32: 1.3,
    bound64: 1.3, limits: [.infinity, 1, 1, .infinity]),
  Contract(
    name: "atan", f32: { atan($0) }, f64: { atan($0) }, truth: { atan($0) }, bound32: 1.2,
    bound64: 1.2, limits: [-1.57079632679489661923, -0.0, 0, 1.57079632679489661923]),
  Contract(
    name: "asinh", f32: { asinh($0) }, f64: { asinh($0) }, truth: { asinh($0) }, bound32: 1.6,
    bound64: 1.6, limits: [-.infinity, -0.0, 0, .infinity]),
  Contract(
    name: "silu", f32: { silu($0) }, f64: { silu($0) }, truth: { $0 / (1 + exp(-$0)) },
    bound32: 1.6, bound64: 1.6, limits: [-0.0, -0.0, 0, .infinity]),
  Contract(
    name: "gelu", f32: { gelu($0) }, f64: { gelu($0) }, truth: { $0 * normalDistribution($0) },
    bound32: 1.6, bound64: 2, limits: [-0.0, -0.0, 0, .infinity]),
  Contract(
    name: "exponential",
    f32: {
      let (k, e) = exponential($0)
      return (e.hi + e.lo).scaled(byPowerOfTwo: k)
    },
    f64: {
      let (k, e) = exponential($0)
      return (e.hi + e.lo).scaled(byPowerOfTwo: k)
    }, truth: { exp($0) }, bound32: 1, bound64: 1, limits: [0, 1, 1, .infinity]),
  // Its last bits are the first ones here.
  Contract(
    name: "exponential pair",
    f32: {
      let (k, e) = exponentialPair(-clamp($0, -4.25, 17))
      return exp(
        Pair(-e.hi.scaled(byPowerOfTwo: k), -e.lo.scaled(byPowerOfTwo: k)), times: 1)
    },
    f64: {
      let (k, e) = exponentialPair(-clamp($0, -6.5, 17))
      return exp(
        Pair(-e.hi.scaled(byPowerOfTwo: k), -e.lo.scaled(byPowerOfTwo: k)), times: 1)
    }, truth: { exp(-exp(-$0)) }, bound32: 1.2, bound64: 1.2,
    limits: [], domain: -4.25...17),
  Contract(
    name: "tanh times", f32: { tanh(Pair($0, 0), times: 3) }, f64: { tanh(Pair($0, 0), times: 3) },
    truth: { 3 * tanh($0) }, bound32: 1.4, bound64: 1.4, limits: [-3, -0.0, 0, 3]),
  Contract(
    name: "sine pair",
    f32: {
      let s = sin(Pair($0, 0))
      return s.hi + s.lo
    },
    f64: {
      let s = sin(Pair($0, 0))
      return s.hi + s.lo
    }, truth: { sin($0) }, bound32: 1, bound64: 1, limits: [.nan, 0, 0, .nan]),
  Contract(
    name: "silu times", f32: { silu($0, times: 3) }, f64: { silu($0, times: 3) },
    truth: { 3 * $0 / (1 + exp(-$0)) }, bound32: 1.7, bound64: 1.7,
    limits: [-0.0, -0.0, 0, .infinity]),
  Contract(
    name: "gelu times", f32: { gelu($0, times: 3) }, f64: { gelu($0, times: 3) },
    truth: { 3 * $0 * normalDistribution($0) }, bound32: 1.8, bound64: 2.2,
    limits: [-0.0, -0.0, 0, .infinity]),
  Contract(
    name: "gelu pair",
    f32: {
      let y = geluPair($0)
      return y.hi + y.lo
    },
    f64: {
      let y = geluPair($0)
      return y.hi + y.lo
    }, truth: { $0 * normalDistribution($0) }, bound32: 1.8, bound64: 2.2,
    limits: [0, 0, 0, .nan]),
  Contract(
    name: "mish", f32: { mish($0) }, f64: { mish($0) },
    truth: {
      let e = exp(-$0)
      return $0 / (e + 0.5 + 0.5 / (1 + 2 * e))
    }, bound32: 1.8, bound64: 1.6, limits: [-0.0, -0.0, 0, .infinity]),
]

/// erfcx is for magnitudes only, so it has no limit on the left.
let halfLine = Contract(
  name: "erfcx", f32: { erfcx($0) }, f64: { erfcx($0) }, truth: { exp($0 * $0) * erfc($0) },
  bound32: 1.8, bound64: 2.5, limits: [], domain: 0...10)
