import Formula

/// One activation in C: what CTemplate writes once for each type of element.
struct CFunction {
  let activation: ActivationDescriptor
  private let formula: Expression
  /// The derivatives by x and, of a gated activation, by g.
  private let slopes: [Expression]
  /// The derivatives by every coefficient of every parameter that is not fixed; of these zero.
  private let gradients: [Expression]
  /// Number of coefficients of each parameter, and where its first one stands among all.
  private let lengths: [Int]
  private let starts: [Int]
  /// True if a formula comes to NaN at an infinity, where its limit is meant.
  private let needsFar: Bool

  var hasParameters: Bool { !lengths.isEmpty }

  /// Whether there is a gradient of parameters to compute.
  var learns: Bool { activation.parameters.contains { !$0.isFixed } }

  private static let mostCoefficients = 4096

  init(_ activation: ActivationDescriptor, counts: [Int]) throws(CommandFailure) {
    self.activation = activation
    formula = try expand(activation.formula, counts)
    let differentiated =
      try activation.surrogate.map { s throws(CommandFailure) in
        try expand(s, counts)
      } ?? formula
    lengths = activation.parameters.map { $0.length(counts: counts) }
    var starts: [Int] = []
    var next = 0
    for length in lengths {
      starts.append(next)
      next += length
    }
    self.starts = starts
    guard next <= Self.mostCoefficients else {
      throw CommandFailure(
        "\(activation.name) has \(next) coefficients; a C file is written for \(Self.mostCoefficients) "
          + "at most.")
    }
    slopes = try ([.x] + (activation.isGated ? [.g] : [])).map { v throws(CommandFailure) in
      try derivative(differentiated, v)
    }
    var gradients: [Expression] = []
    for (p, parameter) in activation.parameters.enumerated() where !parameter.isFixed {
      for k in 0..<lengths[p] {
        gradients.append(
          try derivative(differentiated, .coefficient(parameter: p, index: k)))
      }
    }
    self.gradients = gradients
    needsFar = Self.failsAtInfinity(
      [formula] + slopes + gradients, activation, counts: counts)
  }

  /// True if a formula is NaN where x, or g, is infinite; tried with the initial values.
  private static func failsAtInfinity(
    _ expressions: [Expression], _ activation: ActivationDescriptor, counts: [Int]
  ) -> Bool {
    guard let program = try? Program(outputs: expressions) else { return false }
    let coefficients = activation.parameters.map { parameter in
      parameter.isSupplied
        ? [Double](repeating: 1, count: parameter.length(counts: counts))
        : parameter.initialValues(counts: counts)
    }
    let ends = [-Double.infinity, .infinity]
    let points =
      ends.map { ($0, 0.75) } + (activation.isGated ? ends.map { (0.75, $0) } : [])
    return points.contains { x, g in
      program.evaluate(x: x, g: g, u: 0.5, coefficients: coefficients).contains(where: \.isNaN)
    }
  }

  /// "crrelu_f32".
  func name(_ type: CNumber) -> String {
    String(activation.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
      + "_" + type.elementSuffix
  }

  /// The functions of the formula language that the code calls.
  func called(_ type: CNumber) -> [String] {
    let sources = [[formula], slopes, gradients].compactMap { emitted($0, type)?.functions }
    return sources.flatMap { $0 }
  }

  func text(_ type: CNumber) -> String {
    var parts = ["/* \(activation.title), \(type.elementSuffix). */\n" + value(type)]
    parts.append(
      several(
        "slopes", slopes,
        "The derivative by x" + (activation.isGated ? ", and by g." : "."), type))
    if learns {
      parts.append(
        several("gradients", gradients, "The derivatives by the coefficients that learn.", type))
    }
    return (parts + [row(type), passes(type)]).joined(separator: "\n\n")
  }

  private func emitted(_ expressions: [Expression], _ type: CNumber) -> EmittedSource? {
    emitC(expressions, type) { activation.name(of: $0, cName) { "[\($0)]" } }
  }

  /// Names that a formula's own cannot be: all coefficients, and results.
  private func free(_ name: String) -> String {
    var name = name
    while activation.parameters.contains(where: { $0.name == name }) { name += "_" }
    return name
  }

  private func arguments(_ type: CNumber) -> String {
    let real = type.rawValue
    var list = ["\(real) x"]
    if activation.isGated { list.append("\(real) g") }
    if activation.usesNoise { list.append("\(real) u") }
    if !lengths.isEmpty { list.append("const \(real) \(free("c"))[]") }
    return list.joined(separator: ", ")
  }

  /// What a function's body sees of its arguments, by name.
  private func locals(_ expressions: [Expression], _ type: CNumber) -> [String] {
    let real = type.rawValue
    var lines: [String] = []
    for (variable, name) in [(Variable.x, "x"), (.g, "g"), (.u, "u")] {
      let isThere =
        variable == .x || (variable == .g && activation.isGated)
        || (variable == .u && activation.usesNoise)
      if isThere, !expressions.contains(where: { $0.contains(variable) }) {
        lines.append("  (void)\(name);")
      }
    }
    var usesCoefficients = false
    for (p, parameter) in activation.parameters.enumerated() {
      let isUsed = (0..<lengths[p]).contains { k in
        expressions.contains { $0.contains(.coefficient(parameter: p, index: k)) }
      }
      guard isUsed else { continue }
      usesCoefficients = true
      let name = cName(parameter.name)
      lines.append(
        parameter.isVector
          ? "  const \(real) *const \(name) = \(free("c")) + \(starts[p]);"
          : "  const \(real) \(name) = \(free("c"))[\(starts[p])];")
    }
    if !lengths.isEmpty, !usesCoefficients { lines.append("  (void)\(free("c"));") }
    return lines
  }

  private func value(_ type: CNumber) -> String {
    let source = emitted([formula], type)
    var lines = ["static \(type.rawValue) \(name(type))_value(\(arguments(type))) {"]
    lines += locals([formula], type)
    lines += (source?.statements ?? []).map { "  " + $0 }
    lines += ["  return \(source?.value ?? "0");", "}"]
    return lines.joined(separator: "\n")
  }

  private func several(
    _ word: String, _ expressions: [Expression], _ comment: String, _ type: CNumber
  ) -> String {
    let source = emitted(expressions, type)
    let to = free("d")
    var lines = [
      "/* \(comment) */",
      "static void \(name(type))_\(word)(\(arguments(type)), \(type.rawValue) \(to)[]) {",
    ]
    lines += locals(expressions, type)
    lines += (source?.statements ?? []).map { "  " + $0 }
    for (k, value) in (source?.values ?? []).enumerated() {
      lines.append("  \(to)[\(k)] = \(value);")
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private func row(_ type: CNumber) -> String {
    let (real, element, name) = (type.rawValue, type.element, name(type))
    let (gated, noisy) = (activation.isGated, activation.usesNoise)
    let count = lengths.reduce(0, +)
    let inputs = ["x"] + (gated ? ["g"] : []) + (noisy ? ["u"] : [])
    func call(_ word: String, far: Bool = false, to: String? = nil) -> String {
      let given = inputs.map { far && $0 != "u" ? "\(name)_far(\($0))" : $0 }
      let all = given + (hasParameters ? ["p"] : []) + (to.map { [$0] } ?? [])
      return "\(name)_\(word)(\(all.joined(separator: ", ")))"
    }
    var lines: [String] = []
    if needsFar {
      let far = type == .double ? "1e50" : "1e400L"
      lines += [
        "/* Where the formula says infinity * 0, or the like, its limit is its value far out. */",
        "static \(real) \(name)_far(\(real) x) { return isinf(x) ? copysign\(type.suffix)(\(far), x) : x; }",
        "",
      ]
    }
    if hasParameters {
      let lengths = self.lengths.map(String.init).joined(separator: ", ")
      lines += [
        "enum { \(name)_parameters = \(self.lengths.count), \(name)_coefficients = \(count) };",
        "static const int64_t \(name)_lengths[\(name)_parameters] = {\(lengths)};",
        "",
        "/* The coefficients that place i of a row sees. */",
        "static void \(name)_load(const actzoo_call *c, const int64_t at[3], int64_t i, \(real) p[]) {",
        "  for (int k = 0, first = 0; k < \(name)_parameters; first += (int)\(name)_lengths[k++]) {",
        "    const actzoo_view *v = &c->param[k];",
        "    const \(element) *from = row(v, at, sizeof(\(element)));",
        "    for (int64_t j = 0; j < \(name)_lengths[k]; j++) p[first + j] = from[i * v->stride[3] + j * v->step];",
        "  }",
        "}",
        "",
      ]
    }
    lines += [
      "/* One row. Everything of an element is read before anything is written: y may be x, and dx may be dy. */",
      "static inline void \(name)_row(const actzoo_call *c, const int64_t at[3], const int forward, const int backward"
        + (hasParameters ? ", const int shared" : "") + ") {",
      "  const \(element) *xs = row(&c->x[0], at, sizeof(\(element)));",
    ]
    if gated { lines.append("  const \(element) *gs = row(&c->x[1], at, sizeof(\(element)));") }
    if noisy { lines.append("  const float *us = row(&c->noise, at, sizeof(float));") }
    lines += [
      "  \(element) *ys = forward ? row(&c->y, at, sizeof(\(element))) : NULL;",
      "  const \(element) *dys = backward ? row(&c->dy, at, sizeof(\(element))) : NULL;",
      "  \(element) *dxs = backward ? row(&c->dx[0], at, sizeof(\(element))) : NULL;",
    ]
    if gated {
      lines.append(
        "  \(element) *dgs = backward ? row(&c->dx[1], at, sizeof(\(element))) : NULL;")
    }
    if hasParameters {
      lines += [
        "  \(real) p[\(name)_coefficients];", "  if (shared) \(name)_load(c, at, 0, p);",
      ]
    }
    if learns { lines.append("  double sums[\(name)_coefficients] = {0};") }
    lines += [
      "  for (int64_t i = 0; i < c->extent[3]; i++) {",
      "    const \(real) x = xs[i];",
    ]
    if gated { lines.append("    const \(real) g = gs[i];") }
    if noisy { lines.append("    const \(real) u = us[i];") }
    if hasParameters { lines.append("    if (!shared) \(name)_load(c, at, i, p);") }
    lines.append("    const \(real) dy = dys ? dys[i] : 1;")
    lines.append("    if (forward) {")
    if needsFar {
      lines += [
        "      \(real) y = \(call("value"));",
        "      if (y != y) y = \(call("value", far: true));",
        "      ys[i] = (\(element))y;",
      ]
    } else {
      lines.append("      ys[i] = (\(element))\(call("value"));")
    }
    lines.append("    }")
    let outputs = gated ? "dxs || dgs" : "dxs"
    lines += [
      "    if (\(outputs)) {", "      \(real) d[\(slopes.count)];",
      "      \(call("slopes", to: "d"));",
    ]
    if needsFar {
      let isLost = gated ? "d[0] != d[0] || d[1] != d[1]" : "d[0] != d[0]"
      lines.append("      if (\(isLost)) \(call("slopes", far: true, to: "d"));")
    }
    lines.append("      \(gated ? "if (dxs) " : "")dxs[i] = (\(element))(dy * d[0]);")
    if gated { lines.append("      if (dgs) dgs[i] = (\(element))(dy * d[1]);") }
    lines.append("    }")
    if learns {
      lines += [
        "    if (backward && c->dparam) {", "      \(real) d[\(gradients.count)];",
        "      \(call("gradients", to: "d"));",
      ]
      if needsFar {
        lines.append("      for (int k = 0; k < \(gradients.count); k++)")
        lines.append("        if (d[k] != d[k]) {")
        lines.append("          \(call("gradients", far: true, to: "d"));")
        lines.append("          break;")
        lines.append("        }")
      }
      var position = 0
      for (p, parameter) in activation.parameters.enumerated() where !parameter.isFixed {
        let (to, from) = (starts[p], position)
        position += lengths[p]
        if lengths[p] == 1 {
          lines.append(
            "      sums[\(to)] = (shared ? sums[\(to)] : 0) + (double)(dy * d[\(from)]);")
        } else {
          lines.append(
            "      for (int k = 0; k < \(lengths[p]); k++) sums[\(to) + k] = (shared ? sums[\(to) + k] : 0) + (double)(dy * d[\(from) + k]);"
          )
        }
      }
      lines.append(
        "      if (!shared) add(c, at, i, \(name)_parameters, \(name)_lengths, sums);")
      lines.append("    }")
    }
    lines.append("  }")
    if learns {
      lines.append(
        "  if (shared && backward && c->dparam) add(c, at, 0, \(name)_parameters, \(name)_lengths, sums);"
      )
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private func passes(_ type: CNumber) -> String {
    let name = name(type)
    let parameters = hasParameters ? "\(name)_parameters, \(name)_lengths" : "0, NULL"
    let call =
      hasParameters
      ? """
              if (shared) \(name)_row(c, at, forward, backward, 1);
              else \(name)_row(c, at, forward, backward, 0);
      """ : "        \(name)_row(c, at, forward, backward);"
    var lines = [
      "static inline actzoo_status \(name)_run(const actzoo_call *c, const int forward, const int backward) {",
      "  const actzoo_status status = check(c, \(type.elementWord), \(activation.isGated ? 2 : 1), "
        + "\(activation.usesNoise ? 1 : 0), \(parameters), forward, backward);",
      "  const int64_t *n = c->extent;",
      "  if (status != ACTZOO_OK || n[0] == 0 || n[1] == 0 || n[2] == 0 || n[3] == 0) return status;",
    ]
    if hasParameters {
      let isShared =
        learns ? "is_shared(c, \(name)_parameters, backward)" : nil
      lines.append(
        "  const int shared = \(isShared ?? "is_shared(c, \(name)_parameters, 0)");")
    }
    lines += [
      "  int64_t at[3];",
      "  for (at[0] = 0; at[0] < n[0]; at[0]++)",
      "    for (at[1] = 0; at[1] < n[1]; at[1]++)",
      "      for (at[2] = 0; at[2] < n[2]; at[2]++) \(hasParameters ? "{" : "")",
      call,
    ]
    if hasParameters { lines.append("      }") }
    lines += ["  return ACTZOO_OK;", "}"]
    for (pass, flags) in [("forward", "1, 0"), ("backward", "0, 1"), ("fused", "1, 1")] {
      lines += [
        "static actzoo_status \(name)_\(pass)(const void *self, const actzoo_call *c) {",
        "  (void)self;",
        "  return \(name)_run(c, \(flags));",
        "}",
      ]
    }
    return lines.map { $0.hasSuffix(" ") ? String($0.dropLast()) : $0 }.joined(separator: "\n")
  }
}

/// The formula's derivative; the sentence says so where that gets too large.
func derivative(_ formula: Expression, _ variable: Variable) throws(CommandFailure) -> Expression {
  do { return try formula.derivative(by: variable) } catch {
    throw CommandFailure(error.description)
  }
}

/// The formula without sums and counts; the sentence says so where that gets too large.
func expand(_ expression: Expression, _ counts: [Int] = []) throws(CommandFailure) -> Expression {
  do { return try expression.instantiate(counts: counts) } catch {
    throw CommandFailure(error.description)
  }
}
