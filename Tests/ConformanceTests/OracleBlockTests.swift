import Conformance
import Formula
import Testing

/// The vectorised evaluation in double: the formula language's meaning, at a few nanoseconds a point.
@Suite struct OracleBlockTests {
  static let functions = UnaryFunction.allCases.filter { $0 != .negate }.map { "\($0.name)(x)" }
  static let operations = [
    "-x", "x + g", "x - g", "x * g", "x / g", "min(x, g)", "max(x, g)", "x^g", "x^2", "x^3",
    "x < g ? 1 : 2", "x <= g ? 1 : 2", "x > g ? 1 : 2", "x >= g ? 1 : 2", "x == g ? 1 : 2",
    "x != g ? 1 : 2",
  ]

  /// Numbers of every size and what is special, against others.
  static let points: (x: [Double], g: [Double]) = {
    var random = Seeded(state: 3)
    let special = [
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, 0x1p-1074, -0x1p-1074, 0x1p-1022, 700, -700, 745,
      -745, 2, 3, 0.5, 1e300, -1e300,
    ]
    var (x, g): ([Double], [Double]) = ([], [])
    for a in special {
      for b in special {
        x.append(a)
        g.append(b)
      }
    }
    for _ in 0..<3000 {
      let size = Double.random(in: -20...7, using: &random)
      x.append(
        Double(sign: .plus, exponent: Int(size), significand: .random(in: -2...2, using: &random)))
      g.append(.random(in: -4...4, using: &random))
    }
    return (x, g)
  }()

  /// Operations of IEEE 754 have its bits at every width; functions are within the vector library's 4 ulp
  /// of libm's.
  @Test(arguments: functions + operations)
  func anOperationMeansWhatTheLanguageSays(_ text: String) throws {
    let expression = try formula(text)
    let program = try Program(outputs: [expression])
    let (x, g) = Self.points
    let isExact =
      Self.operations.contains(text) && !text.contains("^")
      || ["sqrt", "abs", "sign", "floor"].contains { text.hasPrefix($0) } || text == "x^2"
    for width in [1, 4, 8] {
      let block = try BlockEvaluator([expression], width: width)
      let got = block.evaluate(x: x, g: g)[0]
      for i in x.indices {
        let want = program.evaluate(x: x[i], g: g[i])[0]
        // The vector library takes results below the least normal number for 0, which no kernel's type
        // but f64 can see, and f64 is judged in many bits.
        let isTiny = !isExact && max(want.magnitude, got[i].magnitude) < 0x1p-1021
        let isSame =
          isExact
          ? got[i] == want && got[i].sign == want.sign || got[i].isNaN && want.isNaN
          : isTiny || isClose(got[i], want, ulps: 8)
        if !isSame {
          Issue.record(
            "width \(width): \(text) at \(x[i]), \(g[i]) is \(got[i]), Program says \(want)")
          break
        }
      }
    }
  }

  @Test func randomFormulasAgreeWithTheScalarProgram() throws {
    var random = Seeded(state: 11)
    var compared = 0
    for _ in 0..<1500 {
      let text = randomFormula(Int.random(in: 1...6, using: &random), &random)
      let expression = try formula(text)
      let derivative = try expression.derivative(by: .x)
      let coefficients = [
        [Double.random(in: -2...2, using: &random)], [Double.random(in: -2...2, using: &random)],
      ]
      let block = try BlockEvaluator([expression, derivative])
      block.coefficients = coefficients
      let program = try Program(outputs: [expression, derivative])
      let x = (0..<300).map { _ in Double.random(in: -3...3, using: &random) }
      let g = (0..<300).map { _ in Double.random(in: -3...3, using: &random) }
      let got = block.evaluate(x: x, g: g)
      for i in stride(from: 0, to: 300, by: 37) {
        let want = program.evaluate(x: x[i], g: g[i], coefficients: coefficients)
        for o in 0...1 {
          // A few ulp of a function may be more of what it goes into.
          let isSame =
            isClose(got[o][i], want[o], ulps: 1e6)
            || (got[o][i] - want[o]).magnitude < 1e-10 || want[o].magnitude > 1e30
          compared += 1
          #expect(
            isSame,
            "output \(o) of \(text) at x = \(x[i]), g = \(g[i]), \(coefficients): \(got[o][i]), Program says \(want[o])"
          )
        }
      }
    }
    #expect(compared > 20_000)
  }

  /// Coefficients from point to point, and lengths that are no multiple of anything.
  @Test func coefficientsMayDifferFromPointToPoint() throws {
    let expression = try formula("p * x + q")
    let block = try BlockEvaluator([expression])
    block.coefficients = [[2], [10]]
    for n in [1, 7, 255, 256, 257, 1000] {
      let x = (0..<n).map(Double.init)
      let slopes = x.map { $0 + 0.5 }
      var y = [Double](repeating: .nan, count: n + 1)
      y.withUnsafeMutableBufferPointer { y in
        slopes.withUnsafeBufferPointer { slopes in
          let slope = Variable.coefficient(parameter: 0, index: 0)
          block.evaluate(
            n, x: x, perPoint: [slope: slopes.baseAddress!], into: [y.baseAddress!])
        }
      }
      #expect(y.dropLast() == x.indices.map { slopes[$0] * x[$0] + 10 }[...], "\(n) points")
      #expect(y[n].isNaN, "an element behind \(n) points was written")
      #expect(block.evaluate(x: [3])[0] == [16], "shared coefficients are back after \(n) points")
    }
  }

  /// Under 10 ns a point, or a run over all 2^32 inputs is out of reach.
  @Test(arguments: ["crrelu", "gelu", "mish", "silu"])
  func aPointTakesNanoseconds(_ name: String) throws {
    let activation = try #require(shippedActivations.first { $0.name == name })
    let expression = try activation.formula.instantiate(counts: activation.defaultCounts)
    for outputs in [[expression], [expression, try expression.derivative(by: .x)]] {
      let block = try BlockEvaluator(outputs)
      block.coefficients = [[0.01]]
      var random = Seeded(state: 5)
      let x = (0..<4096).map { _ in Double.random(in: -8...8, using: &random) }
      let y = (0..<2).map { _ in UnsafeMutablePointer<Double>.allocate(capacity: 4096) }
      defer { for pointer in y { pointer.deallocate() } }
      var best = Double.infinity
      for _ in 0..<20 {
        let seconds = processorSeconds { block.evaluate(4096, x: x, into: y) }
        best = min(best, seconds / 4096 * 1e9)
      }
      print("\(name), \(outputs.count == 1 ? "value" : "value and slope"): \(best) ns a point")
      #expect(y[0][17] == block.evaluate(x: [x[17]])[0][0], "a point depends on its neighbours")
    }
  }
}
