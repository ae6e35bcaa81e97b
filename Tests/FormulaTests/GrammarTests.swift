import Formula
import Testing

@Test(
  arguments: [
    ("1 + 2*3", 7.0), ("(1 + 2)*3", 9), ("2^3^2", 512), ("-x^2", -9), ("(-x)^2", 9), ("2^-1", 0.5),
    ("x^-x", 1.0 / 27), ("-2*x", -6), ("2*-x", -6), ("8/4/2", 1), ("8 - 4 - 2", 2), ("--x", 3),
    ("x > 2 ? 1 : 0", 1), ("x < 2 ? 1 : x < 4 ? 2 : 3", 2), ("(x > 2 ? 5 : 6) + 1", 6),
    ("x > 2 ? x > 5 ? 1 : 2 : 3", 2), ("x >= 3 ? 1 : 0", 1), ("x != 3 ? 1 : 0", 0),
    ("x == 3 ? 1 : 0", 1), ("1e3 + 1.5E-1", 1000.15), ("clamp(x, -1, 1)", 1), ("relu(-x)", 0),
    ("sum(k, 1, 4, k^2)", 30), ("sum(k, 3, 2, k)", 0), ("sum(i, 0, 2, sum(j, 0, i, i*j))", 7),
    ("abs(-x) + sign(-x) + floor(2.5)", 4), ("pi", Double.pi), ("min(1, x) + max(1, x)", 4),
  ] as [(String, Double)])
func `precedence and forms`(formula: String, expected: Double) throws {
  let seen = try value(formula, x: 3)
  #expect(seen == expected, "\(formula) at x = 3")
}

@Test func `decimals and fractions are exact`() throws {
  #expect(try value("0.1 + 0.2") == 0.3)
  #expect(try value("1/3 + 1/6") == 0.5)
  #expect(try value("0.1/0.3") == 1.0 / 3)
  #expect(try value("(1/3)*3 - 1") == 0)
  // Beyond 53 bits the decimal is still rounded once.
  #expect(try value("0.1000000000000000055511151231257827") == 0.1)
  #expect(try value("123456789012345678901234567890") == 123456789012345677877719597056)
  #expect(try value("2.2250738585072011e-308") == Double(bitPattern: 0xF_FFFF_FFFF_FFFF))
  #expect(try value("1.7976931348623157e308") == Double.greatestFiniteMagnitude)
  #expect(try value("5e-324") == Double.leastNonzeroMagnitude)
}

@Test func `special values`() throws {
  let nan = Double.nan
  for formula in ["max(x, 1)", "max(1, x)", "min(x, 1)", "min(1, x)", "sign(x)", "abs(x)"] {
    #expect(try value(formula, x: nan).isNaN, "\(formula) must pass a NaN on")
  }
  for comparison in ["<", "<=", ">", ">=", "=="] {
    #expect(try value("x \(comparison) 1 ? 1 : 0", x: nan) == 0, "NaN \(comparison) 1")
  }
  #expect(try value("x != 1 ? 1 : 0", x: nan) == 1)
  #expect(isSame(try value("max(x, 0)", x: -0.0), 0), "maximum of -0 and +0")
  #expect(isSame(try value("min(0, x)", x: -0.0), -0.0), "minimum of +0 and -0")
  #expect(isSame(try value("-0"), -0.0))
  // The branch that is not taken does not show, whatever it comes to.
  #expect(try value("x > 0 ? log(x) : 7", x: -1) == 7)
  #expect(try value("x > 0 ? 7 : exp(x)*0/0", x: 1) == 7)
  // As written: 0*inf is not made up.
  #expect(try value("0*x", x: .infinity).isNaN)
}

@Test func `primitives keep their digits in the tails`() throws {
  #expect(try value("sigmoid(x)", x: -740) > 0)
  #expect(try value("sigmoid(x)", x: 800) == 1)
  #expect(try value("softplus(x)", x: -50) == 1.9287498479639178e-22)
  #expect(try value("softplus(x)", x: 1000) == 1000)
  #expect(abs(try value("gelu(x)", x: -10) / -7.619853024160527e-23 - 1) < 1e-12)
  #expect(abs(try value("silu(x)", x: -89.05) / -1.8867324124258608e-37 - 1) < 1e-13)
  #expect(try value("expm1(x)", x: 1e-20) == 1e-20)
  #expect(try value("log1p(x)", x: 1e-20) == 1e-20)
  #expect(try value("sech(x)", x: 720) > 0)
}

@Test(arguments: [
  "max(x, 0) + eps*x*exp(-x^2/2)", "-(x*g)", "-x*g", "x - (g - eps)", "x/(g*eps)", "x/g*eps",
  "(x > 0 ? x : g) + 1", "x > 0 ? x : g > 1 ? 2 : 3", "x > 0 ? (g > 1 ? 2 : 3) : x", "(-3)^x",
  "x^-g", "(x^g)^eps", "x^g^eps", "2/3*x", "x*(2/3)", "x*(-2/3)", "1e-300*x", "-0.1 - -x", "pi*x^2",
  "sum(k, 0, 3, x^k + sum(j, 0, k, g*j))", "1/0 + exp(1000)", "x + -3", "0.30000000000000004*x",
  "(x + g)*(x - g)", "x - g + eps", "min(max(x, -1), eps)", "gelu(x)*silu(g)", "clamp(x, -1, 1)",
  "gelu(3)*x", "x*(2.718281828459045235360287*2)", "x > 0 ? x/sin(0) : x/-0",
])
func `printing reads back as the same expression`(formula: String) throws {
  let symbols = Symbols(scalars: ["eps"])
  let first = try Expression(parsing: formula, symbols: symbols)
  let again = try Expression(parsing: first.text, symbols: symbols)
  #expect(first == again, "\(formula) printed as \(first.text), which reads as \(again.text)")
  let derived = try first.instantiate().derivative(by: .x)
  let derivedAgain = try Expression(parsing: derived.text, symbols: symbols)
  #expect(derived == derivedAgain, "\(derived.text) reads as \(derivedAgain.text)")
}

@Test func `expressions are compared by structure`() throws {
  #expect(try Expression(parsing: "x + 1") == Expression(parsing: "(x)+1.0"))
  #expect(try Expression(parsing: "x + 1") != Expression(parsing: "1 + x"))
  #expect(try Expression(parsing: "x + x*x") != Expression(parsing: "x + x"))
  #expect(try Expression(parsing: "1/3") == Expression(parsing: "2/6"))
}
