// C source: formulas and their symbolic derivatives over <math.h>.

/// The type that C code computes in: one that has more digits than the elements, so that their rounding at
/// the end is the only error that counts.
public enum CNumber: String, Sendable, CaseIterable {
  /// For elements that are `float`.
  case double = "double"
  /// For elements that are `double`.
  case longDouble = "long double"

  /// What <math.h> and this file add to the names of functions.
  public var suffix: String { self == .double ? "" : "l" }

  /// A literal; more digits than a double has where the number is known so well.
  fileprivate func literal(_ number: Constant) -> String {
    let value = number.value
    let mark = self == .double ? "" : "L"
    if value.magnitude < 0x1p53, value == value.rounded(.towardZero) {
      return "\(Int(value)).0\(mark)"
    }
    let decimal = value.description
    if self == .double { return decimal }
    if number.isExact {
      let digits = Array(decimal.utf8)
      if let read = Constant(decimal: digits[...]), read == number { return decimal + mark }
      return "(\(number.numerator).0L / \(number.denominator).0L)"
    }
    // Decimals of a double are not the double: in hexadecimal they are.
    let exact = "0x" + hexadecimal(value) + mark
    guard number.rest != 0 else { return exact }
    return number.rest < 0
      ? "(\(exact) - \((-number.rest).description)L)" : "(\(exact) + \(number.rest.description)L)"
  }
}

/// "1.8p+1" for 3, a normal number that is not negative.
private func hexadecimal(_ value: Double) -> String {
  let bits = value.significandBitPattern
  let digits = String(bits, radix: 16)
  let padded = String(repeating: "0", count: 13 - digits.utf8.count) + digits
  return "1.\(padded)p\(value.exponent < 0 ? "" : "+")\(value.exponent)"
}

/// Formulas in C99; nil before `instantiate`.
///
/// `cHelpers` defines what they call and <math.h> lacks.
///
/// - Parameter name: how a variable is called there. Names that are C words get an underscore.
public func emitC(
  _ expressions: [Expression], _ type: CNumber = .double, name: @escaping (Variable) -> String
) -> EmittedSource? {
  let suffix = type.suffix
  let dialect = Dialect(
    define: { "const \(type.rawValue) \($0) = \($1);" },
    number: type.literal,
    call: { function, a in
      function == .abs ? "fabs\(suffix)(\(a))" : "\(function.name)\(suffix)(\(a))"
    },
    extremum: { "\($0 ? "maximum" : "minimum")\(suffix)(\($1), \($2))" },
    power: { "pow\(suffix)(\($0), \($1))" },
    select: { "(\($0) ? \($1) : \($2))" },
    fused: { "\($0.name)\(suffix)(\($1.joined(separator: ", ")))" })
  let taken = Set(expressions.flatMap { $0.symbols.parameters.map { $0.name } })
  var emitter = Emitter(dialect: dialect, taken: taken, name: { cName(name($0)) })
  return emitter.emit(expressions)
}

extension Expression {
  /// The formula in C99 over doubles; nil before `instantiate`.
  public func cSource(name: @escaping (Variable) -> String) -> EmittedSource? {
    emitC([self], name: name)
  }
}

/// A name as C source: with an underscore where it is a word of C or C++, or a function of emitted code.
public func cName(_ name: String) -> String {
  let words = [
    "asm", "auto", "bool", "break", "case", "char", "class", "const", "continue", "default",
    "delete", "do", "double", "else", "enum", "extern", "false", "float", "for", "goto", "if",
    "inline", "int", "long", "main", "new", "private", "public", "register", "restrict", "return",
    "short", "signed", "sizeof", "static", "struct", "switch", "this", "true", "try", "typedef",
    "union", "unsigned", "void", "volatile", "while",
  ]
  let functions =
    UnaryFunction.allCases.map { $0.name }
    + ["maximum", "minimum", "pow", "fabs", "isnan", "isinf", "signbit", "copysign"]
  let isTaken = words.contains(name) || functions.contains { name == $0 || name == $0 + "l" }
  return isTaken ? "\(name)_" : name
}

/// Definitions of the functions that emitted C code calls beside <math.h>'s, in the order needed.
public func cHelpers(_ functions: [String], _ type: CNumber = .double) -> [String] {
  let (real, l) = (type.rawValue, type.suffix)
  let known: [(name: String, text: String)] = [
    (
      "max",
      """
      /* The larger; NaN if either is NaN, and -0 is below +0. */
      static \(real) maximum\(l)(\(real) a, \(real) b) {
        if (isnan(a) || isnan(b)) return a + b;
        return a > b || (a == b && !signbit(a)) ? a : b;
      }
      """
    ),
    (
      "min",
      """
      /* The smaller; NaN if either is NaN, and -0 is below +0. */
      static \(real) minimum\(l)(\(real) a, \(real) b) {
        if (isnan(a) || isnan(b)) return a + b;
        return a < b || (a == b && signbit(a)) ? a : b;
      }
      """
    ),
    (
      "sign",
      """
      /* -1, 0 or 1; NaN stays NaN. */
      static \(real) sign\(l)(\(real) x) { return isnan(x) ? x : (\(real))((x > 0) - (x < 0)); }
      """
    ),
    (
      "sech",
      """
      /* 1 / cosh(x) without overflow. */
      static \(real) sech\(l)(\(real) x) {
        const \(real) e = exp\(l)(-fabs\(l)(x));
        return 2 * e / (1 + e * e);
      }
      """
    ),
    (
      "sigmoid",
      """
      /* 1 / (1 + exp(-x)) without overflow. */
      static \(real) sigmoid\(l)(\(real) x) {
        const \(real) e = exp\(l)(-fabs\(l)(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
      }
      """
    ),
    (
      "softplus",
      """
      /* log(1 + exp(x)) without overflow. */
      static \(real) softplus\(l)(\(real) x) { return log1p\(l)(exp\(l)(-fabs\(l)(x))) + (x > 0 ? x : 0); }
      """
    ),
  ]
  return known.filter { functions.contains($0.name) }.map { $0.text }
}
