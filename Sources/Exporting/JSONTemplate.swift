#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// A descriptor as JSON with its formulas as trees: docs/command.md says what the members mean.
struct JSONTemplate {
  let activation: ActivationDescriptor
  let counts: [Int]
  let plugin: PluginRecord

  func text() throws(FormulaError) -> String {
    let d = activation
    var members: [(String, JSON)] = [
      ("schema", .integer(1)), ("id", .string(d.id)), ("name", .string(d.name)),
      ("title", .string(d.title)), ("aliases", .strings(d.aliases)),
      ("license", .string(plugin.license)), ("version", .string(plugin.version)),
      ("source", .string(d.source)), ("notes", .strings(d.notes)),
      ("inputs", .strings(d.isGated ? ["x", "g"] : ["x"])),
      ("noise", d.usesNoise ? .object([("eval", .number(d.noiseEval ?? 0.5))]) : .null),
    ]
    members.append(
      ("counts", .object(zip(d.counts, counts).map { ($0.name, .integer($1)) })))
    members.append(("parameters", .array(d.parameters.map { $0.json(counts) })))
    members.append(("formula", try formula(d.formulaText, d.formula)))
    if let surrogate = d.surrogate, let text = d.surrogateText {
      members.append(("surrogate", try formula(text, surrogate)))
    }
    members.append(("claims", .array(d.claims.map { $0.json })))
    return JSON.object(members).text + "\n"
  }

  private func formula(_ text: String, _ expression: Expression) throws(FormulaError) -> JSON {
    let expanded = try expression.instantiate(counts: counts)
    return .object([
      ("text", .string(text)), ("nodes", .array(expanded.nodes.map(node))),
    ])
  }

  private func node(_ node: Node) -> JSON {
    switch node {
    case .constant(let c):
      var members: [(String, JSON)] = [("op", .string("number")), ("value", .number(c.value))]
      if c.isExact {
        members.append(
          ("fraction", .array([.integer(Int(c.numerator)), .integer(Int(c.denominator))])))
      }
      return .object(members)
    case .variable(.x): return .object([("op", .string("x"))])
    case .variable(.g): return .object([("op", .string("g"))])
    case .variable(.u): return .object([("op", .string("u"))])
    case .variable(.coefficient(let p, let index)):
      return .object([
        ("op", .string("coefficient")),
        ("parameter", .string(activation.parameters[p].name)), ("index", .integer(index)),
      ])
    case .unary(let f, let a): return operation(f == .negate ? "negate" : f.name, [a])
    case .binary(let op, let a, let b): return operation(op.word, [a, b])
    case .compare(let op, let a, let b): return operation(op.symbol, [a, b])
    case .select(let c, let a, let b): return operation("select", [c, a, b])
    default: return .null  // not in an instantiated expression
    }
  }

  private func operation(_ name: String, _ operands: [Int32]) -> JSON {
    .object([
      ("op", .string(name)), ("operands", .array(operands.map { .integer(Int($0)) })),
    ])
  }
}

extension BinaryOperator {
  /// "add", "power": how JSON calls it.
  fileprivate var word: String {
    switch self {
    case .add: "add"
    case .subtract: "subtract"
    case .multiply: "multiply"
    case .divide: "divide"
    case .power: "power"
    case .minimum: "min"
    case .maximum: "max"
    }
  }
}
