import CSystem

extension Expression {
  /// The derivative by one variable, simplified; apply again for higher orders.
  ///
  /// Forward, node by node, so the size grows by a constant factor and shared parts stay shared. Kinks
  /// take the side that docs/formula.md fixes: a choice the branch taken, `max` and `min` the second
  /// argument where both are equal or one is NaN, abs'(0) = 0, sign' = floor' = 0. A factor that is
  /// the number 0 removes its term, even beside a factor that can be infinite. Throws if the expression
  /// is not instantiated, or the result is larger than `Limits` allow.
  public func derivative(by variable: Variable) throws(FormulaError) -> Expression {
    guard isInstantiated else {
      throw FormulaError("only an instantiated expression has a derivative; call instantiate first")
    }
    for case .fused(let f, _, _, _) in nodes
    where f == .siluSlope || f == .geluSlope || f == .mishSlope {
      throw FormulaError("\(f.name) has no derivative here; differentiate before stable()")
    }
    var d = Differentiation(self)
    let root = d.run(by: variable)
    if d.builder.isFull {
      throw FormulaError("the derivative has more than \(Limits.expandedNodes) operations")
    }
    return d.builder.expression(root, symbols: symbols)
  }
}

/// One run of `derivative`.
private struct Differentiation {
  let nodes: [Node]
  var builder = Builder(combinesFactors: true)
  var value: [Int32]  // of each node, in `builder`
  let zero: Int32
  let one: Int32

  init(_ source: Expression) {
    nodes = source.nodes
    value = [Int32](repeating: 0, count: nodes.count)
    zero = builder.constant(0)
    one = builder.constant(1)
  }

  mutating func run(by variable: Variable) -> Int32 {
    var slope = [Int32](repeating: zero, count: nodes.count)
    for (i, node) in nodes.enumerated() {
      // Values enter as they are: the formula's own rounding is its meaning.
      value[i] = builder.intern(node.replacingOperands { value[Int($0)] })
      switch node {
      case .variable(let v): slope[i] = v == variable ? one : zero
      case .unary(let f, let a):
        let da = slope[Int(a)]
        if da != zero { slope[i] = unary(f, value[Int(a)], result: value[i], da) }
      case .binary(let op, let a, let b):
        let (da, db) = (slope[Int(a)], slope[Int(b)])
        if da != zero || db != zero {
          slope[i] = binary(op, value[Int(a)], value[Int(b)], result: value[i], da, db)
        }
      case .select(let condition, let a, let b):
        slope[i] = builder.select(value[Int(condition)], slope[Int(a)], slope[Int(b)])
      case .fused(let f, let a, let b, let c): slope[i] = fused(f, a, b, c, slope)
      default: break
      }
    }
    return slope[nodes.count - 1]
  }

  private mutating func times(_ a: Int32, _ b: Int32) -> Int32 {
    a == zero || b == zero ? zero : builder.apply(.multiply, a, b)
  }

  private mutating func plus(_ a: Int32, _ b: Int32) -> Int32 { builder.apply(.add, a, b) }

  private mutating func over(_ a: Int32, _ b: Int32) -> Int32 {
    a == zero ? zero : builder.apply(.divide, a, b)
  }

  private mutating func square(_ a: Int32) -> Int32 {
    builder.apply(.power, a, builder.constant(2))
  }

  private mutating func unary(_ f: UnaryFunction, _ a: Int32, result: Int32, _ da: Int32) -> Int32 {
    switch f {
    case .negate: return builder.apply(.negate, da)
    case .exp: return times(result, da)
    case .expm1: return times(builder.apply(.exp, a), da)
    case .log: return over(da, a)
    case .log1p: return over(da, plus(one, a))
    // 1 - tanh^2 cancels where tanh is near 1; sech^2 does not, and stays closed under derivatives.
    case .tanh: return times(square(builder.apply(.sech, a)), da)
    case .sech:
      return builder.apply(.negate, times(times(result, builder.apply(.tanh, a)), da))
    case .sinh: return times(builder.apply(.cosh, a), da)
    case .cosh: return times(builder.apply(.sinh, a), da)
    case .atan: return over(da, plus(one, square(a)))
    case .asinh: return over(da, builder.apply(.sqrt, plus(one, square(a))))
    case .erf: return times(bell(a), da)
    case .erfc: return builder.apply(.negate, times(bell(a), da))
    case .sqrt: return over(da, times(builder.constant(2), result))
    case .abs: return times(builder.apply(.sign, a), da)
    case .sign, .floor: return zero
    case .sin: return times(builder.apply(.cos, a), da)
    case .cos: return builder.apply(.negate, times(builder.apply(.sin, a), da))
    // sigmoid*(1 - sigmoid) cancels for large a; the mirror image does not.
    case .sigmoid:
      let mirror = builder.apply(.sigmoid, builder.apply(.negate, a))
      return times(times(result, mirror), da)
    case .softplus: return times(builder.apply(.sigmoid, a), da)
    }
  }

  /// erf'(a) = 2/sqrt(pi) * e^(-a^2).
  private mutating func bell(_ a: Int32) -> Int32 {
    let height = builder.constant(
      Constant(rounded: 1.1283791670955126, rest: 1.533545961316588e-17))  // 2/sqrt(pi)
    let exponent = builder.apply(.negate, square(a))
    return times(height, builder.apply(.exp, exponent))
  }

  private mutating func fused(
    _ f: StableFunction, _ a: Int32, _ b: Int32, _ c: Int32, _ slope: [Int32]
  ) -> Int32 {
    func whole(_ f: StableFunction) -> Node { .fused(f, value[Int(a)], 0, 0) }
    switch f {
    case .silu: return times(builder.intern(whole(.siluSlope)), slope[Int(a)])
    case .gelu: return times(builder.intern(whole(.geluSlope)), slope[Int(a)])
    case .mish: return times(builder.intern(whole(.mishSlope)), slope[Int(a)])
    case .siluSlope, .geluSlope, .mishSlope: return zero  // `derivative` has refused them
    case .expTimes, .sigmoidTimes:
      let (factor, p, q) = (value[Int(a)], value[Int(b)], value[Int(c)])
      let (left, right) = (times(slope[Int(b)], q), times(p, slope[Int(c)]))
      let inner = left == right ? times(builder.constant(2), left) : plus(left, right)
      var bend = times(factor, inner)
      if f == .sigmoidTimes, bend != zero {
        // sigmoid' = sigmoid(z) sigmoid(-z).
        bend = builder.intern(.fused(.sigmoidTimes, bend, builder.apply(.negate, p), q))
      }
      let front = plus(slope[Int(a)], bend)
      return front == zero ? zero : builder.intern(.fused(f, front, p, q))
    }
  }

  private mutating func binary(
    _ op: BinaryOperator, _ a: Int32, _ b: Int32, result: Int32, _ da: Int32, _ db: Int32
  ) -> Int32 {
    switch op {
    case .add: return plus(da, db)
    case .subtract: return builder.apply(.subtract, da, db)
    case .multiply: return plus(times(da, b), times(a, db))
    // (a/b)' = (a' - (a/b) b')/b: no b^2 that could overflow.
    case .divide: return over(builder.apply(.subtract, da, times(result, db)), b)
    case .power: return plus(byBase(a, b, da), byExponent(a, b, result, db))
    case .minimum: return builder.select(builder.compare(.less, a, b), da, db)
    case .maximum: return builder.select(builder.compare(.greater, a, b), da, db)
    }
  }

  private mutating func byBase(_ a: Int32, _ b: Int32, _ da: Int32) -> Int32 {
    if da == zero { return zero }
    let below = builder.apply(.subtract, b, one)
    return times(times(b, builder.apply(.power, a, below)), da)
  }

  /// a^b log(a) b'; at a = 0 its limit for b > 0, which is 0.
  private mutating func byExponent(_ a: Int32, _ b: Int32, _ result: Int32, _ db: Int32) -> Int32 {
    if db == zero { return zero }
    let slope = times(times(result, builder.apply(.log, a)), db)
    if builder.number(a) != nil, !builder.isNumber(a, 0) { return slope }
    return builder.select(builder.compare(.equal, a, zero), zero, slope)
  }
}
