import Glibc
@testable import KernelMath

// How far lanes are from the truth, measured in units in the last place of the truth.

/// Inputs that reach every binade, subnormals included: random bit patterns of `Float`, or of `Double` if
/// `isWide`, and uniform ones where functions bend.
func stratified(count: Int, reach: Double, isWide: Bool) -> [Double] {
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  func next() -> UInt64 {
    // xorshift64*: short, seeded, and good enough to spread bit patterns.
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }
  var inputs: [Double] = []
  for i in 0..<count {
    let bits = next()
    let unit = Double(bits >> 11) * 0x1p-53
    switch i % 4 {
    case 0 where isWide: inputs.append(Double(bitPattern: bits))
    case 0: inputs.append(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    case 1: inputs.append((unit * 2 - 1) * reach)
    case 2: inputs.append((unit * 2 - 1) * 3)
    default: inputs.append((unit * 2 - 1) * scalbn(1, -Int(bits & 31)))
    }
  }
  return inputs.filter { $0.isFinite }
}

/// The largest error of a function over inputs, and where.
struct Worst: CustomStringConvertible {
  var ulp = 0.0
  var x = 0.0
  var count = 0
  var description: String { "\(ulp) ULP at \(x), \(count) points" }
}

/// |got - truth| in units of the last place of truth, for a format of `bits` significand bits whose
/// smallest normal exponent is `minimum`; 0 where truth overflows the format.
func ulps(_ got: Float80, _ truth: Float80, bits: Int, minimum: Int, largest: Float80) -> Double {
  if truth.isNaN { return got.isNaN ? 0 : .infinity }
  if truth.magnitude > largest { return got.magnitude >= largest ? 0 : .infinity }
  let exponent = truth == 0 ? minimum : Swift.max(Int(truth.exponent), minimum)
  return Double(((got - truth) / scalbn(1, exponent - bits)).magnitude)
}

/// Runs `f` on every input in f32 lanes.
func measure32(_ inputs: [Double], _ f: (F32) -> F32, _ truth: (Float80) -> Float80) -> Worst {
  var worst = Worst()
  for start in stride(from: 0, through: inputs.count - F32.width, by: F32.width) {
    let x = F32.load((0..<F32.width).map { Float(inputs[start + $0]) })
    let y = f(x)
    for lane in 0..<F32.width {
      let error = ulps(
        Float80(y[lane]), truth(Float80(x[lane])), bits: 23, minimum: -126,
        largest: Float80(Float.greatestFiniteMagnitude))
      worst.count += 1
      if error > worst.ulp { (worst.ulp, worst.x) = (error, Double(x[lane])) }
    }
  }
  return worst
}

/// Runs `f` on every input in f64 lanes.
func measure64(_ inputs: [Double], _ f: (F64) -> F64, _ truth: (Float80) -> Float80) -> Worst {
  var worst = Worst()
  for start in stride(from: 0, through: inputs.count - F64.width, by: F64.width) {
    let x = F64.load((0..<F64.width).map { inputs[start + $0] })
    let y = f(x)
    for lane in 0..<F64.width {
      let error = ulps(
        Float80(y[lane]), truth(Float80(x[lane])), bits: 52, minimum: -1022,
        largest: Float80(Double.greatestFiniteMagnitude))
      worst.count += 1
      if error > worst.ulp { (worst.ulp, worst.x) = (error, x[lane]) }
    }
  }
  return worst
}
