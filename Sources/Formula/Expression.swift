/// The names that an expression was written with; printing and expanding need them.
public struct Symbols: Sendable {
  /// A parameter as formulas see it.
  public struct Parameter: Sendable {
    /// Its name.
    public let name: String
    /// Its number of coefficients over the counts; nil for a scalar.
    public let length: Expression?
  }
  /// Names of the counts, in the order of the descriptor.
  public private(set) var counts: [String] = []
  /// The parameters, in the order of the descriptor.
  public private(set) var parameters: [Parameter] = []
  /// What each name is: a formula may use thousands of names thousands of times.
  private var meanings: [String: Meaning] = [:]

  enum Meaning {
    /// Its position among the counts.
    case count(Int)
    /// Its position among the parameters.
    case parameter(Int)
  }

  /// Names of scalars only.
  public init(scalars: [String] = []) {
    for name in scalars { addParameter(name, length: nil) }
  }

  /// The first that was declared with this name.
  func meaning(of name: String) -> Meaning? { meanings[name] }

  mutating func addCount(_ name: String) {
    if meanings[name] == nil { meanings[name] = .count(counts.count) }
    counts.append(name)
  }

  mutating func addParameter(_ name: String, length: Expression?) {
    if meanings[name] == nil { meanings[name] = .parameter(parameters.count) }
    parameters.append(Parameter(name: name, length: length))
  }
}

/// A formula as a graph of operations, each stored once however often it is used.
///
/// `nodes` are in an order in which operands come before their users, and the last node is the whole
/// expression; so every pass is a loop, and no formula can overflow the stack. A value: copies share.
public struct Expression: Sendable {
  /// The operations, at least one; operands first, the root last.
  public let nodes: [Node]
  /// Names for printing.
  public let symbols: Symbols

  init(nodes: [Node], symbols: Symbols) {
    self.nodes = nodes
    self.symbols = symbols
  }

  /// The operation that gives the expression's value.
  public var root: Node { nodes[nodes.count - 1] }

  /// The expression's number, if it is nothing but a number.
  public var constant: Constant? {
    if case .constant(let c) = root { return c }
    return nil
  }

  /// True if the formula contains the variable; before `instantiate`, a coefficient chosen by a sum's
  /// variable is not seen.
  public func contains(_ variable: Variable) -> Bool { nodes.contains(.variable(variable)) }

  /// True if counts, sums, `poly` and `interp` are gone, so that it can be differentiated and compiled.
  public var isInstantiated: Bool {
    nodes.allSatisfy { node in
      switch node {
      case .constant, .variable, .unary, .binary, .compare, .select, .fused: true
      default: false
      }
    }
  }
}

extension Expression: Equatable {
  /// Same operations on the same operands; numbers are compared by the bits of their doubles.
  public static func == (a: Expression, b: Expression) -> Bool {
    var builder = Builder(limit: a.nodes.count + b.nodes.count)
    let first = builder.insert(a, keepingFractions: false)
    let second = builder.insert(b, keepingFractions: false)
    return first == second
  }
}
