// Python source over arrays: formulas in stable form, for frameworks that differentiate by themselves.

/// A framework's notation.
public enum PythonArrays: Sendable {
  /// torch.
  case torch
  /// jax.numpy as jnp.
  case jax

  fileprivate func call(_ function: UnaryFunction, _ a: String) -> String {
    switch (self, function) {
    case (_, .sech), (_, .softplus): "\(function.name)(\(a))"
    case (.torch, .asinh): "torch.asinh(\(a))"
    case (.torch, .erfc), (.torch, .erf): "torch.special.\(function.name)(\(a))"
    case (.torch, _): "torch.\(function.name)(\(a))"
    case (.jax, .asinh): "jnp.arcsinh(\(a))"
    case (.jax, .atan): "jnp.arctan(\(a))"
    case (.jax, .erf), (.jax, .erfc): "jax.scipy.special.\(function.name)(\(a))"
    case (.jax, .sigmoid): "jax.nn.sigmoid(\(a))"
    case (.jax, _): "jnp.\(function.name)(\(a))"
    }
  }

  fileprivate var `where`: String { self == .torch ? "torch.where" : "jnp.where" }
}

/// Instantiated formulas, best stable and guarded, as Python; nil before `instantiate`.
///
/// `pythonHelpers` defines what they call and the framework lacks.
public func emitPython(
  _ expressions: [Expression], _ arrays: PythonArrays, name: @escaping (Variable) -> String
) -> EmittedSource? {
  let dialect = Dialect(
    define: { "\($0) = \($1)" },
    number: { $0.value.description },
    call: arrays.call,
    extremum: { isMaximum, a, b in
      let isZero = b == "0.0" && isMaximum
      // At a tie their derivative is that of the number.
      if isZero { return arrays == .torch ? "torch.relu(\(a))" : "jax.nn.relu(\(a))" }
      return "\(isMaximum ? "maximum" : "minimum")(\(a), \(b))"
    },
    power: { "\(arrays == .torch ? "torch.pow" : "jnp.power")(\($0), \($1))" },
    select: { condition, a, b in
      // Two numbers have torch's default type, which may have fewer digits than x.
      arrays == .torch && isLiteral(a) && isLiteral(b)
        ? "torch.where(\(condition), torch.full_like(x, \(a)), \(b))"
        : "\(arrays.where)(\(condition), \(a), \(b))"
    },
    fused: { function, operands in
      if function == .expTimes, operands[0] == "1.0", operands[2] == "1.0" {
        return "bounded_exp(\(operands[1]))"
      }
      return "\(function.name)(\(operands.joined(separator: ", ")))"
    },
    multiplyAdd: nil)
  let taken = Set(expressions.flatMap { $0.symbols.parameters.map { $0.name } })
  var emitter = Emitter(dialect: dialect, taken: taken, name: name)
  return emitter.emit(expressions)
}

/// A name as Python source: with an underscore where it is a word of the language, or of emitted code.
public func pythonName(_ name: String) -> String {
  let words = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in",
    "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with",
    "yield", "torch", "jax", "jnp", "nn", "self", "init", "apply", "params", "key", "dtype",
    "shape",
    "maximum", "minimum", "softplus", "sech", "float", "lost", "surrogate", "through", "wide",
    "wide_x",
    "y", "like",
  ]
  let isTaken = words.contains(name) || StableFunction.allCases.contains { $0.name == name }
  return isTaken ? "\(name)_" : name
}

/// Definitions of the functions that emitted code calls beside the framework's, in the order needed.
public func pythonHelpers(_ code: String, _ arrays: PythonArrays) -> [String] {
  let isTorch = arrays == .torch
  let m = isTorch ? "torch" : "jnp"
  let special = isTorch ? "torch.special" : "jax.scipy.special"
  let sigmoid = isTorch ? "torch.sigmoid" : "jax.nn.sigmoid"
  func least(_ a: String, _ limit: String) -> String {
    isTorch ? "\(a).clamp(max=\(limit))" : "jnp.minimum(\(a), \(limit))"
  }
  let known: [(name: String, text: String)] = [
    (
      "maximum",
      """
      def maximum(a, b):
          \"""The larger; NaN if either is. The derivative at a tie is that of b.\"""
          return \(m).where((a <= b) | (b != b), b, a)
      """
    ),
    (
      "minimum",
      """
      def minimum(a, b):
          \"""The smaller; NaN if either is. The derivative at a tie is that of b.\"""
          return \(m).where((a >= b) | (b != b), b, a)
      """
    ),
    (
      "sech",
      """
      def sech(a):
          \"""1 / cosh(a) without overflow.\"""
          e = \(m).exp(-\(m).abs(a))
          return 2.0 * e / (1.0 + e * e)
      """
    ),
    (
      "softplus",
      isTorch
        ? """
        def softplus(a):
            \"""log(1 + exp(a)); to the last bit of a double, a from 40 on.\"""
            return torch.nn.functional.softplus(a, 1.0, 40.0)
        """
        : """
        def softplus(a):
            \"""log(1 + exp(a)).\"""
            near = jnp.minimum(a, 40.0)
            return jnp.where(a > 40.0, a, jnp.log1p(jnp.exp(near)))
        """
    ),
    (
      "lost",
      """
      def lost(a, b, p):
          \"""What rounding lost of the product p of a and b: a * b - p; without a derivative.\"""
      \(isTorch
        ? """
            a, b, p = (torch.as_tensor(v, dtype=p.dtype).detach() for v in (a, b, p))
            scale = 134217729.0 if p.dtype == torch.float64 else 4097.0
        """
        : """
            a, b, p = (jax.lax.stop_gradient(jnp.asarray(v, p.dtype)) for v in (a, b, p))
            scale = 134217729.0 if p.dtype == jnp.float64 else 4097.0
        """)
          c, d = scale * a, scale * b
          a1, b1 = c - (c - a), d - (d - b)
          a2, b2 = a - a1, b - b1
          rest = ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2
          # Beyond a half the exponential is 0 or infinite anyway.
          return \(m).where(\(m).abs(rest) < 0.5, rest, \(m).zeros_like(rest))
      """
    ),
    (
      "bounded_exp",
      """
      def bounded_exp(a):
          \"""exp(a), but not infinite: what comes of it has a derivative, not infinity times 0.\"""
          return \(m).exp(\(least("a", "709.0 if a.dtype == \(m).float64 else 88.0")))
      """
    ),
    (
      "exp_times",
      """
      def exp_times(f, a, b):
          \"""f * exp(a * b): the product is not rounded, and f comes before the exponential gets small.\"""
          p = a * b
          half = \(m).exp(0.5 * p)
          return f * half * half * (1.0 + lost(a, b, p))
      """
    ),
    (
      "sigmoid_times",
      """
      def sigmoid_times(f, a, b):
          \"""f * sigmoid(a * b): the product is not rounded, and f comes before the tail gets small.\"""
          p = a * b
          e = lost(a, b, p)
          half = \(m).exp(0.5 * \(least("p", "0.0")))
          s = \(sigmoid)(p)
          return \(m).where(p < -40.0, f * half * half * (1.0 + e), f * s * (1.0 + e * (1.0 - s)))
      """
    ),
    (
      "silu",
      """
      def silu(a):
          \"""a * sigmoid(a), with all digits in the tail.\"""
          half = \(m).exp(0.5 * \(least("a", "0.0")))
          return \(m).where(a < -40.0, a * half * half, a * \(sigmoid)(a))
      """
    ),
    (
      "mish",
      """
      def mish(a):
          \"""a * tanh(log(1 + exp(a))), with all digits in the tail.\"""
          half = \(m).exp(0.5 * \(least("a", "20.0")))
          e = half * half
          return \(m).where(a > 20.0, a, a * half * ((e + 2.0) / (e * (e + 2.0) + 2.0)) * half)
      """
    ),
    (
      "gelu",
      """
      def gelu(a):
          \"""a / 2 * erfc(-a / sqrt(2)), with all digits in the tail.\"""
          near = \(least("a", "-1.0"))
          p = -0.5 * near * near
          half = \(m).exp(0.5 * p)
          tail = 0.5 * a * \(special).erfcx(-0.7071067811865476 * near) * half
          wide = 0.5 * a * \(special).erfc(-0.7071067811865476 * a)
          return \(m).where(a < -1.0, tail * half * (1.0 + lost(-0.5 * near, near, p)), wide)
      """
    ),
  ]
  // One helper may call another, which stands before it.
  var (calls, needed) = (code, [String]())
  for helper in known.reversed() where isCalled(helper.name, calls) {
    calls += helper.text
    needed.append(helper.text)
  }
  return needed.reversed()
}

/// True if `name(` stands in code as a word of its own.
private func isCalled(_ name: String, _ code: String) -> Bool {
  let (pattern, text) = (Array("\(name)(".utf8), Array(code.utf8))
  guard text.count >= pattern.count else { return false }
  for start in 0...(text.count - pattern.count) where text[start] == pattern[0] {
    if start > 0, isWord(text[start - 1]) { continue }
    if text[start..<start + pattern.count].elementsEqual(pattern) { return true }
  }
  return false
}

/// A letter of a name, or the point before an attribute.
private func isWord(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
    true
  default: false
  }
}
