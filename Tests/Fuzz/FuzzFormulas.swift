// What is done with a formula once its counts are chosen: derivatives, programs, sources.

/// Larger formulas are expanded, timed and left at that, or the fuzzer would do nothing else.
private let smallFormula = 1500

func checkExpanded(_ formula: Expression, of activation: ActivationDescriptor, _ counts: [Int]) {
  if !formula.isInstantiated { finding("sums are left in \(formula.text(limit: 1000))") }
  guard formula.nodes.count <= smallFormula else { return }
  var outputs = [formula]
  var variables: [Variable] = [.x, .g, .u]
  for case .variable(let variable) in formula.nodes where variables.count < 6 {
    if case .coefficient = variable { variables.append(variable) }
  }
  for variable in variables where formula.contains(variable) {
    let first = timed("a derivative") { try? formula.derivative(by: variable) }
    guard let first else { continue }
    outputs.append(first)
    if first.nodes.count <= smallFormula, let second = try? first.derivative(by: .x) {
      outputs.append(second)
    }
  }
  for output in outputs {
    checkReadsBack(output)
    checkSources(output, activation)
  }
  checkProgram(outputs, activation, counts)
}

/// Printing an expression and reading it gives the expression, as long as the text keeps to the bounds.
func checkReadsBack(_ expression: Expression) {
  let text = timed("printing") { expression.text(limit: 20_000) }
  if text.hasSuffix("...") { return }
  do throws(ParseError) {
    let back = try timed("reading back") { () throws(ParseError) in
      try Expression(parsing: text, symbols: expression.symbols)
    }
    if back != expression { finding("reads back as \(back.text(limit: 5000)): \(text)") }
  } catch {
    let bounds = ["nested", "operations"]
    if !bounds.contains(where: { error.message.contains($0) }) {
      finding("does not read back (\(error.description)): \(text)")
    }
  }
}

private func checkSources(_ expression: Expression, _ activation: ActivationDescriptor) {
  func name(_ variable: Variable) -> String {
    switch variable {
    case .x: "x"
    case .g: "g"
    case .u: "u"
    case .coefficient(let parameter, let index): "\(activation.parameters[parameter].name)_\(index)"
    }
  }
  let swift = timed("writing Swift") { expression.swiftSource(type: "N", name: name) }
  let c = timed("writing C") { expression.cSource(name: name) }
  guard let swift, let c else { finding("no source for \(expression.text(limit: 1000))") }
  if swift.value.isEmpty || c.value.isEmpty { finding("a source without a value") }
  for text in [swift.value, c.value] + swift.statements + c.statements {
    var open = 0
    for byte in text.utf8 {
      open += byte == UInt8(ascii: "(") ? 1 : byte == UInt8(ascii: ")") ? -1 : 0
      if open < 0 { break }
    }
    if open != 0 { finding("parentheses do not match in \(text)") }
  }
}

/// Evaluating all outputs together gives the bits of evaluating each by itself.
private func checkProgram(
  _ outputs: [Expression], _ activation: ActivationDescriptor, _ counts: [Int]
) {
  guard let together = try? Program(outputs: outputs) else { return }
  let coefficients = activation.parameters.map { $0.initialValues(counts: counts) }
  for x in [-0.0, 1.25, -3, 745.2, -.infinity, .nan] {
    let values = together.evaluate(x: x, g: 0.5 - x, u: 0.75, coefficients: coefficients)
    if values.count != outputs.count {
      finding("\(values.count) values for \(outputs.count) outputs")
    }
    guard let alone = try? Program(outputs: [outputs[0]]) else { finding("no program for one") }
    let value = alone.evaluate(x: x, g: 0.5 - x, u: 0.75, coefficients: coefficients)[0]
    if value.bitPattern != values[0].bitPattern, !(value.isNaN && values[0].isNaN) {
      finding("\(value) alone and \(values[0]) together at \(x): \(outputs[0].text(limit: 1000))")
    }
  }
}
