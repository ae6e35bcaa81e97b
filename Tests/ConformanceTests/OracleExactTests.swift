import Conformance
import Formula
import Testing

/// The evaluation in many bits, against numbers computed with 3,000 bits elsewhere.
@Suite struct OracleExactTests {
  static let known: [(formula: String, x: Double, value: Double)] = [
    ("gelu(x)", -8.3, -0x1.f222478a4b6b8p-52),
    ("x * sigmoid(x)", -0x1.643334p+6, -0x1.00ced4bae3a90p-122),  // -1.88e-37
    ("x / (1 + exp(-x))", -0x1.643334p+6, -0x1.00ced4bae3a90p-122),
    ("1 - tanh(x)", 300, 0x1.4dd4d0d12c071p-865),  // a difference that takes 866 bits
    ("x * tanh(softplus(x))", 2.5, 0x1.3c569541d4c20p+1),
    ("sigmoid(x)", -745, 0x1p-1074),
    ("sin(x)", 0x1p500, 0x1.b78f3ff6b537bp-2),
    ("exp(-x^2 / 2)", 20.0625, 0x1.930c1a349e6e3p-291),
    ("log(1 + x)", 0x1p-80, 0x1p-80),
    ("x / 3 * 3 == x ? 1 : 2", 7, 1),  // too close to call at any precision
    ("(x + 1e30) - 1e30", 0x1p-20, 0x1p-20),
    ("floor(x / 3 * 3 + 0.5)", 7, 7),
  ]

  @Test(arguments: known)
  func aValueIsRightToTheLastBit(_ formula: String, _ x: Double, _ value: Double) throws {
    let got = try #require(try exact(formula, x))
    #expect(got.rounded(to: .f64) == value.bitPattern, "\(formula) at \(x) is \(got.double)")
    #expect(got.error(of: value, in: .f64) <= 0.5)
  }

  @Test func aValueThatDoesNotExistIsNone() throws {
    #expect(try exact("log(x)", -1) == nil)
    #expect(try exact("(x - 1) / (x - 1)", 1) == nil)
    #expect(try exact("sqrt(x)", -4) == nil)
    // The branch that is not taken does not matter.
    #expect(try exact("x < 0 ? 1 : log(x)", -1)?.double == 1)
  }

  static let limits: [(formula: String, left: Double, right: Double)] = [
    ("x * exp(-x^2 / 2)", 0, 0), ("x * sigmoid(x)", 0, Double.infinity),
    ("x * tanh(softplus(x))", 0, Double.infinity), ("exp(x) / (1 + exp(x))", 0, 1),
    ("x * x / (1 + x * x)", 1, 1), ("(2 * x + 1) / (x - 3)", 2, 2), ("x - x", 0, 0),
    ("x * exp(-x)", -Double.infinity, 0),
  ]

  @Test(arguments: limits)
  func anInfiniteInputGivesTheLimit(_ formula: String, _ left: Double, _ right: Double) throws {
    for (x, limit) in [(-Double.infinity, left), (.infinity, right)] {
      let got = try #require(try exact(formula, x), "\(formula) at \(x)")
      #expect(Float(got.double) == Float(limit), "\(formula) at \(x) is \(got.double)")
    }
  }

  @Test func anOscillationHasNoLimit() throws {
    #expect(try exact("sin(x)", .infinity) == nil)
    #expect(try exact("x * sin(x)", .infinity) == nil)
  }

  /// Rounding to a type is what the hardware does with the same double.
  @Test func roundingIsThatOfTheHardware() {
    var random = Seeded(state: 1)
    for i in 0..<200_000 {
      let exponent =
        i % 3 == 0
        ? Int.random(in: -1074...1023, using: &random)
        : Int.random(in: -160...130, using: &random)
      var value = Double(
        sign: Bool.random(using: &random) ? .plus : .minus, exponent: exponent,
        significand: Double.random(in: 1..<2, using: &random))
      // Every third one ends in zeros, so that ties come up.
      if i % 3 == 1 { value = Double(bitPattern: value.bitPattern & ~((1 << 28) - 1)) }
      if i % 3 == 2 { value = Double(bitPattern: value.bitPattern & ~((1 << 41) - 1)) }
      let exact = ExactValue(value)
      #expect(exact.rounded(to: .f64) == value.bitPattern)
      #expect(exact.rounded(to: .f32) == UInt64(Float(value).bitPattern), "f32 of \(value)")
      #expect(exact.rounded(to: .f16) == UInt64(Float16(value).bitPattern), "f16 of \(value)")
    }
  }

  /// bfloat16, which no hardware here has: every number, and the middle between each and the next.
  @Test func roundingToBrainFloatsIsToNearestEven() {
    for bits in UInt32(0)..<0x7f7f {
      let low = Double(Float(bitPattern: bits << 16))
      let high = Double(Float(bitPattern: (bits + 1) << 16))
      let middle = (low + high) / 2
      #expect(ExactValue(low).rounded(to: .bf16) == UInt64(bits))
      #expect(ExactValue(middle).rounded(to: .bf16) == UInt64(bits + bits % 2))
      #expect(ExactValue(middle.nextUp).rounded(to: .bf16) == UInt64(bits + 1))
      #expect(ExactValue(-middle.nextDown).rounded(to: .bf16) == UInt64(bits | 0x8000))
    }
    #expect(ExactValue(0x1.ffp127).rounded(to: .bf16) == 0x7f80)
    #expect(ExactValue(0x1.ffp127).overflows(.bf16) && !ExactValue(0x1.ffp127).overflows(.f32))
  }

  @Test func errorsAreInUnitsOfTheExactResult() throws {
    let third = try #require(try exact("x / 3", 1))
    #expect(third.error(of: 1.0 / 3, in: .f64) == 1.0 / 3)
    #expect((third.error(of: Double(Float(1) / 3), in: .f32) - 1.0 / 3).magnitude < 1e-6)
    #expect(third.error(of: -1.0 / 3, in: .f32) > 1e7)
    #expect(third.error(of: .nan, in: .f32) == .infinity)
    #expect(third.error(of: .infinity, in: .f32) > 1e30)
    // Subnormal spacing at the bottom, the largest number's at the top.
    #expect(ExactValue(0x1p-149).error(of: 0, in: .f32) == 1)
    #expect(ExactValue(0).error(of: 0x1p-149, in: .f32) == 1)
    #expect(ExactValue(0x1p-1074).error(of: 0x1p-1073, in: .f64) == 1)
    #expect(ExactValue(0x1.fffffep127).error(of: .infinity, in: .f32) == 0.5)
    #expect(ExactValue(0x1.ffffffp127).error(of: .infinity, in: .f32) == 0)
    #expect(ExactValue(0x1.8p128).error(of: 0x1.fffffep127, in: .f32) == 0x1.000002p23)
    #expect(ExactValue(.infinity).error(of: .infinity, in: .f32) == 0)
    #expect(ExactValue(.infinity).error(of: 3e38, in: .f32) == .infinity)
  }

  @Test func aProductWithADoubleKeepsItsDigits() throws {
    let third = try #require(try exact("x / 3", 1))
    let one = try #require(third.scaled(by: 3))
    #expect(one.error(of: 1, in: .f64) < 0x1p-40)
    #expect(ExactValue(.infinity).scaled(by: 0) == nil)
    #expect(third.scaled(by: -0x1p-1074)?.rounded(to: .f64) == 1 << 63)
    #expect(try #require(third.scaled(by: 0)).isZero)
  }

  @Test func sidesTellWhatLiesBetweenTwoPoints() throws {
    let evaluator = try ExactEvaluator(
      try formula("max(x, 0) + abs(x - 1/3) + (x < 2 ? floor(x) : 7)"))
    func sides(_ x: Double) -> [Int8] {
      _ = evaluator.evaluate(x: x)
      return evaluator.sides
    }
    #expect(sides(0.1) == sides(0.2))
    #expect(sides(-0.1) != sides(0.1))
    #expect(sides(0.3) != sides(0.4))
    #expect(sides(1.3) != sides(0.9))
    #expect(sides(1.9) != sides(2.1))
    // Only those whose place is computed may be blurred by rounding.
    func blurred(_ x: Double) -> [Int8] {
      _ = evaluator.evaluate(x: x)
      return evaluator.blurredSides(in: .f32)
    }
    #expect(blurred(-0.1) == blurred(0.1) && blurred(0.3) != blurred(0.4))
  }

  /// Formulas that, as they are written, cancel somewhere in double; most of them in a derivative.
  ///
  /// There the evaluation in many bits judges alone. Kernels compute them otherwise.
  static let cancelling: Set<String> = [
    "acon-c", "bent-identity", "isrlu", "isru", "pwlu", "softsign", "sqish", "tanhshrink", "xielu",
  ]

  /// Every shipped formula and derivative: the double is near the truth.
  @Test func shippedFormulasAgreeInBothEvaluations() throws {
    for activation in shippedActivations {
      let counts = activation.defaultCounts
      let value = try (activation.surrogate ?? activation.formula).instantiate(counts: counts)
      let coefficients = activation.parameters.map { $0.initialValues(counts: counts) }
      var variables: [Variable?] = [nil, .x]
      if activation.isGated { variables.append(.g) }
      for (i, parameter) in activation.parameters.enumerated() where !parameter.isFixed {
        variables.append(.coefficient(parameter: i, index: 0))
      }
      for variable in variables {
        let judge = try Judge(
          value, by: variable, format: .f32, claims: [], coefficients: coefficients)
        let check = try #require(judge.spotCheck)
        print(
          "\(activation.name) \(variable.map { "\($0)" } ?? "value"): double off by "
            + "\(check.largest) * 2^-53 at \(check.place), \(check.points) points")
        #expect(check.points > 500)
        // The exponent of a Gauss curve multiplies its rounding; f32's 2^-24 is far away.
        #expect(
          check.largest < 0x1p17 || Self.cancelling.contains(activation.name),
          "\(activation.name) loses digits in double: \(check.largest) * 2^-53 at \(check.place)")
      }
    }
  }
}
