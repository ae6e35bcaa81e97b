// Branches for frameworks that differentiate by themselves: both branches of a choice are computed, and what the
// one not taken comes to must be finite, or its derivative, times 0, is NaN.

extension Expression {
  /// The same function, with x and g replaced by a harmless number in branches that are not taken and that
  /// would overflow, or have no value, where the other branch is.
  ///
  /// `coefficients` are values to try. Throws if the result is larger than `Limits` allow.
  public func guarded(coefficients: [[Double]]) throws(FormulaError) -> Expression {
    var builder = Builder()
    var new: [Int32] = []
    let isBounded = boundedExponentials(coefficients)
    let one = builder.constant(1)
    for (index, node) in nodes.enumerated() {
      if isBounded[index] {
        // What is computed in one go without a factor is what emitted code keeps finite.
        switch node {
        case .unary(.exp, let a):
          new.append(builder.intern(.fused(.expTimes, one, new[Int(a)], one)))
          continue
        case .fused(.expTimes, let f, let a, let b):
          let exponent = builder.apply(.multiply, new[Int(a)], new[Int(b)])
          let bounded = builder.intern(.fused(.expTimes, one, exponent, one))
          new.append(builder.apply(.multiply, new[Int(f)], bounded))
          continue
        default: break
        }
      }
      guard case .select(let c, let a, let b) = node else {
        new.append(builder.intern(node.replacingOperands { new[Int($0)] }))
        continue
      }
      let condition = new[Int(c)]
      let yes = Self.guarded(new[Int(a)], unless: condition, true, symbols, coefficients, &builder)
      let no = Self.guarded(new[Int(b)], unless: condition, false, symbols, coefficients, &builder)
      new.append(builder.select(condition, yes, no))
    }
    if builder.isFull {
      throw FormulaError("the formula has more than \(Limits.expandedNodes) operations")
    }
    return builder.expression(new[new.count - 1], symbols: symbols)
  }

  /// True for exponentials that can overflow and that a function bends: where they do, that function's slope
  /// is 0, and 0 times infinity is no derivative.
  private func boundedExponentials(_ coefficients: [[Double]]) -> [Bool] {
    var isBent = [Bool](repeating: false, count: nodes.count)
    for i in stride(from: nodes.count - 1, through: 0, by: -1) {
      switch nodes[i] {
      case .binary(.add, let a, let b), .binary(.subtract, let a, let b),
        .binary(.multiply, let a, let b), .select(_, let a, let b):
        if isBent[i] { (isBent[Int(a)], isBent[Int(b)]) = (true, true) }
      case .unary(.negate, let a): if isBent[i] { isBent[Int(a)] = true }
      default: nodes[i].forEachOperand { isBent[Int($0)] = true }
      }
    }
    for i in nodes.indices where isBent[i] {
      var exponent = Builder()
      let copy = exponent.insert(Expression(nodes: Array(nodes[0...i]), symbols: symbols))
      switch exponent.nodes[Int(copy)] {
      case .unary(.exp, let a):
        isBent[i] = exponent.expression(a, symbols: symbols).overflowsExponential(coefficients)
      case .fused(.expTimes, _, let a, let b):
        let product = exponent.apply(.multiply, a, b)
        isBent[i] = exponent.expression(product, symbols: symbols)
          .overflowsExponential(coefficients)
      default: isBent[i] = false
      }
    }
    return isBent
  }

  private func overflowsExponential(_ coefficients: [[Double]]) -> Bool {
    guard let program = try? Program(outputs: [self]) else { return false }
    return [1.0, 100, 1e4, 1e18].contains { x in
      [-x, x].contains {
        program.evaluate(x: $0, g: $0, u: 0.5, coefficients: coefficients)[0] > 88
      }
    }
  }

  /// The branch on inputs that are kept only where the condition is `side`; as it is where that is not needed.
  private static func guarded(
    _ branch: Int32, unless condition: Int32, _ side: Bool, _ symbols: Symbols,
    _ coefficients: [[Double]], _ builder: inout Builder
  ) -> Int32 {
    let expression = builder.expression(branch, symbols: symbols)
    guard let safe = expression.harmless(coefficients) else { return branch }
    var replaced: [Node: Int32] = [:]
    for variable in [Variable.x, .g] where expression.contains(variable) {
      let (kept, other) = (builder.intern(.variable(variable)), builder.constant(safe))
      replaced[.variable(variable)] =
        side ? builder.select(condition, kept, other) : builder.select(condition, other, kept)
    }
    var new: [Int32] = []
    for node in expression.nodes {
      new.append(replaced[node] ?? builder.intern(node.replacingOperands { new[Int($0)] }))
    }
    return new[new.count - 1]
  }

  /// Nil if value and derivatives are finite wherever inputs are; else an input where they are.
  private func harmless(_ coefficients: [[Double]]) -> Int? {
    var outputs = [self]
    for variable in [Variable.x, .g] where contains(variable) {
      // Of the slopes of silu and its like there is no derivative; they are harmless themselves.
      if let slope = try? derivative(by: variable) { outputs.append(slope) }
    }
    guard outputs.count > 1, let program = try? Program(outputs: outputs) else { return nil }
    func isFinite(_ x: Double) -> Bool {
      program.evaluate(x: x, g: x, u: 0.5, coefficients: coefficients)
        .allSatisfy { $0.magnitude < 1e37 }
    }
    let sizes = [0, 1e-30, 0.5, 1, 10, 100, 1e4, 1e10, 1e18]
    if sizes.allSatisfy({ isFinite($0) && isFinite(-$0) }) { return nil }
    return [0, 1, -1, 2, -2].first { isFinite(Double($0)) }
  }
}
