import CConformance
import Formula

/// Expressions as operations on blocks: common parts once, and a cell of scratch free again after its
/// last use, so that a long formula still fits into the cache.
struct BlockProgram {
  /// Operands are cells.
  enum Operation {
    case fill(Double)
    case unary(conformance_unary_op, Int)
    case binary(conformance_binary_op, Int, Int)
    case select(Int, Int, Int)
  }
  struct Step {
    var operation: Operation
    var cell: Int
  }
  private(set) var steps: [Step] = []
  private(set) var cellCount = 0
  /// The variables; each lies in the cell of its position, which nothing else uses.
  private(set) var variables: [Variable] = []
  /// The cell of each expression's value.
  private(set) var outputs: [Int] = []

  /// Compiles instantiated expressions; throws if one is not.
  init(_ expressions: [Expression]) throws(FormulaError) {
    var nodes: [Node] = []
    var known: [Node: Int32] = [:]
    var roots: [Int32] = []
    for expression in expressions {
      guard expression.isInstantiated else {
        throw FormulaError(
          "only an instantiated expression can be evaluated; call instantiate first")
      }
      var position: [Int32] = []
      for node in expression.nodes {
        let moved = node.replacing { position[Int($0)] }
        if let index = known[moved] {
          position.append(index)
        } else {
          known[moved] = Int32(nodes.count)
          position.append(Int32(nodes.count))
          nodes.append(moved)
        }
      }
      roots.append(position[position.count - 1])
    }
    allocate(nodes, roots)
  }

  /// Gives every node a cell, from its computation to its last use.
  private mutating func allocate(_ nodes: [Node], _ roots: [Int32]) {
    var lastUse = [Int](repeating: -1, count: nodes.count)
    for (i, node) in nodes.enumerated() {
      for operand in node.operands { lastUse[Int(operand)] = i }
    }
    for root in roots { lastUse[Int(root)] = nodes.count }
    for case .variable(let variable) in nodes { variables.append(variable) }
    cellCount = variables.count
    var free: [Int] = []
    var places: [Int] = []
    for (i, node) in nodes.enumerated() {
      func place(_ operand: Int32) -> Int { places[Int(operand)] }
      let operation: Operation
      switch node {
      case .variable(let variable):
        places.append(variables.firstIndex(of: variable)!)
        continue
      case .constant(let c): operation = .fill(c.value)
      case .unary(let f, let a): operation = .unary(f.blockOperation, place(a))
      case .binary(.power, let a, let b) where nodes[Int(b)] == .constant(Constant(2)):
        operation = .binary(CONFORMANCE_MULTIPLY, place(a), place(a))
      case .binary(let op, let a, let b):
        operation = .binary(op.blockOperation, place(a), place(b))
      case .compare(let op, let a, let b):
        operation = .binary(op.blockOperation, place(a), place(b))
      case .select(let c, let a, let b): operation = .select(place(c), place(a), place(b))
      default: continue  // refused above
      }
      // An operand may be overwritten by the last operation that reads it.
      for operand in Set(node.operands) where lastUse[Int(operand)] == i {
        if places[Int(operand)] >= variables.count { free.append(places[Int(operand)]) }
      }
      let cell: Int
      if let last = free.popLast() {
        cell = last
      } else {
        cell = cellCount
        cellCount += 1
      }
      places.append(cell)
      steps.append(Step(operation: operation, cell: cell))
    }
    outputs = roots.map { places[Int($0)] }
  }
}

extension Node {
  /// The positions of the operands of an instantiated expression's node.
  var operands: [Int32] {
    switch self {
    case .unary(_, let a): [a]
    case .binary(_, let a, let b), .compare(_, let a, let b): [a, b]
    case .select(let a, let b, let c): [a, b, c]
    default: []
    }
  }

  /// The same operation on other operands.
  fileprivate func replacing(_ new: (Int32) -> Int32) -> Node {
    switch self {
    case .unary(let f, let a): .unary(f, new(a))
    case .binary(let op, let a, let b): .binary(op, new(a), new(b))
    case .compare(let op, let a, let b): .compare(op, new(a), new(b))
    case .select(let a, let b, let c): .select(new(a), new(b), new(c))
    default: self
    }
  }
}

extension UnaryFunction {
  fileprivate var blockOperation: conformance_unary_op {
    switch self {
    case .negate: CONFORMANCE_NEGATE
    case .exp: CONFORMANCE_EXP
    case .expm1: CONFORMANCE_EXPM1
    case .log: CONFORMANCE_LOG
    case .log1p: CONFORMANCE_LOG1P
    case .tanh: CONFORMANCE_TANH
    case .sinh: CONFORMANCE_SINH
    case .cosh: CONFORMANCE_COSH
    case .sech: CONFORMANCE_SECH
    case .atan: CONFORMANCE_ATAN
    case .asinh: CONFORMANCE_ASINH
    case .erf: CONFORMANCE_ERF
    case .erfc: CONFORMANCE_ERFC
    case .sqrt: CONFORMANCE_SQRT
    case .abs: CONFORMANCE_ABS
    case .sign: CONFORMANCE_SIGN
    case .floor: CONFORMANCE_FLOOR
    case .sin: CONFORMANCE_SIN
    case .cos: CONFORMANCE_COS
    case .sigmoid: CONFORMANCE_SIGMOID
    case .softplus: CONFORMANCE_SOFTPLUS
    }
  }
}

extension BinaryOperator {
  fileprivate var blockOperation: conformance_binary_op {
    switch self {
    case .add: CONFORMANCE_ADD
    case .subtract: CONFORMANCE_SUBTRACT
    case .multiply: CONFORMANCE_MULTIPLY
    case .divide: CONFORMANCE_DIVIDE
    case .power: CONFORMANCE_POWER
    case .minimum: CONFORMANCE_MINIMUM
    case .maximum: CONFORMANCE_MAXIMUM
    }
  }
}

extension Comparison {
  fileprivate var blockOperation: conformance_binary_op {
    switch self {
    case .less: CONFORMANCE_LESS
    case .lessOrEqual: CONFORMANCE_LESS_OR_EQUAL
    case .greater: CONFORMANCE_GREATER
    case .greaterOrEqual: CONFORMANCE_GREATER_OR_EQUAL
    case .equal: CONFORMANCE_EQUAL
    case .notEqual: CONFORMANCE_NOT_EQUAL
    }
  }
}
