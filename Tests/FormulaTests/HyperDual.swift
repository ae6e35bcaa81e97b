import CSystem

/// A point at which trees are evaluated; the two directions of differentiation are seeded in it.
struct Point {
  var x: HyperDual
  var g: HyperDual
  var parameters: [HyperDual]
}

/// value + a*e1 + b*e2 + ab*e1*e2 with e1^2 = e2^2 = 0: exact first and mixed second derivatives.
///
/// The rules are the textbook's, f(v) with f'(v) and f''(v), and share nothing with the library.
struct HyperDual {
  var value: Wide
  var a: Wide = 0
  var b: Wide = 0
  var ab: Wide = 0

  init(_ value: Wide, a: Wide = 0, b: Wide = 0, ab: Wide = 0) {
    (self.value, self.a, self.b, self.ab) = (value, a, b, ab)
  }

  /// The chain rule.
  func chain(_ f: Wide, _ d1: Wide, _ d2: Wide) -> HyperDual {
    HyperDual(f, a: d1 * a, b: d1 * b, ab: d1 * ab + d2 * a * b)
  }

  static func * (p: HyperDual, q: HyperDual) -> HyperDual {
    HyperDual(
      p.value * q.value, a: p.a * q.value + p.value * q.a, b: p.b * q.value + p.value * q.b,
      ab: p.ab * q.value + p.a * q.b + p.b * q.a + p.value * q.ab)
  }

  static func + (p: HyperDual, q: HyperDual) -> HyperDual {
    HyperDual(p.value + q.value, a: p.a + q.a, b: p.b + q.b, ab: p.ab + q.ab)
  }

  static func unary(_ name: String, _ p: HyperDual) -> HyperDual {
    let v = p.value
    switch name {
    case "-": return p.chain(-v, -1, 0)
    case "exp": return p.chain(exp(v), exp(v), exp(v))
    case "expm1": return p.chain(expm1(v), exp(v), exp(v))
    case "log": return p.chain(log(v), 1 / v, -1 / (v * v))
    case "log1p": return p.chain(log1p(v), 1 / (1 + v), -1 / ((1 + v) * (1 + v)))
    case "tanh":
      let s = 1 / (cosh(v) * cosh(v))
      return p.chain(tanh(v), s, -2 * tanh(v) * s)
    case "sinh": return p.chain(sinh(v), cosh(v), sinh(v))
    case "cosh": return p.chain(cosh(v), sinh(v), cosh(v))
    case "sech":
      let (s, t) = (1 / cosh(v), tanh(v))
      return p.chain(s, -s * t, s * (2 * t * t - 1))
    case "atan":
      let d = 1 / (1 + v * v)
      return p.chain(atan(v), d, -2 * v * d * d)
    case "asinh":
      let d = 1 / (1 + v * v).squareRoot()
      return p.chain(asinh(v), d, -v * d * d * d)
    case "erf", "erfc":
      let d = 2 / Wide.pi.squareRoot() * exp(-v * v)
      let sign: Wide = name == "erf" ? 1 : -1
      return p.chain(name == "erf" ? erf(v) : erfc(v), sign * d, sign * -2 * v * d)
    case "sqrt":
      let r = v.squareRoot()
      return p.chain(r, 0.5 / r, -0.25 / (r * v))
    case "abs": return p.chain(abs(v), v > 0 ? 1 : v < 0 ? -1 : 0, 0)
    case "sign": return p.chain(v > 0 ? 1 : v < 0 ? -1 : v, 0, 0)
    case "floor": return p.chain(floor(v), 0, 0)
    case "sin": return p.chain(sin(v), cos(v), -sin(v))
    case "cos": return p.chain(cos(v), -sin(v), -cos(v))
    case "sigmoid":
      let (s, m) = (1 / (1 + exp(-v)), 1 / (1 + exp(v)))
      return p.chain(s, s * m, s * m * (m - s))
    case "softplus":
      let (s, m) = (1 / (1 + exp(-v)), 1 / (1 + exp(v)))
      return p.chain(v > 0 ? v + log1p(exp(-v)) : log1p(exp(v)), s, s * m)
    case "relu": return v > 0 ? p : HyperDual(v.isNaN ? v : 0)
    case "silu": return p * unary("sigmoid", p)
    case "gelu":
      let scaled = unary("erfc", p * HyperDual(-(0.5 as Wide).squareRoot()))
      return p * HyperDual(0.5) * scaled
    default: fatalError("no rule for \(name)")
    }
  }

  static func binary(_ name: String, _ p: HyperDual, _ q: HyperDual) -> HyperDual {
    switch name {
    case "+": return p + q
    case "-": return p + unary("-", q)
    case "*": return p * q
    case "/": return p * q.chain(1 / q.value, -1 / (q.value * q.value), 2 / pow(q.value, 3))
    case "^":
      let n = q.value
      if q.a == 0, q.b == 0, q.ab == 0, n == n.rounded() {
        let d1 = n == 0 ? 0 : n * pow(p.value, n - 1)
        let d2 = n == 0 || n == 1 ? 0 : n * (n - 1) * pow(p.value, n - 2)
        return p.chain(pow(p.value, n), d1, d2)
      }
      return unary("exp", q * unary("log", p))
    case "min": return p.value < q.value ? p : q
    case "max": return p.value > q.value ? p : q
    default: fatalError("no rule for \(name)")
    }
  }
}
