import CActZoo
import Exporting
import Formula
import ZooHost

// What several commands say about activations, in words and in JSON.

extension ActivationDescriptor {
  /// "eps = 0.01", "theta[3]".
  var parameterSummary: String {
    parameters.map { parameter in
      if parameter.isVector {
        return "\(parameter.name)[\(parameter.length(counts: defaultCounts))]"
      }
      guard let first = parameter.initialValues(counts: defaultCounts).first else {
        return parameter.name
      }
      return "\(parameter.name)=\(brief(first))"
    }.joined(separator: " ")
  }

  /// The evidence word that opens the last parenthesis of the source: sure, likely or recalled.
  var sourceWord: String {
    guard source.hasSuffix(")"), let open = source.lastIndex(of: "(") else { return "" }
    return String(source[source.index(after: open)...].prefix { $0.isLetter })
  }

  /// Element types that the text claims an accuracy for, in the order of the claims.
  var claimedTypes: [String] {
    var types: [String] = []
    for claim in claims where !types.contains(claim.dtype) { types.append(claim.dtype) }
    return types
  }
}

extension Activation {
  /// "f32 f64, x86-64-v4", or "formula" or "foreign" for a text without kernels.
  var build: String {
    guard !isa.isEmpty else { return descriptor.foreign.isEmpty ? "formula" : "foreign" }
    return (descriptor.claimedTypes + [isa]).joined(separator: " ")
  }

  /// What a program needs to know, stable: see docs/command.md.
  var json: JSON {
    let d = descriptor
    return .object([
      ("name", .string(d.name)), ("id", .string(d.id)), ("title", .string(d.title)),
      ("aliases", .strings(d.aliases)), ("formula", .string(d.formulaText)),
      ("inputs", .integer(d.isGated ? 2 : 1)), ("noise", .bool(d.usesNoise)),
      ("parameters", .array(d.parameters.map { $0.json(d.defaultCounts) })),
      ("presets", .strings(d.presets.map(\.name))), ("source", .string(d.source)),
      ("plugin", .string(plugin.id)), ("version", .string(plugin.version)),
      ("license", .string(plugin.license)), ("path", .string(path)), ("isa", .string(isa)),
    ])
  }
}

extension Parameter {
  /// "eps = 0.01, per layer or channel, no weight decay".
  func sentence(_ counts: [Int]) -> String {
    var text = isVector ? "\(name)[\(length(counts: counts))]" : name
    if isSupplied {
      text += ", supplied by the model"
    } else {
      let values = initialValues(counts: counts).map { brief($0) }
      text += isVector ? " = [\(values.joined(separator: ", "))]" : " = \(values.joined())"
    }
    if lower.isFinite || upper.isFinite {
      let (low, high) = (lower.isFinite ? brief(lower) : "", upper.isFinite ? brief(upper) : "")
      text += " in \(low)...\(high)"
    }
    text += ", per " + granularities.map(\.text).joined(separator: " or ")
    if noDecay { text += ", no weight decay" }
    if isFixed { text += ", not trained" }
    return text
  }
}

extension actzoo_dtype {
  /// "f32", as in claims and options.
  var typeName: String {
    switch self {
    case ACTZOO_F16: "f16"
    case ACTZOO_BF16: "bf16"
    case ACTZOO_F32: "f32"
    case ACTZOO_F64: "f64"
    default: "type \(self)"
    }
  }
}
