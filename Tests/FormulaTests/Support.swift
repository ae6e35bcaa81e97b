import Formula

/// SplitMix64: a seeded generator, so that every failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The value of a formula at a point; scalars of `symbols` take `parameters` in order.
func value(
  _ formula: String, x: Double = 0, g: Double = 0, u: Double = 0, scalars: [String] = [],
  parameters: [Double] = []
) throws -> Double {
  let expression = try Expression(parsing: formula, symbols: Symbols(scalars: scalars))
    .instantiate()
  return try Program(outputs: [expression])
    .evaluate(x: x, g: g, u: u, coefficients: parameters.map { [$0] })[0]
}

/// The derivative of a formula by x at a point.
func slope(_ formula: String, x: Double, order: Int = 1) throws -> Double {
  var expression = try Expression(parsing: formula).instantiate()
  for _ in 0..<order { expression = try expression.derivative(by: .x) }
  return try Program(outputs: [expression]).evaluate(x: x)[0]
}

/// What the parser says about a formula; "no error" if it takes it.
func complaint(_ formula: String, scalars: [String] = []) -> String {
  do {
    _ = try Expression(parsing: formula, symbols: Symbols(scalars: scalars))
    return "no error"
  } catch {
    return error.description
  }
}

/// What the parser says about a descriptor; "no error" if it takes it.
func complaint(descriptor text: String) -> String {
  do {
    _ = try Descriptor.parse(text)
    return "no error"
  } catch {
    return error.description
  }
}

/// A descriptor with one activation around some statements, which start on line 4, column 1.
func activation(_ statements: String) -> String {
  """
  actzoo 1
  plugin org.zoo.test version 1.0.0 license Apache-2.0
  activation org.zoo.test/1 "Test"
  \(statements)
  """
}

/// The activation that some statements describe.
func describe(_ statements: String) throws -> ActivationDescriptor {
  try Descriptor.parse(activation(statements)).activations[0]
}

/// True if both are NaN, or the same number with the same sign of zero.
func isSame(_ a: Double, _ b: Double) -> Bool {
  a.isNaN && b.isNaN || a == b && a.sign == b.sign
}
