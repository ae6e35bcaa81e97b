// C source in double: a formula or one of its symbolic derivatives, over <math.h>.

extension Expression {
  /// The formula in C99 over doubles; nil before `instantiate`.
  ///
  /// `cHelpers` defines what it calls and <math.h> lacks.
  ///
  /// - Parameter name: how a variable is called there. Names that are C words get an underscore.
  public func cSource(name: @escaping (Variable) -> String) -> EmittedSource? {
    let dialect = Dialect(
      define: { "const double \($0) = \($1);" },
      number: { value in
        value.magnitude < 0x1p53 && value == value.rounded(.towardZero)
          ? "\(Int(value)).0" : value.description
      },
      call: { function, a in
        switch function {
        case .abs: "fabs(\(a))"
        case .sech: "(1.0 / cosh(\(a)))"
        default: "\(function.name)(\(a))"
        }
      },
      extremum: { "\($0 ? "maximum" : "minimum")(\($1), \($2))" },
      power: { "pow(\($0), \($1))" },
      select: { "(\($0) ? \($1) : \($2))" })
    var emitter = Emitter(
      dialect: dialect, taken: Set(symbols.parameters.map { $0.name }), name: { cName(name($0)) })
    return emitter.emit(self)
  }
}

/// A name as C source: with an underscore where it is a word of C or C++.
public func cName(_ name: String) -> String {
  let words = [
    "asm", "auto", "bool", "break", "case", "char", "class", "const", "continue", "default",
    "delete", "do", "double", "else", "enum", "extern", "false", "float", "for", "goto", "if",
    "inline", "int", "long", "main", "new", "private", "public", "register", "restrict", "return",
    "short", "signed", "sizeof", "static", "struct", "switch", "this", "true", "try", "typedef",
    "union", "unsigned", "void", "volatile", "while",
  ]
  return words.contains(name) ? "\(name)_" : name
}

/// Definitions of the functions that emitted C code calls beside <math.h>'s, in the order needed.
public func cHelpers(_ functions: [String]) -> [String] {
  let known: [(name: String, text: String)] = [
    (
      "max",
      """
      /* The larger; NaN if either is NaN, and -0 is below +0. */
      static double maximum(double a, double b) {
        if (isnan(a) || isnan(b)) return a + b;
        return a > b || (a == b && !signbit(a)) ? a : b;
      }
      """
    ),
    (
      "min",
      """
      /* The smaller; NaN if either is NaN, and -0 is below +0. */
      static double minimum(double a, double b) {
        if (isnan(a) || isnan(b)) return a + b;
        return a < b || (a == b && signbit(a)) ? a : b;
      }
      """
    ),
    (
      "sign",
      """
      /* -1, 0 or 1; NaN stays NaN. */
      static double sign(double x) { return isnan(x) ? x : (double)((x > 0) - (x < 0)); }
      """
    ),
    (
      "sigmoid",
      """
      /* 1 / (1 + exp(-x)) without overflow. */
      static double sigmoid(double x) {
        const double e = exp(-fabs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
      }
      """
    ),
    (
      "softplus",
      """
      /* log(1 + exp(x)) without overflow. */
      static double softplus(double x) { return log1p(exp(-fabs(x))) + (x > 0 ? x : 0); }
      """
    ),
  ]
  return known.filter { functions.contains($0.name) }.map { $0.text }
}
