extension Expression {
  /// Puts numbers in place of counts and writes out `sum`, `poly` and `interp`.
  ///
  /// What remains is made of constants, x, g, u and coefficients. `counts` are the values of the
  /// descriptor's counts in their order. Throws if an index leaves a parameter, a bound of a sum is not
  /// an integer, or the result is larger than `Limits` allow.
  public func instantiate(counts: [Int] = []) throws(FormulaError) -> Expression {
    // What a count can never be would overflow the arithmetic of exact numbers.
    guard counts.allSatisfy({ $0.magnitude <= Limits.count }) else {
      throw FormulaError("a count must be from 1 to \(Limits.count)")
    }
    var budget = Budget(Limits.expansionSteps)
    return try instantiate(counts: counts, spending: &budget)
  }

  /// The same on a budget; `index` is the value of `k` in an initial value.
  func instantiate(
    counts: [Int], index: Int? = nil, spending budget: inout Budget
  ) throws(FormulaError) -> Expression {
    // A formula may cost no more while its text is read than it may later by itself.
    var own = budget.part(Limits.expansionSteps)
    defer { budget.settle(own) }
    let lengths = try lengths(counts: counts, spending: &own)
    var expansion = Expansion(source: self, counts: counts, lengths: lengths, budget: own)
    defer { own = expansion.budget }
    if let index { expansion.indices[0] = index }
    let root = try expansion.expand(to: nodes.count - 1)
    if expansion.builder.isFull {
      throw FormulaError(
        "the formula has more than \(Limits.expandedNodes) operations once its sums are written out; "
          + "choose smaller counts")
    }
    return expansion.builder.expression(root, symbols: symbols)
  }

  /// The numbers of coefficients of all parameters; 0 where a length does not come out as an integer.
  private func lengths(
    counts: [Int], spending budget: inout Budget
  ) throws(FormulaError) -> [Int] {
    guard counts.count == symbols.counts.count else {
      throw FormulaError(
        "\(counts.count) counts were given, the formula has \(symbols.counts.count)")
    }
    var lengths: [Int] = []
    for parameter in symbols.parameters {
      // A length depends on counts alone; symbols of a length have no parameters, so this ends.
      guard let length = parameter.length else {
        lengths.append(1)
        continue
      }
      lengths.append(length.integer(counts: counts, spending: &budget) ?? 0)
    }
    return lengths
  }

  /// The value of an expression of numbers, counts and `k`, as an integer; nil if it is not one.
  func integer(counts: [Int], spending budget: inout Budget) -> Int? {
    guard let value = number(counts: counts, spending: &budget), value.magnitude < 0x1p53,
      value == value.rounded()
    else { return nil }
    return Int(value)
  }

  /// The value of an expression of numbers, counts and `k`, the coefficient's index.
  ///
  /// Nil if it has other names or cannot be expanded; it may be infinite or NaN.
  func number(counts: [Int], index: Int? = nil, spending budget: inout Budget) -> Double? {
    guard let expanded = try? instantiate(counts: counts, index: index, spending: &budget)
    else { return nil }
    if let constant = expanded.constant { return constant.value }
    guard !expanded.nodes.contains(where: { if case .variable = $0 { true } else { false } }),
      let program = try? Program(outputs: [expanded])
    else { return nil }
    return program.evaluate(x: 0)[0]
  }
}

/// One run of `instantiate`.
private struct Expansion {
  let source: Expression
  let counts: [Int]
  let lengths: [Int]
  var budget: Budget
  var builder = Builder()
  var indices = [Int?](repeating: nil, count: Limits.sumDepth + 1)

  /// Expands the nodes that `root` uses with the present values of the sums' variables.
  mutating func expand(to root: Int) throws(FormulaError) -> Int32 {
    let nodes = source.nodes
    var isUsed = [Bool](repeating: false, count: root + 1)
    isUsed[root] = true
    for i in stride(from: root, through: 0, by: -1) where isUsed[i] {
      if case .sum(_, let lower, let upper, _) = nodes[i] {
        // The body is expanded once for each value, by `sum` below.
        isUsed[Int(lower)] = true
        isUsed[Int(upper)] = true
      } else {
        nodes[i].forEachOperand { isUsed[Int($0)] = true }
      }
    }
    try budget.spend(root + 8)
    var new = [Int32](repeating: 0, count: root + 1)
    for i in 0...root where isUsed[i] {
      switch nodes[i] {
      case .variable(.coefficient(let parameter, let index)):
        new[i] = try coefficient(parameter, index)
      case .constant, .variable: new[i] = builder.intern(nodes[i])
      case .unary(let f, let a): new[i] = builder.apply(f, new[Int(a)])
      case .binary(let op, let a, let b): new[i] = builder.apply(op, new[Int(a)], new[Int(b)])
      case .compare(let op, let a, let b): new[i] = builder.compare(op, new[Int(a)], new[Int(b)])
      case .select(let c, let a, let b):
        new[i] = builder.select(new[Int(c)], new[Int(a)], new[Int(b)])
      case .fused: new[i] = builder.intern(nodes[i].replacingOperands { new[Int($0)] })
      case .count(let which): new[i] = builder.constant(counts[Int(which)])
      case .index(let level):
        guard let value = indices[Int(level)] else {
          throw FormulaError("the variable of a sum is used outside of it")
        }
        new[i] = builder.constant(value)
      case .element(let parameter, let index):
        let position = try integer(new[Int(index)], "the index of a coefficient")
        new[i] = try coefficient(Int(parameter), position)
      case .sum(let level, let lower, let upper, let body):
        let from = try integer(new[Int(lower)], "the lower bound of a sum")
        let through = try integer(new[Int(upper)], "the upper bound of a sum")
        new[i] = try sum(Int(level), from, through, Int(body))
      case .polynomial(let parameter, let x):
        new[i] = try polynomial(Int(parameter), new[Int(x)])
      case .interpolation(let table, let x, let lower, let upper):
        new[i] = try interpolation(Int(table), new[Int(x)], new[Int(lower)], new[Int(upper)])
      }
    }
    return new[root]
  }

  private func integer(_ index: Int32, _ what: String) throws(FormulaError) -> Int {
    guard let value = builder.number(index)?.value, value == value.rounded(),
      value.magnitude <= Double(1 << 31)
    else { throw FormulaError("\(what) must come out as an integer") }
    return Int(value)
  }

  private mutating func coefficient(_ parameter: Int, _ index: Int) throws(FormulaError) -> Int32 {
    guard index >= 0, index < lengths[parameter] else {
      let name = source.symbols.parameters[parameter].name
      throw FormulaError(
        "'\(name)[\(index)]' does not exist: \(name) has \(lengths[parameter]) coefficients, "
          + "\(name)[0] to \(name)[\(lengths[parameter] - 1)]")
    }
    return builder.intern(.variable(.coefficient(parameter: parameter, index: index)))
  }

  /// Terms are added from the first to the last; an empty sum is 0.
  private mutating func sum(
    _ level: Int, _ lower: Int, _ upper: Int, _ body: Int
  ) throws(FormulaError) -> Int32 {
    guard lower <= upper else { return builder.constant(0) }
    var total: Int32?
    for value in lower...upper {
      indices[level] = value
      let term = try expand(to: body)
      total = total.map { builder.apply(.add, $0, term) } ?? term
      if builder.isFull { break }
    }
    indices[level] = nil
    return total ?? builder.constant(0)
  }

  /// Horner's rule: a[0] + x*(a[1] + x*(a[2] + ...)).
  private mutating func polynomial(_ parameter: Int, _ x: Int32) throws(FormulaError) -> Int32 {
    try budget.spend(4 * lengths[parameter])
    var value = try coefficient(parameter, lengths[parameter] - 1)
    for index in stride(from: lengths[parameter] - 2, through: 0, by: -1) {
      let a = try coefficient(parameter, index)
      value = builder.apply(.add, a, builder.apply(.multiply, x, value))
    }
    return value
  }

  /// A binary tree of choices over the N = length - 1 pieces of t = (x - lower)*N/(upper - lower).
  ///
  /// Piece i is table[i] + (table[i+1] - table[i])*(t - i) for i <= t < i + 1. The first and the last
  /// piece go on outside of the interval.
  private mutating func interpolation(
    _ table: Int, _ x: Int32, _ lower: Int32, _ upper: Int32
  ) throws(FormulaError) -> Int32 {
    let pieces = lengths[table] - 1
    guard pieces >= 1 else {
      throw FormulaError(
        "interp needs at least 2 coefficients, "
          + "'\(source.symbols.parameters[table].name)' has \(lengths[table])")
    }
    try budget.spend(12 * pieces)
    let width = builder.apply(.subtract, upper, lower)
    let scaled = builder.apply(
      .multiply, builder.apply(.subtract, x, lower), builder.constant(pieces))
    let t = builder.apply(.divide, scaled, width)
    var level: [Int32] = []
    for i in 0..<pieces {
      let left = try coefficient(table, i)
      let rise = builder.apply(.subtract, try coefficient(table, i + 1), left)
      let along = builder.apply(.subtract, t, builder.constant(i))
      level.append(builder.apply(.add, left, builder.apply(.multiply, rise, along)))
    }
    var span = 1  // pieces below one entry of `level`
    while level.count > 1 {
      var above: [Int32] = []
      for i in stride(from: 0, to: level.count, by: 2) {
        if i + 1 == level.count {
          above.append(level[i])
        } else {
          let isLeft = builder.compare(.less, t, builder.constant((i + 1) * span))
          above.append(builder.select(isLeft, level[i], level[i + 1]))
        }
      }
      level = above
      span *= 2
    }
    return level[0]
  }
}
