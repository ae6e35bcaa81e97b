import ArgumentParser
import Exporting
import Formula
import ZooHost

/// `actzoo info`: all that is known about one activation.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show everything about an activation: formula, derivatives, parameters, claims.",
    discussion: """
      Derivatives are symbolic, made from the formula.

      Example: actzoo info lslu
      """)

  @OptionGroup var access: ZooAccess

  @Argument(help: "Name, alias or id of the activation.")
  var name: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let activation = try access.find(name)
    let description = Description(activation)
    if json { print(description.json.text) } else { description.print() }
  }
}

extension Info {
  /// What is said about an activation, made once for both forms.
  struct Description {
    let activation: Activation
    /// "dy/dx" and so on, each with its formula, or the reason why there is none.
    let derivatives: [(of: String, text: String)]
    /// Types with a kernel, or the sentence that says why the plugin does not load.
    let kernels: Result<[String], CommandFailure>

    init(_ activation: Activation) {
      self.activation = activation
      let d = activation.descriptor
      derivatives = Self.variables(d).map { variable, name in
        ("dy/d\(name)", Self.derivative(d, variable) ?? "(too large to print)")
      }
      do {
        try activation.load()
        kernels = .success(activation.kernelTypes.map(\.typeName))
      } catch { kernels = .failure(CommandFailure(error.message)) }
    }

    /// What the formula can be differentiated by, with names.
    static func variables(_ d: ActivationDescriptor) -> [(Variable, String)] {
      var variables: [(Variable, String)] = [(.x, "x")]
      if d.isGated { variables.append((.g, "g")) }
      for (index, parameter) in d.parameters.enumerated() {
        for k in 0..<parameter.length(counts: d.defaultCounts) {
          variables.append(
            (
              .coefficient(parameter: index, index: k),
              parameter.isVector ? "\(parameter.name)[\(k)]" : parameter.name
            ))
        }
      }
      return variables
    }

    /// What backward computes; nil if that is too large.
    static func derivative(_ d: ActivationDescriptor, _ variable: Variable) -> String? {
      let formula = try? (d.surrogate ?? d.formula).instantiate(counts: d.defaultCounts)
      return try? formula?.derivative(by: variable).text
    }
  }
}

extension Info.Description {
  func print() {
    let d = activation.descriptor
    Swift.print("\(d.title)".inked(.bold) + "  \(d.id)".inked(.dim))
    Swift.print("  \(d.equation)")
    if let surrogate = d.surrogateText { Swift.print("  backward as if y = \(surrogate)") }
    if !d.aliases.isEmpty { section("aliases", [d.aliases.joined(separator: ", ")]) }
    section("foreign", d.foreign.map { "forward, \($0.element): \($0.text)" })
    section("derivatives", derivativeLines)
    section("parameters", d.parameters.map { $0.sentence(d.defaultCounts) })
    section(
      "counts", d.counts.map { "\($0.name) = \($0.defaultValue) in \($0.minimum)...\($0.maximum)" })
    if d.usesNoise {
      section("noise", ["u in [0, 1); evaluation uses \(d.noiseEval.map { brief($0) } ?? "0.5")"])
    }
    section("presets", d.presets.map { "\($0.name): \(d.text(of: $0))" })
    section("accuracy", d.claims.map(\.sentence))
    section("source", d.source.isEmpty ? [] : [d.source])
    section("notes", d.notes)
    let plugin = activation.plugin
    section("plugin", ["\(plugin.id) \(plugin.version), \(plugin.license)", activation.path])
    section("kernels", [kernelText])
  }

  private func section(_ title: String, _ lines: [String]) {
    guard !lines.isEmpty else { return }
    Swift.print(title.padded(13).inked(.cyan) + lines[0])
    for line in lines.dropFirst() { Swift.print(String(repeating: " ", count: 13) + line) }
  }

  /// Long lists (one derivative for each coefficient) and long formulas are cut; JSON has them all.
  private var derivativeLines: [String] {
    let shown = derivatives.prefix(8).map { "\($0.of) = \($0.text)".fitted(160) }
    let rest = derivatives.count - shown.count
    return shown + (rest > 0 ? ["... and \(rest) more (--json has all)"] : [])
  }

  private var kernelText: String {
    switch kernels {
    case .failure(let failure): "does not load: \(failure.description)".inked(.red)
    case .success(let types) where types.isEmpty:
      !activation.descriptor.foreign.isEmpty
        ? "none: forward is foreign, backward the formula's derivative"
        : activation.evaluatesInBlocks
          ? "none: the formula is evaluated, in blocks by org.zoo.formula"
          : "none: the formula is evaluated, point by point in double; `make` builds org.zoo.formula"
    case .success(let types):
      types.joined(separator: " ") + (activation.isa.isEmpty ? "" : ", for \(activation.isa)")
    }
  }

  var json: JSON {
    let d = activation.descriptor
    guard case .object(var members) = activation.json else { return activation.json }
    members += [
      ("surrogate", d.surrogateText.map { .string($0) } ?? .null),
      (
        "foreign",
        .array(
          d.foreign.map {
            .object([
              ("dtype", .string($0.element)), ("library", .string($0.library)),
              ("symbol", .string($0.symbol)), ("declaration", .string($0.text)),
            ])
          })
      ),
      ("noiseEval", d.noiseEval.map { .number($0) } ?? .null),
      ("derivatives", .object(derivatives.map { ($0.of, .string($0.text)) })),
      (
        "counts",
        .array(
          d.counts.map {
            .object([
              ("name", .string($0.name)), ("default", .integer($0.defaultValue)),
              ("minimum", .integer($0.minimum)), ("maximum", .integer($0.maximum)),
            ])
          })
      ),
      (
        "claims",
        .array(d.claims.map(\.json))
      ),
      (
        "presetValues",
        .object(
          d.presets.map { preset in
            (
              preset.name,
              .object(
                d.parameters.indices.compactMap { index in
                  d.values(of: preset, index).map { (d.parameters[index].name, .numbers($0)) }
                })
            )
          })
      ),
      ("notes", .strings(d.notes)),
    ]
    switch kernels {
    case .success(let types): members.append(("kernels", .strings(types)))
    case .failure(let failure):
      members += [("kernels", .array([])), ("failure", .string(failure.description))]
    }
    return .object(members)
  }
}

extension Claim {
  /// "f32 forward within 2 ulp + 1e-07 for x in -10...10".
  fileprivate var sentence: String { "\(dtype) \(pass) within \(bound)" }

  /// "2 ulp + 1e-07 for x in -10...10".
  var bound: String {
    var text = "\(brief(ulp)) ulp"
    if absolute > 0 { text += " + \(brief(absolute))" }
    if lower.isFinite || upper.isFinite {
      text +=
        " for x in \(lower.isFinite ? brief(lower) : "")...\(upper.isFinite ? brief(upper) : "")"
    }
    return text
  }
}

extension ActivationDescriptor {
  /// The values of a parameter in a preset, with the default counts.
  fileprivate func values(of preset: Preset, _ parameter: Int) -> [Double]? {
    let length = parameters[parameter].length(counts: defaultCounts)
    return preset.values(for: parameter, length: length, counts: defaultCounts)
  }

  /// "theta = [1, 1, 1], omega = 0".
  func text(of preset: Preset) -> String {
    parameters.indices.compactMap { index in
      values(of: preset, index).map { values in
        let list = values.map { brief($0) }.joined(separator: ", ")
        return "\(parameters[index].name) = \(values.count == 1 ? list : "[\(list)]")"
      }
    }.joined(separator: ", ")
  }
}
