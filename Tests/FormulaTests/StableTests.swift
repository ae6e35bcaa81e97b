import Formula
import Testing

/// The stable form of a formula over x, g and the scalar p.
private func stable(_ formula: String) throws -> Expression {
  try Expression(parsing: formula, symbols: Symbols(scalars: ["p"])).instantiate().stable()
}

private func value(_ expression: Expression, x: Double, p: Double = 0.5) throws -> Double {
  try Program(outputs: [expression]).evaluate(x: x, g: 0.3, coefficients: [[p]])[0]
}

@Test(arguments: [
  ("log(1 + x)", "log1p(x)"), ("log1p(exp(x))", "softplus(x)"), ("log(exp(x) + 1)", "softplus(x)"),
  ("log(sigmoid(x))", "-softplus(-x)"), ("log(1/(1 + exp(-x)))", "-softplus(-x)"),
  ("1/(1 + exp(-x))", "sigmoid(x)"), ("exp(x)/(1 + exp(x))", "sigmoid(x)"),
  ("1 - sigmoid(x)", "sigmoid(-x)"), ("exp(x) - 1", "expm1(x)"), ("1 - exp(x)", "-expm1(x)"),
  ("1 - erf(x)", "erfc(x)"), ("1 + erf(x)", "erfc(-x)"), ("1 - erfc(x)", "erf(x)"),
  ("1 + tanh(x)", "sigmoid_times(2, 2*x, 1)"), ("silu(x)", "silu(x)"),
  ("x/(1 + exp(-x))", "silu(x)"), ("x*exp(x)/(1 + exp(x))", "silu(x)"),
  ("x*sigmoid(p*x)", "sigmoid_times(x, p, x)"), ("x*sigmoid(g)", "sigmoid_times(x, g, 1)"),
  ("gelu(x)", "gelu(x)"), ("x*erfc(-x/sqrt(2))/2", "gelu(x)"),
  ("0.5*x*(1 + erf(x/sqrt(2)))", "gelu(x)"), ("x*tanh(softplus(x))", "mish(x)"),
  ("x*tanh(log(1 + exp(x)))", "mish(x)"), ("p*x*exp(-x^2/2)", "exp_times(p*x, -0.5*x, x)"),
  ("exp(-x^2)", "exp_times(1, -x, x)"), ("exp(p*x)", "exp_times(1, p, x)"), ("exp(x)", "exp(x)"),
  ("p*(x*exp(-x))/3", "exp_times(p*x/3, -x, 1)"),
])
func `what is written becomes what is meant`(formula: String, expected: String) throws {
  #expect(try stable(formula).text == expected, "\(formula)")
}

@Test(arguments: [
  "log(2 + x)", "2 - erf(x)", "x*erfc(x)", "x*tanh(log(2 + exp(x)))", "x*erfc(-x/1.4142)",
  "x < 0 ? exp(x) : 1",
])
func `what only looks like it stays`(formula: String) throws {
  let expression = try Expression(parsing: formula).instantiate()
  #expect(try expression.stable() == expression, "\(formula)")
}

/// Inputs at which the literal formula has no digit left, or few; exact values by mpmath with 60 digits.
@Test(arguments: [
  ("log(1 + exp(x))", -50, 1.9287498479639178e-22),
  ("log(1/(1 + exp(-x)))", 40, -4.248354255291589e-18), ("log(1/(1 + exp(-x)))", -800, -800),
  ("x*tanh(log(1 + exp(x)))", -40, -1.6993417021166356e-16),
  ("x*exp(-x^2/2)", 12.9, 9.4431598984672198e-36),
  ("x*exp(-x^2/2)", -37.5, -1.6245148269429004e-304), ("x*exp(-x^2/2)", .infinity, 0),
  ("0.5*x*(1 + erf(x/sqrt(2)))", -20, -5.5072482372124674e-88),
  ("0.5*x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x^3)))", -10, -1.204092348209806e-37),
  ("1 - erf(x)", 6, 2.1519736712498913e-17), ("1 - sigmoid(x)", 50, 1.9287498479639178e-22),
  ("1 - tanh(x)", 25, 3.8574996959278356e-22), ("exp(x) - 1", 1e-10, 1.00000000005e-10),
  ("log(1 + x)", 1e-20, 1e-20), ("x*sigmoid(x)", -.infinity, 0), ("gelu(x)", -.infinity, 0),
  ("x*sigmoid(1.702*x)", -40, -1.0846551018154304e-28), ("x*exp(-exp(-x))", -.infinity, 0),
])
func `hazards keep their digits`(formula: String, x: Double, expected: Double) throws {
  let seen = try value(stable(formula), x: x)
  let literal = try value(
    Expression(parsing: formula, symbols: Symbols(scalars: ["p"])).instantiate(), x: x)
  let room = 2e-14 * expected.magnitude
  #expect(abs(seen - expected) <= room, "\(formula) at \(x): \(seen), literally \(literal)")
}

@Test(arguments: [
  ("x*tanh(log(1 + exp(x)))", -40, -1.6568581595637197e-16),
  ("x*sigmoid(x)", -40, -1.6568581595637197e-16), ("gelu(x)", -15, -8.2593546627734967e-49),
  ("x*exp(-x^2/2)", 12.9, -1.2108473479112115e-34), ("x*exp(-x^2/2)", -.infinity, 0),
  ("x*sigmoid(1.702*x)", -40, -1.8189666057444767e-28), ("x*sigmoid(p*x)", .infinity, 1),
  ("gelu(x)", .infinity, 1), ("silu(x)", .infinity, 1), ("x*tanh(softplus(x))", -.infinity, 0),
])
func `slopes keep their digits`(formula: String, x: Double, expected: Double) throws {
  let slope = try stable(formula).stableDerivative(by: .x)
  let seen = try value(slope, x: x)
  #expect(
    abs(seen - expected) <= 2e-14 * expected.magnitude, "\(formula) at \(x): \(seen), \(slope.text)"
  )
}

@Test func `a stable form is the same function where nothing is at stake`() throws {
  let formulas = [
    "0.3399*x^2 + 0.6601*gelu(silu(x)*gelu(x))", "x*tanh(p + softplus(x))", "p*exp(p*x)/(1 + x^2)",
    "max(x, 0) + p*x*exp(-x^2/2)", "(x*sigmoid(x) + exp(-x))*sigmoid(p*x)/p", "tanh(x)*silu(g)",
    "x > p ? x*sigmoid(x - p) : exp(x)*sigmoid(-x)", "(1 - sigmoid(x))*(1 + tanh(p*x))",
  ]
  for formula in formulas {
    let literal = try Expression(parsing: formula, symbols: Symbols(scalars: ["p"])).instantiate()
    let stable = try literal.stable()
    var pairs = [(literal, stable)]
    for variable in [Variable.x, .g, .coefficient(parameter: 0, index: 0)] {
      pairs.append(
        (try literal.derivative(by: variable), try stable.stableDerivative(by: variable)))
    }
    for x in stride(from: -3.0, through: 3, by: 0.37) {
      for (first, second) in pairs {
        let (a, b) = (try value(first, x: x), try value(second, x: x))
        #expect(abs(a - b) <= 1e-13 * (1 + abs(a)), "\(formula) at \(x): \(a), \(second.text) \(b)")
      }
    }
  }
}
