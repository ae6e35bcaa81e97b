// Bytes as a descriptor text, and what parses through everything that a text goes through.

/// The target `descriptor`.
func fuzzDescriptor(_ data: UnsafePointer<UInt8>?, _ count: Int) {
  let bytes = UnsafeRawBufferPointer(start: data, count: count)
  do throws(ParseError) {
    let descriptor = try timed("reading the text") { () throws(ParseError) in
      try Descriptor.parse(bytes)
    }
    for notice in descriptor.notices { checkPlace(notice, bytes) }
    // Two are enough for what one activation can do to the next.
    for activation in descriptor.activations.prefix(2) { check(activation) }
  } catch {
    checkPlace(error, bytes)
  }
}

/// A fault must point into the text or one past the end of a line.
private func checkPlace(_ error: ParseError, _ bytes: UnsafeRawBufferPointer) {
  let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
  guard error.line >= 1, error.line <= max(lines.count, 1), error.column >= 1,
    !error.message.isEmpty
  else { finding("no such line: \(error.description)") }
  let length = lines.isEmpty ? 0 : lines[error.line - 1].count
  if error.column > length + 1 { finding("no such column: \(error.description)") }
}

private func check(_ activation: ActivationDescriptor) {
  checkReadsBack(activation.formula)
  if let surrogate = activation.surrogate { checkReadsBack(surrogate) }
  checkLengths(activation)
  let least = activation.counts.map { $0.minimum }
  let most = activation.counts.map { $0.maximum }
  // Any other choice of counts, from the text itself, so that an input always does the same.
  let other = activation.counts.enumerated().map { (i, count) in
    count.minimum + (activation.formulaText.utf8.count * 31 + i) % 9
      * (count.maximum - count.minimum)
      / 8
  }
  for counts in [activation.defaultCounts, least, other, most] {
    checkInitialValues(activation, counts)
    for formula in [activation.formula, activation.surrogate] {
      guard let formula else { continue }
      let expanded = timed("expanding") { try? formula.instantiate(counts: counts) }
      if let expanded { checkExpanded(expanded, of: activation, counts) }
    }
    if activation.counts.isEmpty { break }
  }
}

/// Lengths are sizes, and the counts that they give back have these lengths.
private func checkLengths(_ activation: ActivationDescriptor) {
  let lengths = activation.parameters.map { $0.length(counts: activation.defaultCounts) }
  for (length, parameter) in zip(lengths, activation.parameters) where length < 1 || length > 65_536
  {
    finding("'\(parameter.name)' has \(length) coefficients")
  }
  guard let counts = activation.counts(fromLengths: lengths) else { return }
  if activation.parameters.map({ $0.length(counts: counts) }) != lengths {
    finding("counts \(counts) do not have the lengths \(lengths)")
  }
}

private func checkInitialValues(_ activation: ActivationDescriptor, _ counts: [Int]) {
  for (index, parameter) in activation.parameters.enumerated() {
    let length = parameter.length(counts: counts)
    let values = timed("initial values") { parameter.initialValues(counts: counts) }
    if values.count != length { finding("\(values.count) values for \(length) coefficients") }
    for preset in activation.presets.prefix(3) {
      let values = timed("a preset's values") {
        preset.values(for: index, length: length, counts: counts)
      }
      if let values, values.count != length {
        finding("preset '\(preset.name)': \(values.count) values for \(length) coefficients")
      }
    }
    guard counts == activation.defaultCounts, !parameter.isSupplied else { continue }
    for value in values
    where !value.isFinite || value < parameter.lower || value > parameter.upper {
      finding("the initial value \(value) of '\(parameter.name)' should have been refused")
    }
  }
}
