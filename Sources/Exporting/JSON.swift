/// A JSON value with its keys in the order of writing, so that output is stable.
public enum JSON {
  /// Nothing.
  case null
  /// true or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number.
  case number(Double)
  /// A number that is rounded to fewer digits.
  case float(Float)
  /// A text.
  case string(String)
  /// Values in order.
  case array([JSON])
  /// Members in order.
  case object([(String, JSON)])

  /// Numbers are the shortest decimals that give the same bits; "nan", "inf", "-inf" are strings,
  /// since JSON has no words for them.
  public var text: String { render(indent: 0) }

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
      if items.allSatisfy({ $0.isScalar }) {
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

  /// A list of texts.
  public static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
  /// A list of numbers.
  public static func numbers(_ values: [Double]) -> JSON { .array(values.map { .number($0) }) }
}
