#if !ACTZOO_ONE_MODULE
  public import Formula
#endif

// Activations as text for other programs. What libactzoo and the command both write is here; what needs a
// compiler afterwards (C and Swift) is the command's alone.

/// What an activation can be written as, anywhere.
public enum TextForm: String, CaseIterable, Sendable {
  /// An `nn.Module` of PyTorch.
  case torch
  /// Functions of JAX.
  case jax
  /// The description, with the formula as a tree.
  case json
}

extension ActivationDescriptor {
  /// The activation as text that needs no zoo; docs/command.md says what is in it.
  ///
  /// - Parameters:
  ///   - counts: the values of the counts, in the order of the descriptor.
  ///   - plugin: whose license and version the description repeats.
  /// - Throws: if the formula gets too large, with these counts or in stable form.
  public func text(
    as form: TextForm, counts: [Int], plugin: PluginRecord
  ) throws(FormulaError) -> String {
    switch form {
    case .torch: try PythonTemplate(self, counts: counts, .torch).torch
    case .jax: try PythonTemplate(self, counts: counts, .jax).jax
    case .json: try JSONTemplate(activation: self, counts: counts, plugin: plugin).text()
    }
  }

  /// "CRReLU": the title without what a name cannot have.
  public var typeName: String {
    var name = ""
    for scalar in title.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": name.unicodeScalars.append(scalar)
      default: continue
      }
    }
    return name
  }

  /// How the formula is written as an equation: "y = max(x, 0)".
  public var equation: String { "y = \(formulaText)" }
}

extension Parameter {
  /// What the descriptor says of the parameter, with these counts.
  public func json(_ counts: [Int]) -> JSON {
    .object([
      ("name", .string(name)), ("vector", .bool(isVector)),
      ("length", .integer(length(counts: counts))),
      ("initial", isSupplied ? .null : .numbers(initialValues(counts: counts))),
      ("lower", .number(lower)), ("upper", .number(upper)),
      ("granularities", .strings(granularities.map { $0.text })),
      ("decay", .bool(!noDecay)), ("fixed", .bool(isFixed)), ("supplied", .bool(isSupplied)),
    ])
  }
}

extension Claim {
  /// What is claimed of one pass over one type.
  public var json: JSON {
    .object([
      ("dtype", .string(dtype)), ("pass", .string(pass)), ("ulp", .number(ulp)),
      ("absolute", .number(absolute)), ("lower", .number(lower)), ("upper", .number(upper)),
    ])
  }
}
