// Formulas as they are written lose digits: log(1 + exp(x)) at -50 is 0, x*sigmoid(x) at -89 is a subnormal
// times 89 in single precision, x*exp(-x^2/2) at infinity is NaN. Here what is written becomes what is meant.

extension Expression {
  /// The same function in operations that keep their digits; for fast evaluation and for emitted code.
  ///
  /// Each rule holds for all real numbers; docs/formula.md lists them. The value at a point where the literal
  /// formula overflows or is infinity times 0 is the limit. To differentiate, take the stable form, its
  /// derivative, and the stable form of that: then silu, gelu and mish have their slopes. Throws if the
  /// expression is not instantiated, or the result is larger than `Limits` allow.
  public func stable() throws(FormulaError) -> Expression {
    guard isInstantiated else {
      throw FormulaError(
        "only an instantiated expression has a stable form; call instantiate first")
    }
    var rewriting = Rewriting()
    let root = rewriting.run(nodes)
    if rewriting.builder.isFull {
      throw FormulaError("the stable form has more than \(Limits.expandedNodes) operations")
    }
    return rewriting.builder.expression(root, symbols: symbols)
  }

  /// The stable form of the derivative by one variable of a stable form.
  public func stableDerivative(by variable: Variable) throws(FormulaError) -> Expression {
    try derivative(by: variable).stable()
  }
}

/// One run of `stable`: every operation is made by the builder, and what comes out is looked at.
private struct Rewriting {
  // Twice what a formula may have: forms that a rule has replaced stay until the end.
  var builder = Builder(limit: 2 * Limits.expandedNodes, combinesFactors: true)

  mutating func run(_ nodes: [Node]) -> Int32 {
    var new = [Int32](repeating: 0, count: nodes.count)
    for (i, node) in nodes.enumerated() {
      switch node {
      case .unary(let f, let a): new[i] = unary(f, new[Int(a)])
      case .binary(.multiply, let a, let b): new[i] = product(new[Int(a)], new[Int(b)])
      case .binary(.divide, let a, let b): new[i] = quotient(new[Int(a)], new[Int(b)])
      case .binary(let op, let a, let b): new[i] = sum(op, new[Int(a)], new[Int(b)])
      case .compare(let op, let a, let b): new[i] = builder.compare(op, new[Int(a)], new[Int(b)])
      case .select(let c, let a, let b):
        new[i] = builder.select(new[Int(c)], new[Int(a)], new[Int(b)])
      default: new[i] = builder.intern(node.replacingOperands { new[Int($0)] })
      }
    }
    return new[nodes.count - 1]
  }

  private func node(_ index: Int32) -> Node { builder.nodes[Int(index)] }

  private func argument(_ f: UnaryFunction, _ index: Int32) -> Int32? {
    if case .unary(f, let a) = node(index) { return a }
    return nil
  }

  /// a of exp(a), or of sigmoid(a).
  private mutating func argument(
    _ f: UnaryFunction, _ fused: StableFunction, _ index: Int32
  ) -> Int32? {
    if let a = argument(f, index) { return a }
    if case .fused(fused, let factor, let a, let b) = node(index), builder.isNumber(factor, 1) {
      return builder.apply(.multiply, a, b)
    }
    return nil
  }

  private mutating func negated(_ a: Int32) -> Int32 { builder.apply(.negate, a) }

  private mutating func one() -> Int32 { builder.constant(1) }

  // MARK: Functions

  private mutating func unary(_ f: UnaryFunction, _ a: Int32) -> Int32 {
    let plain = builder.apply(f, a)
    guard case .unary(let f, let a) = node(plain) else { return plain }
    switch f {
    case .exp: return times(one(), .expTimes, a) ?? plain
    case .sigmoid: return times(one(), .sigmoidTimes, a) ?? plain
    case .log:
      // log(1 + a) = log1p(a); log(sigmoid(a)) = -softplus(-a).
      if let rest = added(to: 1, a) { return unary(.log1p, rest) }
      if let v = argument(.sigmoid, .sigmoidTimes, a) {
        let mirror = negated(v)
        return negated(builder.apply(.softplus, mirror))
      }
    case .log1p:
      // log1p(exp(a)) = softplus(a).
      if let v = argument(.exp, .expTimes, a) { return builder.apply(.softplus, v) }
    default: break
    }
    return plain
  }

  /// b of 1 + b or b + 1.
  private func added(to number: Double, _ index: Int32) -> Int32? {
    guard case .binary(.add, let a, let b) = node(index) else { return nil }
    if builder.isNumber(a, number) { return b }
    return builder.isNumber(b, number) ? a : nil
  }

  // MARK: Sums

  private mutating func sum(_ op: BinaryOperator, _ a: Int32, _ b: Int32) -> Int32 {
    let plain = builder.apply(op, a, b)
    switch node(plain) {
    case .binary(.add, let p, let q):
      if let v = added(to: 1, plain) {
        // 1 + erf(v) = erfc(-v); 1 + tanh(v) = 2 sigmoid(2v).
        if let u = argument(.erf, v) { return builder.apply(.erfc, negated(u)) }
        if let u = argument(.tanh, v) { return mirrored(u, 2) }
      }
      if builder.isNumber(p, -1), let e = expm1(q) { return e }
      if builder.isNumber(q, -1), let e = expm1(p) { return e }
    case .binary(.subtract, let p, let q):
      if builder.isNumber(p, 1), let rest = rest(q) { return rest }
      if builder.isNumber(q, 1) {
        if let e = expm1(p) { return e }
        if let rest = rest(p) { return negated(rest) }
      }
    default: break
    }
    return plain
  }

  /// exp(a) - 1 = expm1(a).
  private mutating func expm1(_ index: Int32) -> Int32? {
    guard let a = argument(.exp, .expTimes, index) else { return nil }
    return builder.apply(.expm1, a)
  }

  /// 1 - v for functions of which that is a function too.
  private mutating func rest(_ v: Int32) -> Int32? {
    if let a = argument(.erf, v) { return builder.apply(.erfc, a) }
    if let a = argument(.erfc, v) { return builder.apply(.erf, a) }
    if let a = argument(.tanh, v) { return mirrored(a, -2) }
    if let e = expm1(v) { return negated(e) }
    if let a = argument(.sigmoid, .sigmoidTimes, v) { return unary(.sigmoid, negated(a)) }
    return nil
  }

  /// 1 ± tanh(a) = 2 sigmoid(±2a).
  private mutating func mirrored(_ a: Int32, _ twice: Int) -> Int32 {
    let doubled = builder.apply(.multiply, builder.constant(twice), a)
    return product(builder.constant(2), unary(.sigmoid, doubled))
  }

  // MARK: Products

  private mutating func product(_ a: Int32, _ b: Int32) -> Int32 {
    let plain = builder.apply(.multiply, a, b)
    switch node(plain) {
    case .unary(.negate, let inner):
      guard case .binary(.multiply, let p, let q) = node(inner) else { return plain }
      return negated(weighted(p, q) ?? weighted(q, p) ?? inner)
    case .binary(.multiply, let p, let q):
      // The builder puts a number in front of a product; the rules are for what stands behind it.
      if builder.number(p) != nil, case .binary(.multiply, let r, let s) = node(q),
        let inner = weighted(r, s) ?? weighted(s, r)
      {
        return product(p, inner)
      }
      return weighted(p, q) ?? weighted(q, p) ?? plain
    default: return plain
    }
  }

  private mutating func quotient(_ a: Int32, _ b: Int32) -> Int32 {
    // f / (1 + exp(v)) = f sigmoid(-v).
    if let e = added(to: 1, b), let v = argument(.exp, .expTimes, e) {
      // g exp(v) / (1 + exp(v)) = g sigmoid(v).
      if a == e { return unary(.sigmoid, v) }
      if case .fused(.expTimes, let g, let p, let q) = node(a),
        builder.apply(.multiply, p, q) == v
      {
        return product(g, unary(.sigmoid, v))
      }
      return product(a, unary(.sigmoid, negated(v)))
    }
    // A factor comes before the exponential is scaled.
    if case .fused(let f, let factor, let p, let q) = node(a), f.operandCount == 3,
      !builder.isNumber(factor, 1)
    {
      return fused(f, builder.apply(.divide, factor, b), p, q)
    }
    return builder.apply(.divide, a, b)
  }

  /// f * weight as one function, where there is one.
  private mutating func weighted(_ f: Int32, _ weight: Int32) -> Int32? {
    switch node(weight) {
    case .unary(.exp, let a): return times(f, .expTimes, a)
    case .unary(.sigmoid, let a):
      return f == a ? builder.intern(.fused(.silu, a, 0, 0)) : times(f, .sigmoidTimes, a)
    case .fused(let function, let factor, let a, let b) where function.operandCount == 3:
      return fused(function, builder.apply(.multiply, f, factor), a, b)
    case .unary(.erfc, let v):
      // a erfc(-a / sqrt(2)) = 2 gelu(a).
      guard let a = overRoot(v), let others = builder.removing(a, from: f) else { return nil }
      let gelu = builder.intern(.fused(.gelu, a, 0, 0))
      return product(builder.apply(.multiply, builder.constant(2), others), gelu)
    case .unary(.tanh, let v):
      // a tanh(softplus(a)) = mish(a).
      guard let a = argument(.softplus, v), let others = builder.removing(a, from: f)
      else { return nil }
      return product(others, builder.intern(.fused(.mish, a, 0, 0)))
    default: return nil
    }
  }

  private mutating func fused(
    _ function: StableFunction, _ f: Int32, _ a: Int32, _ b: Int32
  ) -> Int32 {
    function == .sigmoidTimes && f == a && builder.isNumber(b, 1)
      ? builder.intern(.fused(.silu, a, 0, 0)) : builder.intern(.fused(function, f, a, b))
  }

  /// a of -(a / sqrt(2)).
  private func overRoot(_ v: Int32) -> Int32? {
    guard let inner = argument(.negate, v) else { return nil }
    func isNear(_ index: Int32, _ value: Double) -> Bool {
      guard let c = builder.number(index)?.value else { return false }
      return (c - value).magnitude <= value.ulp
    }
    switch node(inner) {
    case .binary(.divide, let a, let c): return isNear(c, 2.0.squareRoot()) ? a : nil
    case .binary(.multiply, let c, let a):
      if isNear(c, 0.5.squareRoot()) { return a }
      return isNear(a, 0.5.squareRoot()) ? c : nil
    default: return nil
    }
  }

  /// f * exp(v) or f * sigmoid(v) with v as a product that need not be rounded; nil for a function of its own.
  private mutating func times(_ f: Int32, _ function: StableFunction, _ v: Int32) -> Int32? {
    // Signs and powers of two go to one factor, exactly.
    var (core, scale) = (v, 1.0)
    for _ in 0..<8 {
      if let inner = argument(.negate, core) {
        (core, scale) = (inner, -scale)
      } else if case .binary(.multiply, let c, let a) = node(core), let p = powerOfTwo(c) {
        (core, scale) = (a, scale * p)
      } else if case .binary(.divide, let a, let c) = node(core), let p = powerOfTwo(c) {
        (core, scale) = (a, scale / p)
      } else {
        break
      }
    }
    var factors: (Int32, Int32)?
    if case .binary(.power, let a, let two) = node(core), builder.isNumber(two, 2) {
      factors = (a, a)
    } else if case .binary(.multiply, let a, let b) = node(core) {
      factors = (a, b)
    }
    guard let (a, b) = factors else {
      if builder.isNumber(f, 1) { return nil }
      let unit = one()
      return builder.intern(.fused(function, f, v, unit))
    }
    let scaled = builder.apply(.multiply, builder.constant(Constant(scale)), a)
    return builder.intern(.fused(function, f, scaled, b))
  }

  private func powerOfTwo(_ index: Int32) -> Double? {
    guard let c = builder.number(index)?.value, c.isNormal, c.significand == 1,
      (-32...32).contains(c.exponent)
    else { return nil }
    return c
  }
}

extension Builder {
  /// The other factors of a product; nil if `factor` is not one of them.
  ///
  /// Looks a few operations deep.
  mutating func removing(_ factor: Int32, from product: Int32, depth: Int = 6) -> Int32? {
    if product == factor { return constant(1) }
    guard depth > 0 else { return nil }
    switch nodes[Int(product)] {
    case .unary(.negate, let a):
      return removing(factor, from: a, depth: depth - 1).map { apply(.negate, $0) }
    case .binary(.divide, let a, let b):
      return removing(factor, from: a, depth: depth - 1).map { apply(.divide, $0, b) }
    case .binary(.multiply, let a, let b):
      if let others = removing(factor, from: a, depth: depth - 1) {
        return apply(.multiply, others, b)
      }
      return removing(factor, from: b, depth: depth - 1).map { apply(.multiply, a, $0) }
    default: return nil
    }
  }
}

extension Constant {
  /// A power of two, with its sign: exact.
  fileprivate init(_ scale: Double) {
    let exact =
      scale.magnitude >= 1
      ? Constant(Int64(scale), over: 1)
      : Constant(scale < 0 ? -1 : 1, over: Int64(1 / scale.magnitude))
    self = exact ?? Constant(rounded: scale)
  }
}
