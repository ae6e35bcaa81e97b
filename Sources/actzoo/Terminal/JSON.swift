/// A JSON value with its keys in the order of writing, so that output is stable.
enum JSON {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case float(Float)
  case string(String)
  case array([JSON])
  case object([(String, JSON)])

  /// Numbers are the shortest decimals that give the same bits; "nan", "inf", "-inf" are strings,
  /// since JSON has no words for them.
  var text: String { render(indent: 0) }

  private func render(indent: Int) -> String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return Self.decimal(value)
    case .float(let value): return Self.decimal(value)
    case .string(let value): return Self.quoted(value)
    case .array(let items):
      if items.isEmpty { return "[]" }
      if items.allSatisfy(\.isScalar) {
        return "[" + items.map { $0.render(indent: 0) }.joined(separator: ", ") + "]"
      }
      return Self.block("[", "]", items.map { $0.render(indent: indent + 2) }, indent)
    case .object(let members):
      if members.isEmpty { return "{}" }
      let lines = members.map { Self.quoted($0.0) + ": " + $0.1.render(indent: indent + 2) }
      return Self.block("{", "}", lines, indent)
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private static func block(_ open: String, _ close: String, _ lines: [String], _ indent: Int)
    -> String
  {
    let margin = String(repeating: " ", count: indent)
    return open + "\n" + lines.map { margin + "  " + $0 }.joined(separator: ",\n") + "\n" + margin
      + close
  }

  private static func decimal<F: BinaryFloatingPoint & CustomStringConvertible>(_ value: F)
    -> String
  {
    if value.isNaN { return "\"nan\"" }
    return value.isInfinite ? (value < 0 ? "\"-inf\"" : "\"inf\"") : value.description
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\u{0}"..<" ":
        let hex = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
  static func numbers(_ values: [Double]) -> JSON { .array(values.map { .number($0) }) }
}
