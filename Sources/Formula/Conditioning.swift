// How much of an operation's rounding reaches the result: what decides where emitted code needs inner results
// with more digits.

extension Expression {
  /// About the largest error, in units of the last place of the result, when every operation of a stable form
  /// is rounded as the plugin kit does it: to first order, all errors taking the same side.
  ///
  /// `allowance` is added to `ulps` at each point, in ULP of the result there: what an absolute part of a claim
  /// gives. Returns the largest ratio of error to what is allowed over points from 0.001 to 1000 on both sides.
  public func roundingRatio(
    ulps: Double, absolute: Double, coefficients: [[Double]]
  ) -> Double {
    var worst = 0.0
    for i in -60...60 {
      for sign in [-1.0, 1] {
        let x = sign * Self.power(10, Double(i) / 20)
        for g in contains(.g) ? [-2.0, -0.5, 0.75, 3] : [0] {
          let point = Point(x: x, g: g, u: 0.5, coefficients: coefficients)
          guard let (value, error) = roundingError(at: point), value.isFinite, value != 0
          else { continue }
          let unit = Double(Float(value.magnitude).ulp)
          let ratio = error / (ulps + absolute / unit)
          if ratio.isFinite { worst = max(worst, ratio) }
        }
      }
    }
    return worst
  }

  private static func power(_ base: Double, _ exponent: Double) -> Double {
    BinaryOperator.power(base, exponent)
  }

  private struct Point {
    let x: Double
    let g: Double
    let u: Double
    let coefficients: [[Double]]
  }

  /// The value, and the sum of what each operation's error comes to in it, in ULP.
  private func roundingError(at point: Point) -> (value: Double, ulps: Double)? {
    var values = [Double](repeating: 0, count: nodes.count)
    for i in nodes.indices { values[i] = value(i, values, point) }
    let root = nodes.count - 1
    guard values[root] != 0, values[root].isFinite else { return nil }
    let change = 0x1p-20
    var total = 0.0
    for i in nodes.indices {
      let error = error(nodes[i])
      guard error > 0, values[i] != 0, values[i].isFinite else { continue }
      var changed = values
      changed[i] *= 1 + change
      for j in i + 1..<max(nodes.count, i + 1) { changed[j] = value(j, changed, point) }
      let growth = ((changed[root] - values[root]) / values[root]).magnitude / change
      if growth.isFinite { total += error * growth }
    }
    return (values[root], total)
  }

  /// The error of one operation, in ULP, as docs/accuracy.md has it for the kit.
  private func error(_ node: Node) -> Double {
    switch node {
    case .unary(let f, _):
      switch f {
      case .negate, .abs, .sign, .floor: 0
      case .sqrt: 0.5
      case .exp: 1
      default: 1.6
      }
    case .binary(let op, let a, let b):
      switch op {
      case .minimum, .maximum: 0
      case .multiply where isPowerOfTwo(a) || isPowerOfTwo(b): 0
      case .divide where isPowerOfTwo(b): 0
      default: 0.5
      }
    case .fused(let f, _, _, _): f == .expTimes ? 1.1 : 1.6
    default: 0
    }
  }

  private func isPowerOfTwo(_ index: Int32) -> Bool {
    if case .constant(let c) = nodes[Int(index)] { return c.isPowerOfTwo }
    return false
  }

  private func value(_ index: Int, _ v: [Double], _ point: Point) -> Double {
    switch nodes[index] {
    case .constant(let c): return c.value
    case .variable(.x): return point.x
    case .variable(.g): return point.g
    case .variable(.u): return point.u
    case .variable(.coefficient(let p, let k)):
      return p < point.coefficients.count && k < point.coefficients[p].count
        ? point.coefficients[p][k] : 0
    case .unary(let f, let a): return f(v[Int(a)])
    case .binary(let op, let a, let b): return op(v[Int(a)], v[Int(b)])
    case .compare(let op, let a, let b): return op(v[Int(a)], v[Int(b)]) ? 1 : 0
    case .select(let c, let a, let b): return v[Int(v[Int(c)] != 0 ? a : b)]
    case .fused(let f, let a, let b, let c): return f(v[Int(a)], v[Int(b)], v[Int(c)])
    default: return .nan
    }
  }
}

extension Constant {
  /// True if a product with it is exact.
  var isPowerOfTwo: Bool { value.isNormal && value.magnitude.significand == 1 }
}
