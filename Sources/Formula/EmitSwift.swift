// Swift source for PluginKit: a formula over its generic `Number`, whose derivatives the kit makes.

extension Expression {
  /// The formula in Swift over PluginKit's `Number`; nil before `instantiate`.
  ///
  /// - Parameters:
  ///   - type: the name of the generic number type, such as `N`.
  ///   - name: how a variable is called there. Names that are Swift words are quoted here.
  public func swiftSource(type: String, name: @escaping (Variable) -> String) -> EmittedSource? {
    var emitter = swiftEmitter(type: type, fuses: false, [self], name)
    return emitter.emit(self)
  }
}

/// Stable forms in Swift over PluginKit's `Lanes`, with products and sums in one operation.
public func emitSwift(
  _ expressions: [Expression], type: String, name: @escaping (Variable) -> String
) -> EmittedSource? {
  var emitter = swiftEmitter(type: type, fuses: true, expressions, name)
  return emitter.emit(expressions)
}

private func swiftEmitter(
  type: String, fuses: Bool, _ expressions: [Expression], _ name: @escaping (Variable) -> String
) -> Emitter {
  let dialect = Dialect(
    // Typed, so that literals never become integers.
    define: { "let \($0): \(type) = \($1)" },
    number: { swiftNumber($0.value) },
    call: { function, a in
      // The kit has no hyperbolic secant; nothing cancels in its definition.
      function == .sech ? "(1 / cosh(\(a)))" : "\(function.name)(\(a))"
    },
    extremum: { "\($0 ? "max" : "min")(\($1), \($2))" },
    // Defined for positive bases, as a power with a broken exponent is.
    power: { "exp(\($1) * log(\($0)))" },
    select: { condition, a, b in
      // Of two literals the compiler cannot tell the type.
      isLiteral(a) && isLiteral(b)
        ? "select(\(condition), \(type)(\(a)), \(b))" : "select(\(condition), \(a), \(b))"
    },
    fused: { swiftCall($0, $1, type) },
    multiplyAdd: fuses ? { "fma(\($0), \($1), \($2))" } : nil)
  let taken = Set(expressions.flatMap { $0.symbols.parameters.map { $0.name } })
  return Emitter(dialect: dialect, taken: taken, name: { swiftName(name($0)) })
}

/// A stable function as a call of the kit.
func swiftCall(_ function: StableFunction, _ operands: [String], _ type: String) -> String {
  switch function {
  case .silu, .gelu, .mish: "\(function.name)(\(operands[0]))"
  case .siluSlope: "\(type).siluSlope(\(operands[0]))"
  case .geluSlope: "\(type).geluSlope(\(operands[0]))"
  case .mishSlope: "\(type).mishSlope(\(operands[0]))"
  case .expTimes: "exp(\(operands[1]), \(operands[2]), times: \(operands[0]))"
  case .sigmoidTimes: "sigmoid(\(operands[1]), \(operands[2]), times: \(operands[0]))"
  }
}

/// A name as Swift source: quoted where it is a word of the language.
public func swiftName(_ name: String) -> String {
  let words = [
    "Any", "Self", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default",
    "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate",
    "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
    "operator", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static",
    "struct", "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var",
    "where", "while",
  ]
  return words.contains(name) ? "`\(name)`" : name
}

/// The shortest literal that is the same double: whole numbers without a point.
func swiftNumber(_ value: Double) -> String {
  if value.magnitude < 0x1p53, value == value.rounded(.towardZero) { return String(Int(value)) }
  return value.description
}

func isLiteral(_ text: String) -> Bool {
  text.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "e"):
      true
    default: false
    }
  }
}
