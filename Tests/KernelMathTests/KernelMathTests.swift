import Glibc
@testable import KernelMath
import Testing

// The contracts that stand at the functions: largest errors over stratified inputs, and special values.

@Test(arguments: contracts + [halfLine])
func `errors stay within what the comment promises`(_ contract: Contract) {
  let inputs32 = stratified(count: 40_000, reach: 105, isWide: false)
  let worst32 = measure32(
    inputs32.filter { contract.domain.contains($0) }, contract.f32, contract.truth)
  #expect(worst32.ulp <= contract.bound32, "\(contract.name) f32: \(worst32)")
  #expect(worst32.count > 10_000)

  let inputs64 = stratified(count: 20_000, reach: 750, isWide: true)
  let worst64 = measure64(
    inputs64.filter { contract.domain.contains($0) }, contract.f64, contract.truth)
  #expect(worst64.ulp <= contract.bound64, "\(contract.name) f64: \(worst64)")
}

@Test(arguments: contracts) func `infinities and zeros give the limits`(_ contract: Contract) {
  let inputs = [-Double.infinity, -0.0, 0.0, .infinity]
  for (x, limit) in zip(inputs, contract.limits) {
    let y32 = contract.f32(F32(x))[F32.width - 1]
    let y64 = contract.f64(F64(x))[F64.width - 1]
    #expect(isSame(Double(y32), Double(Float(limit))), "\(contract.name)(\(x)) f32: \(y32)")
    #expect(isSame(y64, limit), "\(contract.name)(\(x)) f64: \(y64)")
  }
}

/// Equal, zeros with the same sign, or both NaN.
func isSame(_ a: Double, _ b: Double) -> Bool {
  (a.isNaN && b.isNaN) || (a == b && a.sign == b.sign)
}

@Test(arguments: contracts) func `lanes do not influence each other`(_ contract: Contract) {
  // Each lane takes another path: overflow, subnormals, NaN, an argument for libm, the tails.
  let mixed: [Double] = [
    0.5, .nan, 1e30, -1e30, 1e-40, -.infinity, -0.0, 7, -7, 100, -100, 1e6, .infinity, -0.3, 20,
    -20,
  ]
  for start in stride(from: 0, to: mixed.count, by: F32.width) {
    let y32 = contract.f32(F32.load((0..<F32.width).map { Float(mixed[start + $0]) }))
    for lane in 0..<F32.width {
      let x = mixed[start + lane]
      let alone = contract.f32(F32.splat(Float(x)))[lane]
      #expect(isSame(Double(y32[lane]), Double(alone)), "\(contract.name)(\(x)) f32: \(y32[lane])")
    }
  }
  for start in stride(from: 0, to: mixed.count, by: F64.width) {
    let y64 = contract.f64(F64.load(Array(mixed[start..<start + F64.width])))
    for lane in 0..<F64.width {
      let x = mixed[start + lane]
      let alone = contract.f64(F64.splat(x))[lane]
      #expect(isSame(y64[lane], alone), "\(contract.name)(\(x)) f64: \(y64[lane])")
    }
  }
}

@Test(arguments: contracts) func `NaN in is NaN out`(_ contract: Contract) {
  #expect(contract.f32(F32.splat(.nan))[1].isNaN)
  #expect(contract.f64(F64.splat(.nan))[1].isNaN)
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
  for count in 0..<F32.width {
    var memory = [Float](repeating: 7, count: 32)
    let source = [Float](repeating: 3, count: F32.width)
    let lanes = F32.load(source, first: count)
    lanes.store(&memory, first: count)
    #expect(memory[..<count].allSatisfy { $0 == 3 } && memory[count...].allSatisfy { $0 == 7 })
    #expect(lanes.wide.sum == Double(3 * count), "the other lanes are zero")
  }
}
