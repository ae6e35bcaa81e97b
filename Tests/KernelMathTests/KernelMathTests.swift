import Glibc
import KernelMath
import Testing

// The contracts that stand at the functions: largest errors over stratified inputs, and special values.

/// One function, its truth in 80-bit floating point, and the errors that its comment promises.
struct Contract: Sendable, CustomTestStringConvertible {
  var name: String
  var f32: @Sendable (F32) -> F32
  var f64: @Sendable (F64) -> F64
  var truth: @Sendable (Float80) -> Float80
  var bound32: Double
  var bound64: Double
  /// Inputs are kept within this.
  var domain: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
  var testDescription: String { name }
}

let contracts: [Contract] = [
  Contract(
    name: "exp", f32: { exp($0) }, f64: { exp($0) }, truth: { exp($0) }, bound32: 1.0, bound64: 1.0),
  Contract(
    name: "expm1", f32: { expm1($0) }, f64: { expm1($0) }, truth: { expm1($0) }, bound32: 2.0,
    bound64: 2.0),
  Contract(
    name: "log", f32: { log($0) }, f64: { log($0) }, truth: { log($0) }, bound32: 1.5, bound64: 1.5),
  Contract(
    name: "log1p", f32: { log1p($0) }, f64: { log1p($0) }, truth: { log1p($0) }, bound32: 2.0,
    bound64: 2.0),
  Contract(
    name: "tanh", f32: { tanh($0) }, f64: { tanh($0) }, truth: { tanh($0) }, bound32: 2.5,
    bound64: 2.5),
  Contract(
    name: "sigmoid", f32: { sigmoid($0) }, f64: { sigmoid($0) }, truth: { 1 / (1 + exp(-$0)) },
    bound32: 2.2, bound64: 2.2),
  Contract(
    name: "softplus", f32: { softplus($0) }, f64: { softplus($0) },
    truth: { Swift.max($0, 0) + log1p(exp(-$0.magnitude)) }, bound32: 2.5, bound64: 2.5),
  Contract(
    name: "erf", f32: { erf($0) }, f64: { erf($0) }, truth: { erf($0) }, bound32: 2.5, bound64: 1.5),
  Contract(
    name: "erfc", f32: { erfc($0) }, f64: { erfc($0) }, truth: { erfc($0) }, bound32: 5,
    bound64: 4.5),
  Contract(
    name: "erfcx", f32: { erfcx($0) }, f64: { erfcx($0) }, truth: { exp($0 * $0) * erfc($0) },
    bound32: 4.5, bound64: 4, domain: 0...10),
  Contract(
    name: "silu", f32: { silu($0) }, f64: { silu($0) }, truth: { $0 / (1 + exp(-$0)) },
    bound32: 2.5, bound64: 2.5),
  Contract(
    name: "gelu", f32: { gelu($0) }, f64: { gelu($0) },
    truth: { $0 * erfc(-$0 * Float80(0.5).squareRoot()) / 2 }, bound32: 5, bound64: 4.5),
  Contract(
    name: "sqrt", f32: { sqrt($0) }, f64: { sqrt($0) }, truth: { $0.squareRoot() }, bound32: 0.51,
    bound64: 0.51),
  Contract(
    name: "floor", f32: { floor($0) }, f64: { floor($0) }, truth: { $0.rounded(.down) }, bound32: 0,
    bound64: 0),
  Contract(
    name: "sin", f32: { sin($0) }, f64: { sin($0) }, truth: { sin($0) }, bound32: 1, bound64: 1),
  Contract(
    name: "cos", f32: { cos($0) }, f64: { cos($0) }, truth: { cos($0) }, bound32: 1, bound64: 1),
  Contract(
    name: "sinh", f32: { sinh($0) }, f64: { sinh($0) }, truth: { sinh($0) }, bound32: 1.8,
    bound64: 1.8),
  Contract(
    name: "cosh", f32: { cosh($0) }, f64: { cosh($0) }, truth: { cosh($0) }, bound32: 1.3,
    bound64: 1.3),
  Contract(
    name: "atan", f32: { atan($0) }, f64: { atan($0) }, truth: { atan($0) }, bound32: 1.2,
    bound64: 1.2),
  Contract(
    name: "asinh", f32: { asinh($0) }, f64: { asinh($0) }, truth: { asinh($0) }, bound32: 1.6,
    bound64: 1.6),
]

@Test(arguments: contracts)
func `errors stay within what the comment promises`(_ contract: Contract) {
  let inputs32 = stratified(count: 40_000, reach: 105).filter { contract.domain.contains($0) }
  let worst32 = measure32(inputs32, contract.f32, contract.truth)
  #expect(worst32.ulp <= contract.bound32, "\(contract.name) f32: \(worst32)")
  #expect(worst32.count > 10_000)

  let inputs64 = stratified(count: 20_000, reach: 750).filter { contract.domain.contains($0) }
  let worst64 = measure64(inputs64, contract.f64, contract.truth)
  #expect(worst64.ulp <= contract.bound64, "\(contract.name) f64: \(worst64)")
}

/// The bits of f(x) in the first f32 lane.
func at(_ x: Float, _ f: (F32) -> F32) -> UInt32 { f(F32.splat(x))[0].bitPattern }

@Test func `limits and zeros have the right sign`() {
  let inf = Float.infinity
  #expect(at(-inf) { exp($0) } == 0)
  #expect(at(inf) { exp($0) } == inf.bitPattern)
  #expect(at(-inf) { silu($0) } == (-Float(0)).bitPattern)
  #expect(at(inf) { silu($0) } == inf.bitPattern)
  #expect(at(-inf) { gelu($0) } == (-Float(0)).bitPattern)
  #expect(at(inf) { gelu($0) } == inf.bitPattern)
  #expect(at(-0.0) { tanh($0) } == (-Float(0)).bitPattern)
  #expect(at(-inf) { tanh($0) } == Float(-1).bitPattern)
  #expect(at(-0.0) { expm1($0) } == (-Float(0)).bitPattern)
  #expect(at(-0.0) { log1p($0) } == (-Float(0)).bitPattern)
  #expect(at(0) { log($0) } == (-inf).bitPattern)
  #expect(at(-1) { log1p($0) } == (-inf).bitPattern)
  #expect(at(-inf) { erfc($0) } == Float(2).bitPattern)
  #expect(at(inf) { erfc($0) } == 0)
}

@Test(arguments: contracts) func `NaN in is NaN out`(_ contract: Contract) {
  #expect(contract.f32(F32.splat(.nan))[7].isNaN)
  #expect(contract.f64(F64.splat(.nan))[7].isNaN)
}

@Test func `max and min propagate NaN from either side`() {
  let (nan, one) = (F32.splat(.nan), F32.splat(1))
  #expect(max(nan, one)[0].isNaN && max(one, nan)[0].isNaN)
  #expect(min(nan, one)[0].isNaN && min(one, nan)[0].isNaN)
  #expect(max(one, F32.splat(2))[3] == 2 && min(one, F32.splat(2))[3] == 1)
}

@Test func `subnormal results are rounded once`() {
  // e^-100 is 26 bits below the smallest normal: a flush or a double rounding would show.
  let y = exp(F32.splat(-100))[0]
  #expect(y == Float(Glibc.exp(-100.0)), "saw \(y)")
}

@Test func `exp of a pair beats any factor where it has no reach`() {
  let x = F32.splat(-.infinity)
  let y = exp(square(x).times(powerOfTwo: -0.5), times: x)[0]
  #expect(y == 0 && y.sign == .minus, "saw \(y)")
}

@Test func `partial loads and stores leave the rest alone`() {
  for count in 0..<16 {
    var memory = [Float](repeating: 7, count: 32)
    let source = [Float](repeating: 3, count: 16)
    let lanes = F32.load(source, first: count)
    lanes.store(&memory, first: count)
    #expect(memory[..<count].allSatisfy { $0 == 3 } && memory[count...].allSatisfy { $0 == 7 })
    #expect(lanes.wide.sum == Double(3 * count), "the other lanes are zero")
  }
}
