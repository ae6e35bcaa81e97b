import CActZoo
import Formula
import ZooHost

/// How an activation is used in a network, where its descriptor leaves a choice.
public struct ActivationOptions: Sendable {
  /// Preset whose values parameters start from; nil for the descriptor's initial values.
  public var preset: String?
  /// How parameters vary: "layer", "channel", "group", "group 4", "element"; nil for the
  /// descriptor's default.
  ///
  /// Applies to the parameters that offer it.
  public var granularity: String?
  /// The descriptor's counts by name, such as `n` terms; what is left out has its default.
  public var counts: [String: Int]

  /// The choices; what is left out is the descriptor's.
  public init(preset: String? = nil, granularity: String? = nil, counts: [String: Int] = [:]) {
    self.preset = preset
    self.granularity = granularity
    self.counts = counts
  }
}

extension ActivationOptions {
  /// The granularity of each parameter.
  ///
  /// - Throws: `TrainingError` if the wish is not understood, or no parameter offers it.
  func granularities(for activation: ActivationDescriptor) throws -> [Granularity] {
    guard let granularity else { return activation.parameters.map { $0.granularities[0] } }
    let words = granularity.split(separator: " ")
    let bits: [Substring: UInt32] = ["layer": 0, "channel": 1, "group": 2, "element": 4]
    guard let first = words.first, let wanted = bits[first], words.count <= 2,
      words.count == 1 || (wanted == 2 && (Int(words[1]) ?? 0) > 0)
    else {
      throw TrainingError(
        "'\(granularity)' is no granularity; choose layer, channel, group, group N or element")
    }
    var isOffered = activation.parameters.isEmpty
    let chosen = activation.parameters.map { parameter in
      guard var match = parameter.granularities.first(where: { $0.bits == wanted }) else {
        return parameter.granularities[0]
      }
      isOffered = true
      if words.count == 2, let groups = Int(words[1]) {
        match = Granularity(bits: match.bits, groups: groups)
      }
      return match
    }
    guard isOffered else {
      throw TrainingError("no parameter of \(activation.name) can vary per \(granularity)")
    }
    return chosen
  }

  /// Initial coefficients of each parameter.
  ///
  /// - Throws: `TrainingError` that lists the presets or counts if there is none of that name.
  func initialValues(for activation: ActivationDescriptor) throws -> [[Double]] {
    let counts = try countValues(for: activation)
    let values = activation.parameters.map { $0.initialValues(counts: counts) }
    guard let preset else { return values }
    guard let found = activation.presets.first(where: { $0.name == preset }) else {
      let names = activation.presets.map(\.name).joined(separator: ", ")
      throw TrainingError(
        "\(activation.name) has no preset '\(preset)'; "
          + (names.isEmpty ? "it has none" : "choose from \(names)"))
    }
    return values.indices.map { index in
      found.values(for: index, length: values[index].count, counts: counts) ?? values[index]
    }
  }

  private func countValues(for activation: ActivationDescriptor) throws -> [Int] {
    var values = activation.counts.map(\.defaultValue)
    for (name, value) in counts.sorted(by: { $0.key < $1.key }) {
      guard let index = activation.counts.firstIndex(where: { $0.name == name }) else {
        let names = activation.counts.map(\.name).joined(separator: ", ")
        throw TrainingError(
          "\(activation.name) has no count '\(name)'; "
            + (names.isEmpty ? "it has none" : "choose from \(names)"))
      }
      let count = activation.counts[index]
      guard value >= count.minimum && value <= count.maximum else {
        throw TrainingError(
          "'\(name)' of \(activation.name) must be in \(count.minimum)...\(count.maximum), "
            + "not \(value)")
      }
      values[index] = value
    }
    return values
  }
}
