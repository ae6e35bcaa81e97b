import Formula
import Testing

@Test(arguments: [
  ("x^2", "2*x"), ("x^3/3", "x^2"), ("max(x, 0)", "x > 0 ? 1 : 0"), ("tanh(x)", "sech(x)^2"),
  ("softplus(x)", "sigmoid(x)"), ("sigmoid(x)", "sigmoid(x)*sigmoid(-x)"), ("exp(-x)", "-exp(-x)"),
  ("silu(x)", "sigmoid(x) + x*(sigmoid(x)*sigmoid(-x))"), ("7", "0"), ("log(x)", "1/x"),
  ("x > 0 ? x : 1/3*x", "x > 0 ? 1 : 1/3"), ("floor(x)*2", "0"), ("x*x", "2*x"), ("-x^2/2", "-x"),
])
func `derivatives are simplified`(formula: String, expected: String) throws {
  let derivative = try Expression(parsing: formula).instantiate().derivative(by: .x)
  #expect(derivative.text == expected, "d/dx \(formula)")
}

@Test func `kinks take the side that is written down`() throws {
  #expect(try slope("max(x, 0)", x: 0) == 0, "relu'(0): the second argument's")
  #expect(try slope("max(0, x)", x: 0) == 1)
  #expect(try slope("min(x, 0)", x: 0) == 0)
  #expect(try slope("min(0, x)", x: 0) == 1)
  #expect(try slope("abs(x)", x: 0) == 0)
  #expect(try slope("x >= 0 ? x : 2*x", x: 0) == 1, "the branch taken")
  #expect(try slope("x > 0 ? x : 2*x", x: 0) == 2, "the branch taken")
  #expect(try slope("clamp(x, -1, 1)", x: 1) == 0)
  #expect(try slope("max(x, 0)", x: .nan) == 0, "a comparison with NaN is false")
}

@Test func `derivatives keep their digits in the tails`() throws {
  func near(_ a: Double, _ b: Double, _ what: String) {
    #expect(abs(a / b - 1) < 1e-13, "\(what): \(a), expected \(b)")
  }
  near(try slope("tanh(x)", x: 20), 1.699341702116689e-17, "tanh'(20)")
  near(try slope("tanh(x)", x: -20, order: 2), 3.398683404233378e-17, "tanh''(-20)")
  near(try slope("tanh(x)", x: 1e-9, order: 2), -2e-9, "tanh''(1e-9)")
  near(try slope("sigmoid(x)", x: 40), 4.248354255291589e-18, "sigmoid'(40)")
  near(try slope("softplus(x)", x: -700), 9.859676543759770e-305, "softplus'(-700)")
  #expect(try slope("tanh(x)", x: 1000) == 0)
  #expect(try slope("tanh(x)", x: 1000, order: 2) == 0)
  #expect(try slope("softplus(x)", x: .infinity) == 1)
  #expect(try slope("erf(x)", x: 40) == 0)
  #expect(try slope("1/x", x: 1e200) == 0)
}

@Test func `an untaken branch does not poison a derivative`() throws {
  #expect(try slope("x > 0 ? sqrt(x) : 0*x", x: -1) == 0)
  #expect(try slope("x > 0 ? log(x) : 2*x", x: 0) == 2)
  #expect(try slope("max(x, 0)^1.5", x: 0) == 0)
}

@Test func `powers by base and by exponent`() throws {
  let symbols = Symbols(scalars: ["p"])
  let power = try Expression(parsing: "max(x, 0)^p", symbols: symbols).instantiate()
  let byP = try power.derivative(by: .coefficient(parameter: 0, index: 0))
  let program = try Program(outputs: [byP])
  #expect(program.evaluate(x: -1, coefficients: [[2]]) == [0], "the limit at 0")
  let seen = program.evaluate(x: 3, coefficients: [[2]])[0]
  #expect(abs(seen - 9 * 1.0986122886681098) < 1e-14, "9*log(3), seen \(seen)")
}

@Test func `sums, poly and interp expand and differentiate`() throws {
  let a = try describe(
    """
    count n = 3 in 2...8
    param a[n+1] = k per layer
    param t[n] = k^2 per layer
    formula poly(a, x) + interp(t, x, 0, 2) + sum(k, 0, n, a[k]*a[n - k])
    """)
  let f = try a.formula.instantiate(counts: [3])
  let program = try Program(outputs: [
    f, f.derivative(by: .x), f.derivative(by: .coefficient(parameter: 0, index: 3)),
    f.derivative(by: .coefficient(parameter: 1, index: 1)),
  ])
  // a = 0 1 2 3, t = 0 1 4 over 0, 1, 2; x = 1.5: poly 1.5 + 2*2.25 + 3*3.375, interp 2.5, sum 4.
  let seen = program.evaluate(x: 1.5, coefficients: [[0, 1, 2, 3], [0, 1, 4]])
  #expect(seen == [22.625, 1 + 4 * 1.5 + 9 * 2.25 + 3, 3.375 + 0, 0.5])
  // The outer pieces go on; a breakpoint belongs to the piece on its right.
  let table = try describe("param t[3] = [0, 1, 4] per layer\nformula interp(t, x, 0, 2)").formula
    .instantiate()
  let line = try Program(outputs: [table, table.derivative(by: .x)])
  #expect(line.evaluate(x: -1, coefficients: [[0, 1, 4]]) == [-1, 1])
  #expect(line.evaluate(x: 1, coefficients: [[0, 1, 4]]) == [1, 3])
  #expect(line.evaluate(x: 2, coefficients: [[0, 1, 4]]) == [4, 3])
  #expect(line.evaluate(x: 3, coefficients: [[0, 1, 4]]) == [7, 3])
}

@Test func `outputs share their parts`() throws {
  let f = try Expression(parsing: "exp(x)*sin(exp(x))").instantiate()
  let value = try Program(outputs: [f])
  let both = try Program(outputs: [f, f.derivative(by: .x)])
  #expect(both.scratchCount <= value.scratchCount + 5, "\(both.scratchCount) cells")
}

@Test func `what is not expanded is refused with a sentence`() throws {
  let f = try describe("param a[2] = 1\nformula sum(k, 0, 1, a[k]*x)").formula
  #expect(throws: FormulaError.self) { try f.derivative(by: .x) }
  #expect(throws: FormulaError.self) { try Program(outputs: [f]) }
  #expect(throws: FormulaError.self) { try f.instantiate(counts: [1]) }
}

@Test func `many derivatives of a large formula stay within bounds`() throws {
  var f = try Expression(parsing: "sum(k, 1, 40, tanh(k*x)*exp(-x^2))").instantiate()
  var sizes: [Int] = []
  for _ in 0..<12 {
    do { f = try f.derivative(by: .x) } catch {
      #expect(error.message.contains("more than"), "\(error.message)")
      #expect(sizes.count >= 3, "refused after \(sizes)")
      return
    }
    sizes.append(f.nodes.count)
  }
  #expect(sizes.last! <= Limits.expandedNodes)
}
