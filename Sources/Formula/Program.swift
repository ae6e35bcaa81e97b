/// Expressions as a flat list of operations on doubles, evaluated without allocation.
///
/// Several outputs share their common parts: value, derivative and all parameter gradients cost little
/// more than the value alone. Both branches of a choice are computed and one is taken, so that what
/// the other came to (a NaN, an infinity) never shows. Immutable: any number of threads may run it,
/// each with its own scratch.
public struct Program: Sendable {
  /// Doubles of scratch that `run` needs.
  public let scratchCount: Int
  /// Number of outputs.
  public let outputCount: Int
  private let steps: [Step]
  private let outputs: [Int32]

  /// Compiles instantiated expressions; throws if one is not, or together they exceed `Limits`.
  public init(outputs expressions: [Expression]) throws(FormulaError) {
    var builder = Builder()
    var roots: [Int32] = []
    for expression in expressions {
      guard expression.isInstantiated else {
        throw FormulaError(
          "only an instantiated expression can be compiled; call instantiate first")
      }
      roots.append(builder.insert(expression))
    }
    if builder.isFull {
      throw FormulaError(
        "the expressions have more than \(Limits.expandedNodes) operations together")
    }
    steps = builder.nodes.map(Step.init)
    outputs = roots
    scratchCount = max(steps.count, 1)
    outputCount = roots.count
  }

  /// Evaluates all outputs at one point.
  ///
  /// - Parameters:
  ///   - coefficients: for each parameter of the descriptor, in order, its coefficients; may be nil if
  ///     the expressions use none.
  ///   - scratch: `scratchCount` doubles, overwritten.
  ///   - results: `outputCount` doubles, overwritten.
  public func run(
    x: Double, g: Double = 0, u: Double = 0,
    coefficients: UnsafePointer<UnsafePointer<Double>>?,
    scratch: UnsafeMutablePointer<Double>, into results: UnsafeMutablePointer<Double>
  ) {
    steps.withUnsafeBufferPointer { steps in
      for i in 0..<steps.count {
        let step = steps[i]
        let value: Double
        switch step.kind {
        case .constant: value = step.constant
        case .x: value = x
        case .g: value = g
        case .u: value = u
        case .coefficient: value = coefficients.unsafelyUnwrapped[Int(step.a)][Int(step.b)]
        case .unary(let f): value = f(scratch[Int(step.a)])
        case .binary(let op): value = op(scratch[Int(step.a)], scratch[Int(step.b)])
        case .compare(let op): value = op(scratch[Int(step.a)], scratch[Int(step.b)]) ? 1 : 0
        case .select: value = scratch[Int(scratch[Int(step.a)] != 0 ? step.b : step.c)]
        case .fused(let f):
          value = f(scratch[Int(step.a)], scratch[Int(step.b)], scratch[Int(step.c)])
        }
        scratch[i] = value
      }
    }
    for (i, output) in outputs.enumerated() { results[i] = scratch[Int(output)] }
  }

  /// Evaluates all outputs at one point into a new array; for printing and tests.
  ///
  /// `coefficients` holds an array for each parameter of the descriptor, in order. What is missing is
  /// taken as 0.
  public func evaluate(
    x: Double, g: Double = 0, u: Double = 0, coefficients: [[Double]] = []
  ) -> [Double] {
    var lengths = [Int](repeating: 0, count: coefficients.count)
    for step in steps {
      guard case .coefficient = step.kind else { continue }
      while lengths.count <= Int(step.a) { lengths.append(0) }
      lengths[Int(step.a)] = max(lengths[Int(step.a)], Int(step.b) + 1)
    }
    var flat: [Double] = []
    var offsets: [Int] = []
    for (parameter, length) in lengths.enumerated() {
      offsets.append(flat.count)
      let given = parameter < coefficients.count ? coefficients[parameter] : []
      for i in 0..<max(length, 1) { flat.append(i < given.count ? given[i] : 0) }
    }
    var scratch = [Double](repeating: 0, count: scratchCount)
    var results = [Double](repeating: 0, count: outputCount)
    flat.withUnsafeBufferPointer { flat in
      var pointers: [UnsafePointer<Double>] = []
      if let base = flat.baseAddress { for offset in offsets { pointers.append(base + offset) } }
      run(x: x, g: g, u: u, coefficients: pointers, scratch: &scratch, into: &results)
    }
    return results
  }
}

/// One operation; its result goes to the scratch cell of its own position.
private struct Step: Sendable {
  enum Kind: Sendable {
    case constant, x, g, u, coefficient
    case unary(UnaryFunction)
    case binary(BinaryOperator)
    case compare(Comparison)
    case select
    case fused(StableFunction)
  }
  var kind = Kind.constant
  var a: Int32 = 0
  var b: Int32 = 0
  var c: Int32 = 0
  var constant = 0.0

  init(_ node: Node) {
    switch node {
    case .constant(let value): constant = value.value
    case .variable(.x): kind = .x
    case .variable(.g): kind = .g
    case .variable(.u): kind = .u
    case .variable(.coefficient(let parameter, let index)):
      kind = .coefficient
      a = Int32(truncatingIfNeeded: parameter)
      b = Int32(truncatingIfNeeded: index)
    case .unary(let f, let operand):
      kind = .unary(f)
      a = operand
    case .binary(let op, let left, let right):
      kind = .binary(op)
      (a, b) = (left, right)
    case .compare(let op, let left, let right):
      kind = .compare(op)
      (a, b) = (left, right)
    case .select(let condition, let yes, let no):
      kind = .select
      (a, b, c) = (condition, yes, no)
    case .fused(let f, let first, let second, let third):
      kind = .fused(f)
      (a, b, c) = (first, second, third)
    case .count, .index, .element, .sum, .polynomial, .interpolation:
      break  // `init(outputs:)` has refused them
    }
  }
}
