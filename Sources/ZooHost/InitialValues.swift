#if !ACTZOO_ONE_MODULE
  import CActZoo
  import Formula
#else
  import CActZoo
#endif

extension Activation {
  /// Initial values of a parameter with `count` coefficients (0: the default), of a preset or, with an
  /// empty name, of the descriptor.
  /// - Throws: `ACTZOO_NOT_FOUND` for an unknown preset, `ACTZOO_INVALID` for an impossible count.
  public func initialValues(
    parameter index: Int, count: Int = 0, preset: String = ""
  ) throws(ZooError) -> [Double] {
    guard descriptor.parameters.indices.contains(index) else {
      throw .invalid(
        "\(descriptor.name) has \(descriptor.parameters.count) parameters, no \(index)")
    }
    let parameter = descriptor.parameters[index]
    guard !parameter.isSupplied else {
      throw .invalid(
        "parameter '\(parameter.name)' is supplied by the model: it has no initial value")
    }
    var lengths = [Int?](repeating: nil, count: descriptor.parameters.count)
    if count > 0 && parameter.isVector { lengths[index] = count }
    guard count <= 1 || parameter.isVector, let counts = descriptor.counts(fromLengths: lengths)
    else {
      throw .invalid(
        "parameter '\(parameter.name)' of \(descriptor.name) cannot have \(count) values")
    }
    guard !preset.isEmpty else { return parameter.initialValues(counts: counts) }
    guard let chosen = descriptor.presets.first(where: { $0.name == preset }) else {
      let names = joined(descriptor.presets.map { $0.name }, ", ")
      throw .notFound(
        "\(descriptor.name) has no preset '\(preset)'; it has \(names.isEmpty ? "none" : names)")
    }
    let length = parameter.length(counts: counts)
    return chosen.values(for: index, length: length, counts: counts)
      ?? parameter.initialValues(counts: counts)
  }
}
