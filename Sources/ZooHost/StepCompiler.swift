import CActZoo

#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// Turns stable expressions into steps of a formula program: equal operations are one, registers are used again.
///
/// One compiler takes all expressions of a formula, so that every pass computes a value by the same
/// operations and gets the same bits.
struct StepCompiler {
  /// Where a value comes from.
  private enum Origin {
    /// Its slot, known before registers are.
    case input(Int)
    case constant(Int)
    case coefficient(Int)
    case operation(Operation)
  }

  /// One operation on values; unused operands are -1.
  private struct Operation: Hashable {
    let code: UInt16
    var a: Int32 = -1
    var b: Int32 = -1
    var c: Int32 = -1
    var d: Int32 = -1

    var operands: [Int32] { [a, b, c, d].filter { $0 >= 0 } }

    /// The exponential that several `EXP_TIMES` can share.
    var exponent: Operation? {
      code == ACTZOO_FORMULA_EXP_TIMES.code
        ? Operation(code: ACTZOO_FORMULA_EXP_REDUCED.code, a: b, b: c, c: d) : nil
    }

    /// The slope that belongs to silu, or the other way round: one step gives both, from one exponential.
    var partner: (partner: Operation, isFirst: Bool)? {
      if code == ACTZOO_FORMULA_SILU.code {
        return (Operation(code: ACTZOO_FORMULA_SILU_SLOPE.code, a: a), true)
      }
      if code == ACTZOO_FORMULA_SILU_SLOPE.code {
        return (Operation(code: ACTZOO_FORMULA_SILU.code, a: a), false)
      }
      return nil
    }
  }

  /// A number that programs use: the nearest double and what it lacks, or what an element type's nearest lacks.
  struct Number: Hashable {
    let value: Double
    let rest: Double
    let isLost: Bool

    static func == (a: Number, b: Number) -> Bool {
      a.value.bitPattern == b.value.bitPattern && a.rest == b.rest && a.isLost == b.isLost
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(value.bitPattern)
      hasher.combine(isLost)
    }
  }

  /// The constants, in the order of their slots.
  private(set) var numbers: [Number] = []
  /// Where each parameter's coefficients start, then how many there are.
  private let starts: [Int]

  private var origins: [Origin] = []
  private var isUniform: [Bool] = []
  private var knownOperations: [Operation: Int32] = [:]
  private var knownNumbers: [Number: Int32] = [:]
  private var knownCoefficients: [Int: Int32] = [:]

  /// More operations than this take a program longer than they are worth.
  private static let limit = 20_000

  init(lengths: [Int]) {
    var starts = [0]
    for length in lengths { starts.append(starts[starts.count - 1] + length) }
    self.starts = starts
    for slot in 0..<3 { _ = add(.input(slot), isUniform: false) }
  }

  private mutating func add(_ origin: Origin, isUniform uniform: Bool) -> Int32 {
    origins.append(origin)
    isUniform.append(uniform)
    return Int32(truncatingIfNeeded: origins.count - 1)
  }

  // MARK: Values

  /// The value of an instantiated expression; nil if it is too large, or is none.
  mutating func add(_ expression: Expression) -> Int32? {
    var value = [Int32](repeating: -1, count: expression.nodes.count)
    for (i, node) in expression.nodes.enumerated() {
      switch node {
      case .constant(let c): value[i] = number(c)
      case .variable(.x): value[i] = 0
      case .variable(.g): value[i] = 1
      case .variable(.u): value[i] = 2
      case .variable(.coefficient(let parameter, let index)):
        value[i] = coefficient(starts[parameter] + index)
      case .unary(.softplus, let a):
        guard case .binary(.multiply, let p, let q) = expression.nodes[Int(a)] else {
          value[i] = apply(ACTZOO_FORMULA_SOFTPLUS, value[Int(a)])
          continue
        }
        let product = factors(value[Int(p)], value[Int(q)])
        value[i] = apply(ACTZOO_FORMULA_SOFTPLUS_PRODUCT, product.a, product.b, product.lost)
      case .unary(let f, let a): value[i] = apply(code(f), value[Int(a)])
      case .binary(let op, let a, let b): value[i] = binary(op, a, b, expression.nodes, value)
      case .compare: break  // part of the choice that uses it
      case .select(let condition, let a, let b):
        guard case .compare(let op, let p, let q) = expression.nodes[Int(condition)] else {
          return nil
        }
        value[i] = select(op, value[Int(p)], value[Int(q)], value[Int(a)], value[Int(b)])
      case .fused(let f, let a, let b, let c):
        value[i] = fused(f, value[Int(a)], value[Int(b)], value[Int(c)])
      default: return nil
      }
    }
    return origins.count > StepCompiler.limit ? nil : value[value.count - 1]
  }

  private mutating func number(_ c: Constant, isLost: Bool = false) -> Int32 {
    let number = Number(value: c.value, rest: c.rest, isLost: isLost)
    if let known = knownNumbers[number] { return known }
    let value = add(.constant(numbers.count), isUniform: true)
    numbers.append(number)
    knownNumbers[number] = value
    return value
  }

  private mutating func number(_ integer: Int) -> Int32 { number(Constant(integer)) }

  private mutating func coefficient(_ index: Int) -> Int32 {
    if let known = knownCoefficients[index] { return known }
    let value = add(.coefficient(index), isUniform: true)
    knownCoefficients[index] = value
    return value
  }

  private mutating func apply(_ operation: Operation) -> Int32 {
    if let known = knownOperations[operation] { return known }
    var uniform = true
    for operand in operation.operands where !isUniform[Int(operand)] { uniform = false }
    let value = add(.operation(operation), isUniform: uniform)
    knownOperations[operation] = value
    return value
  }

  private mutating func apply(
    _ code: actzoo_formula_operation, _ a: Int32, _ b: Int32 = -1, _ c: Int32 = -1, _ d: Int32 = -1
  ) -> Int32 {
    apply(Operation(code: code.code, a: a, b: b, c: c, d: d))
  }

  private mutating func binary(
    _ op: BinaryOperator, _ left: Int32, _ right: Int32, _ nodes: [Node], _ value: [Int32]
  ) -> Int32 {
    let (a, b) = (value[Int(left)], value[Int(right)])
    switch op {
    case .add:
      if case .binary(.multiply, let p, let q) = nodes[Int(left)] {
        return apply(ACTZOO_FORMULA_MULTIPLY_ADD, value[Int(p)], value[Int(q)], b)
      }
      if case .binary(.multiply, let p, let q) = nodes[Int(right)] {
        return apply(ACTZOO_FORMULA_MULTIPLY_ADD, value[Int(p)], value[Int(q)], a)
      }
      return apply(ACTZOO_FORMULA_ADD, a, b)
    case .subtract: return apply(ACTZOO_FORMULA_SUBTRACT, a, b)
    case .multiply: return apply(ACTZOO_FORMULA_MULTIPLY, a, b)
    case .divide: return apply(ACTZOO_FORMULA_DIVIDE, a, b)
    case .minimum: return apply(ACTZOO_FORMULA_MINIMUM, a, b)
    case .maximum: return apply(ACTZOO_FORMULA_MAXIMUM, a, b)
    case .power:
      guard case .constant(let c) = nodes[Int(right)] else {
        return apply(ACTZOO_FORMULA_POWER, a, b)
      }
      if c.value == 0.5 { return apply(ACTZOO_FORMULA_SQRT, a) }
      guard c.value == c.value.rounded(.towardZero), (1...16).contains(c.value.magnitude) else {
        return apply(ACTZOO_FORMULA_POWER, a, b)
      }
      let whole = multiplied(a, Int(c.value.magnitude))
      return c.value > 0 ? whole : apply(ACTZOO_FORMULA_DIVIDE, number(1), whole)
    }
  }

  private mutating func multiplied(_ base: Int32, _ exponent: Int) -> Int32 {
    if exponent == 1 { return base }
    let half = multiplied(base, exponent / 2)
    let square = apply(ACTZOO_FORMULA_MULTIPLY, half, half)
    return exponent % 2 == 0 ? square : apply(ACTZOO_FORMULA_MULTIPLY, square, base)
  }

  private mutating func select(
    _ op: Comparison, _ p: Int32, _ q: Int32, _ a: Int32, _ b: Int32
  ) -> Int32 {
    switch op {
    case .less: return apply(ACTZOO_FORMULA_SELECT_LESS, p, q, a, b)
    case .lessOrEqual: return apply(ACTZOO_FORMULA_SELECT_LESS_EQUAL, p, q, a, b)
    case .greater: return apply(ACTZOO_FORMULA_SELECT_LESS, q, p, a, b)
    case .greaterOrEqual: return apply(ACTZOO_FORMULA_SELECT_LESS_EQUAL, q, p, a, b)
    case .equal: return apply(ACTZOO_FORMULA_SELECT_EQUAL, p, q, a, b)
    case .notEqual: return apply(ACTZOO_FORMULA_SELECT_EQUAL, p, q, b, a)
    }
  }

  private mutating func fused(
    _ f: StableFunction, _ first: Int32, _ a: Int32, _ b: Int32
  ) -> Int32 {
    switch f {
    case .silu: return apply(ACTZOO_FORMULA_SILU, first)
    case .siluSlope: return apply(ACTZOO_FORMULA_SILU_SLOPE, first)
    case .gelu: return apply(ACTZOO_FORMULA_GELU, first)
    case .geluSlope: return apply(ACTZOO_FORMULA_GELU_SLOPE, first)
    case .mish: return apply(ACTZOO_FORMULA_MISH, first)
    case .mishSlope: return apply(ACTZOO_FORMULA_MISH_SLOPE, first)
    case .expTimes, .sigmoidTimes:
      let product = factors(a, b)
      let code = f == .expTimes ? ACTZOO_FORMULA_EXP_TIMES : ACTZOO_FORMULA_SIGMOID_TIMES
      return apply(code, first, product.a, product.b, product.lost)
    }
  }

  /// The factors of a product that is not rounded; a constant is the second, with what rounding lost of it.
  private mutating func factors(
    _ first: Int32, _ second: Int32
  ) -> (a: Int32, b: Int32, lost: Int32) {
    for (a, b) in [(first, second), (second, first)] {
      guard case .constant(let index) = origins[Int(b)], !numbers[index].isExactly(1) else {
        continue
      }
      let known = numbers[index]
      let lost = number(Constant(rounded: known.value, rest: known.rest), isLost: true)
      return (a, b, lost)
    }
    return (first, second, number(0))
  }

  private func code(_ f: UnaryFunction) -> actzoo_formula_operation {
    switch f {
    case .negate: ACTZOO_FORMULA_NEGATE
    case .exp: ACTZOO_FORMULA_EXP
    case .expm1: ACTZOO_FORMULA_EXPM1
    case .log: ACTZOO_FORMULA_LOG
    case .log1p: ACTZOO_FORMULA_LOG1P
    case .tanh: ACTZOO_FORMULA_TANH
    case .sinh: ACTZOO_FORMULA_SINH
    case .cosh: ACTZOO_FORMULA_COSH
    case .sech: ACTZOO_FORMULA_SECH
    case .atan: ACTZOO_FORMULA_ATAN
    case .asinh: ACTZOO_FORMULA_ASINH
    case .erf: ACTZOO_FORMULA_ERF
    case .erfc: ACTZOO_FORMULA_ERFC
    case .sqrt: ACTZOO_FORMULA_SQRT
    case .abs: ACTZOO_FORMULA_ABS
    case .sign: ACTZOO_FORMULA_SIGN
    case .floor: ACTZOO_FORMULA_FLOOR
    case .sin: ACTZOO_FORMULA_SIN
    case .cos: ACTZOO_FORMULA_COS
    case .sigmoid: ACTZOO_FORMULA_SIGMOID
    case .softplus: ACTZOO_FORMULA_SOFTPLUS
    }
  }

  // MARK: Passes

  /// The steps of a pass.
  struct Pass {
    var steps: [actzoo_formula_step] = []
    var uniform = 0
    var registers = 0
    var isDirect = false
    /// The slot of each wanted value.
    var slots: [UInt16] = []
  }

  /// One step before registers are chosen: a code, the values it gives and those it takes.
  private struct Draft {
    let code: UInt16
    let results: [Int32]
    let operands: [Int32]
  }

  /// The steps that compute some values; `isDirect` may be set if the first of them is to be stored.
  ///
  /// Nil if slots run out.
  func pass(computing wanted: [Int32], storesFirst: Bool) -> Pass? {
    let (drafts, uniform) = ordered(drafts(wanted))
    let fixed = 3 + numbers.count + starts[starts.count - 1]
    var slot = [Int](repeating: -1, count: origins.count + 2 * drafts.count)
    for (value, origin) in origins.enumerated() {
      switch origin {
      case .input(let index): slot[value] = index
      case .constant(let index): slot[value] = 3 + index
      case .coefficient(let index): slot[value] = 3 + numbers.count + index
      case .operation: break
      }
    }
    var lastUse = [Int](repeating: -1, count: slot.count)
    for (at, draft) in drafts.enumerated() {
      for operand in draft.operands { lastUse[Int(operand)] = at }
    }
    for value in wanted { lastUse[Int(value)] = drafts.count }
    var pass = Pass()
    if storesFirst, uniform < drafts.count, let last = drafts.last, last.results == [wanted[0]] {
      pass.isDirect = true
    }
    var free: [Int] = []
    for (at, draft) in drafts.enumerated() {
      var released: [Int] = []
      if at >= uniform {
        for operand in draft.operands
        where lastUse[Int(operand)] == at && slot[Int(operand)] >= fixed {
          // What coefficients alone give is computed once for many blocks.
          if operand < isUniform.count, isUniform[Int(operand)] { continue }
          lastUse[Int(operand)] = -1
          released.append(slot[Int(operand)])
        }
      }
      // A step may write where it reads: each vector is read before it is written.
      let isStored = pass.isDirect && at == drafts.count - 1
      if !isStored { free += released }
      var step = actzoo_formula_step()
      step.operation = draft.code
      step.result = (UInt16(ACTZOO_FORMULA_NONE), UInt16(ACTZOO_FORMULA_NONE))
      var results: [Int] = []
      for result in draft.results {
        if isStored || at < uniform || free.isEmpty {
          slot[Int(result)] = fixed + pass.registers
          pass.registers += 1
        } else {
          slot[Int(result)] = free.removeLast()
        }
        results.append(slot[Int(result)])
      }
      // A second result that nobody uses goes into a register all the same.
      for result in draft.results where lastUse[Int(result)] < 0 && at >= uniform {
        free.append(slot[Int(result)])
      }
      guard fixed + pass.registers < Int(ACTZOO_FORMULA_NONE) else { return nil }
      step.result.0 = UInt16(results[0])
      if results.count > 1 { step.result.1 = UInt16(results[1]) }
      let operands = draft.operands.map { UInt16(slot[Int($0)]) }
      step.operand = (
        operands[0], operands.count > 1 ? operands[1] : 0, operands.count > 2 ? operands[2] : 0,
        operands.count > 3 ? operands[3] : 0
      )
      pass.steps.append(step)
    }
    pass.uniform = uniform
    pass.slots = wanted.map { UInt16(slot[Int($0)]) }
    return pass
  }

  /// The operations that some values need, operands first; those that share their work as one.
  private func drafts(_ wanted: [Int32]) -> [Draft] {
    var isNeeded = [Bool](repeating: false, count: origins.count)
    for value in wanted { isNeeded[Int(value)] = true }
    var exponents: [Operation: Int] = [:]
    for value in stride(from: origins.count - 1, through: 0, by: -1) where isNeeded[value] {
      guard case .operation(let operation) = origins[value] else { continue }
      for operand in operation.operands { isNeeded[Int(operand)] = true }
      if !isUniform[value], let shared = operation.exponent { exponents[shared, default: 0] += 1 }
    }
    var drafts: [Draft] = []
    var isDone = [Bool](repeating: false, count: origins.count)
    var reduced: [Operation: (Int32, Int32)] = [:]
    var extra = Int32(truncatingIfNeeded: origins.count)
    for value in 0..<origins.count where isNeeded[value] && !isDone[value] {
      guard case .operation(let operation) = origins[value] else { continue }
      let result = Int32(truncatingIfNeeded: value)
      if let pair = operation.partner, let other = knownOperations[pair.partner],
        isNeeded[Int(other)]
      {
        let results = pair.isFirst ? [result, other] : [other, result]
        isDone[Int(other)] = true
        drafts.append(
          Draft(code: ACTZOO_FORMULA_SILU_BOTH.code, results: results, operands: [operation.a]))
      } else if !isUniform[value], let shared = operation.exponent,
        exponents[shared, default: 0] > 1
      {
        if reduced[shared] == nil {
          drafts.append(
            Draft(code: shared.code, results: [extra, extra + 1], operands: shared.operands))
          reduced[shared] = (extra, extra + 1)
          extra += 2
        }
        let (k, m) = reduced[shared] ?? (extra, extra)
        drafts.append(
          Draft(
            code: ACTZOO_FORMULA_EXP_SCALED.code, results: [result], operands: [operation.a, k, m]))
      } else {
        drafts.append(
          Draft(code: operation.code, results: [result], operands: operation.operands))
      }
    }
    return drafts
  }

  /// Steps whose values depend on coefficients alone come first; how many those are.
  private func ordered(_ drafts: [Draft]) -> ([Draft], Int) {
    func isUniform(_ draft: Draft) -> Bool {
      // Shared exponents, which are values beyond those, are not.
      draft.results.allSatisfy { $0 < origins.count && self.isUniform[Int($0)] }
    }
    let first = drafts.filter(isUniform)
    return (first + drafts.filter { !isUniform($0) }, first.count)
  }
}

extension StepCompiler.Number {
  fileprivate func isExactly(_ other: Double) -> Bool { value == other && rest == 0 && !isLost }
}

extension actzoo_formula_operation {
  fileprivate var code: UInt16 { UInt16(rawValue) }
}
