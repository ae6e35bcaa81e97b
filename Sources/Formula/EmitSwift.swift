// Swift source for PluginKit: a formula over its generic `Number`, whose derivatives the kit makes.

extension Expression {
  /// The formula in Swift over PluginKit's `Number`; nil before `instantiate`.
  ///
  /// - Parameters:
  ///   - type: the name of the generic number type, such as `N`.
  ///   - name: how a variable is called there. Names that are Swift words are quoted here.
  public func swiftSource(type: String, name: @escaping (Variable) -> String) -> EmittedSource? {
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
      })
    var emitter = Emitter(
      dialect: dialect, taken: Set(symbols.parameters.map { $0.name }),
      name: { swiftName(name($0)) })
    return emitter.emit(self)
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

private func isLiteral(_ text: String) -> Bool {
  text.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "e"):
      true
    default: false
    }
  }
}
