/// The functions that a formula can call.
struct Function {
  enum Meaning {
    case unary(UnaryFunction)
    case binary(BinaryOperator)
    case clamp, relu, silu, gelu
    case sum, polynomial, interpolation
  }
  let name: String
  let meaning: Meaning
  let arity: Int
  /// How it is written, for messages.
  let usage: String

  static let all: [Function] = {
    var all: [Function] = []
    for f in UnaryFunction.allCases where f != .negate {
      all.append(Function(name: f.name, meaning: .unary(f), arity: 1, usage: "\(f.name)(x)"))
    }
    return all + [
      Function(name: "min", meaning: .binary(.minimum), arity: 2, usage: "min(a, b)"),
      Function(name: "max", meaning: .binary(.maximum), arity: 2, usage: "max(a, b)"),
      Function(name: "clamp", meaning: .clamp, arity: 3, usage: "clamp(x, lo, hi)"),
      Function(name: "relu", meaning: .relu, arity: 1, usage: "relu(x)"),
      Function(name: "silu", meaning: .silu, arity: 1, usage: "silu(x)"),
      Function(name: "gelu", meaning: .gelu, arity: 1, usage: "gelu(x)"),
      Function(name: "sum", meaning: .sum, arity: 4, usage: "sum(k, lo, hi, e)"),
      Function(name: "poly", meaning: .polynomial, arity: 2, usage: "poly(a, x)"),
      Function(name: "interp", meaning: .interpolation, arity: 4, usage: "interp(a, x, lo, hi)"),
    ]
  }()

  static func named(_ name: String) -> Function? { all.first { $0.name == name } }
}
